// A component in the reactor language as a file on this machine: compiled with the modules beside
// it, without a server.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <boost/json/object.hpp>

#include "base/result.h"
#include "components/reactor/program.h"
#include "components/reactor/run.h"
#include "tools/daybook/client.h"
#include "tools/daybook/environment.h"
#include "tools/daybook/known_sets.h"

namespace daybook::cli {

struct ComponentFile {
  std::string id;  // its path below the root: what imports are relative to
  std::string code;
  std::filesystem::path root;
  std::string path;  // as it was given

  // The file of this component, or of a module that it imports.
  std::string path_of(std::string_view component) const;
};

// `root` empty: the file's own folder. "-" is standard input, which lies in the root, or here.
Result<ComponentFile> open_component(const Environment& env, const std::string& file,
                                     const std::string& root);

// Modules are files below the root.
reactor::Compiled compile_file(const ComponentFile& file, const reactor::Sets& sets);
// The component and the modules that it imports, as POST …/check takes them.
Result<boost::json::object> check_body(const ComponentFile& file,
                                       const std::vector<std::string>& imports);
reactor::Compiled compile_text(const ComponentFile& file, std::string code,
                               const reactor::Sets& sets);

// "file:line:column: …" and, below, its line with a caret: nothing of it moves a terminal.
std::string shown_fault(reactor::Diagnostic fault);
// Prints every fault so.
Status report_faults(std::ostream& err, const ComponentFile& file,
                     const reactor::Compiled& compiled);

// The answer to a query as a file gives it: an array of rows, or the whole answer, such as
// {"rows": […], "more": ["orders"]} or {"error": "…"}.
std::string answer_text(const boost::json::value& given);

// A world of answers that are given, or of a server's graph; calls over HTTP are not made. Rows of
// sets that are known have their types, as a server gives them.
class ToolWorld final : public reactor::World {
 public:
  // `sets` outlive it.
  ToolWorld(std::vector<std::string> answers, const KnownSets& sets)
      : sets_(sets), answers_(std::move(answers)) {}
  ToolWorld(Client& client, const KnownSets& sets) : sets_(sets), client_(&client) {}

  Result<std::string> ask(std::string_view question) override;

 private:
  std::string ask_server(const JsonValue& asked);
  std::string typed(const graph::Query& query, const std::string& answer) const;

  const KnownSets& sets_;
  std::vector<std::string> answers_;
  std::size_t next_ = 0;
  Client* client_ = nullptr;
};

}  // namespace daybook::cli
