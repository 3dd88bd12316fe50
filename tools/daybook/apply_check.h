// What would be refused of a manifest that is sound by itself, found before anything is sent.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "components/reactor/program.h"
#include "tools/daybook/apply.h"

namespace daybook::cli {

// Of a definition: its members together, with those that the server has and the manifest does not
// name. Of a rule: its parameters, against the components as they will be. One thread.
class ChangeCheck {
 public:
  ChangeCheck(Client& client, const Manifest& manifest) : codes_(client, manifest) {}

  std::vector<Error> operator()(const Planned& planned);

 private:
  // The code of components in the language: the manifest's, else the server's.
  class Codes final : public reactor::Modules {
   public:
    Codes(Client& client, const Manifest& manifest) : client_(client), manifest_(manifest) {}
    std::optional<std::string> code(std::string_view component) const override;

   private:
    std::optional<std::string> find(const std::string& component) const;

    Client& client_;
    const Manifest& manifest_;
    mutable std::map<std::string, std::optional<std::string>, std::less<>> known_;
  };

  std::vector<Error> check_rule(const Resource& rule);
  // Null when it is not there, does not run the language, or has faults, which others tell of.
  const reactor::Program* program_of(const std::string& component);

  Codes codes_;
  std::map<std::string, std::shared_ptr<const reactor::Program>> programs_;
};

}  // namespace daybook::cli
