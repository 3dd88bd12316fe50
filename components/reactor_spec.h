// What a component in the reactor language says of itself: {"code": "…"}. Private to components.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "components/json_reader.h"
#include "components/outside.h"
#include "components/reactor/program.h"
#include "components/runtime.h"

namespace daybook::components {

Result<std::string> parse_reactor_spec(std::string_view json);
// The same, and all that is wrong; the code may stand beside faults of other members.
std::optional<std::string> parse_reactor_spec(std::string_view json, Faults& faults);

// Modules by id, out of specs: those of an order, or those that are stored.
class OrderModules final : public reactor::Modules {
 public:
  explicit OrderModules(const std::vector<Module>& modules) : modules_(modules) {}
  std::optional<std::string> code(std::string_view component) const override;

 private:
  const std::vector<Module>& modules_;
};

class StoredModules final : public reactor::Modules {
 public:
  explicit StoredModules(const ComponentDirectory& directory) : directory_(directory) {}
  std::optional<std::string> code(std::string_view component) const override;
  // Of a draft and of what it imports, as they were read.
  Hash texts_key(const Draft& draft, const std::vector<std::string>& imports) const;

 private:
  const ComponentDirectory& directory_;
  mutable std::map<std::string, Hash, std::less<>> read_;
};

// After those of members, each fault as an error whose field names source, line and column, with
// its place.
SpecFaults to_faults(const std::vector<reactor::Diagnostic>& diagnostics,
                     std::string_view component, Faults members = {});
// Where a fault is, for an editor: members "source", "line", "column", "length" and "snippet"; line
// and column from 1, columns and length in code points, the snippet is the line.
std::string place_members(const reactor::Diagnostic& fault);
// The same as an object, with "field" and "message".
std::string place_json(const reactor::Diagnostic& fault, std::string_view component);

}  // namespace daybook::components
