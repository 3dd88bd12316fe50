// A component in the reactor language as a file on this machine: compiled with the modules beside
// it, without a server.
#pragma once

#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include <boost/json/object.hpp>

#include "base/result.h"
#include "components/reactor/program.h"
#include "components/reactor/run.h"
#include "tools/daybook/client.h"
#include "tools/daybook/environment.h"

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

// Modules are files below the root. Sets are not known without a server: what a query gives is
// checked when it is there.
// `asked` takes the names of the sets that it asks.
reactor::Compiled compile_file(const ComponentFile& file, std::set<std::string>* asked = nullptr);
// The component and the modules that it imports, as POST …/check takes them.
Result<boost::json::object> check_body(const ComponentFile& file,
                                       const std::vector<std::string>& imports);
reactor::Compiled compile_text(const ComponentFile& file, std::string code);

// Prints every fault as "file:line:column: …" with its line and a caret.
Status report_faults(std::ostream& err, const ComponentFile& file,
                     const reactor::Compiled& compiled);

// The answer to a query as a file gives it: an array of rows, or the whole answer, such as
// {"rows": […], "more": ["orders"]} or {"error": "…"}.
std::string answer_text(const boost::json::value& given);

// A world of answers that are given, or of a server's graph; calls over HTTP are not made.
class ToolWorld final : public reactor::World {
 public:
  explicit ToolWorld(std::vector<std::string> answers) : answers_(std::move(answers)) {}
  explicit ToolWorld(Client& client) : client_(&client) {}

  Result<std::string> ask(std::string_view question) override;

 private:
  Result<std::string> ask_server(std::string_view question);

  std::vector<std::string> answers_;
  std::size_t next_ = 0;
  Client* client_ = nullptr;
};

}  // namespace daybook::cli
