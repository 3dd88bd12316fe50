#include <ostream>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>

#include "tools/daybook/commands.h"
#include "tools/daybook/resource_list.h"

namespace daybook::cli {

void add_version_command(CLI::App& root, Session& session) {
  auto ask_server = std::make_shared<bool>(false);
  auto& verb = add_verb(root, "version", "Version of this program, or of the server",
                        {"version", "version --of-server"});
  verb.add_flag("--of-server", *ask_server, "Ask the server");
  verb.callback([&session, ask_server] {
    session.action = [&session, ask_server]() -> Status {
      if (*ask_server) {
        return print_resource(session, "/version");
      }
      if (session.wants_json()) {
        session.print_json(boost::json::object{{"version", kVersion}});
      } else {
        session.env.out << "daybook " << kVersion << '\n';
      }
      return {};
    };
  });
}

}  // namespace daybook::cli
