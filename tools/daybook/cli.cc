#include "tools/daybook/cli.h"

#include <algorithm>
#include <charconv>
#include <ostream>

#include <CLI/CLI.hpp>

#include "base/utf8.h"
#include "tools/daybook/bearer.h"
#include "tools/daybook/bench_command.h"
#include "tools/daybook/commands.h"
#include "tools/daybook/exit_code.h"
#include "tools/daybook/json_text.h"
#include "tools/daybook/unknown_command.h"

namespace daybook::cli {

bool Session::wants_json() const {
  return output.empty() ? !env.out_is_terminal : output == "json";
}

std::string Session::address() const {
  return !server.empty() ? server : env.variable("DAYBOOK_SERVER").value_or(kServerDefault);
}

Result<Client> Session::client() const {
  ClientOptions options;
  options.server = address();
  DAYBOOK_ASSIGN(Bearer bearer, bearer_for(*this, options.server));
  options.token = std::move(bearer.token);
  options.token_from = std::move(bearer.from);
  options.ca_file = ca_file.empty() ? env.variable("DAYBOOK_CA_FILE").value_or("") : ca_file;
  return Client::connect_to(std::move(options));
}

void Session::print_json(const boost::json::value& value) const {
  env.out << to_pretty(value) << '\n';
}

void Session::print_table(const Table& table) const {
  std::size_t columns = env.out_columns;
  if (columns == 0) {
    // What passes the table on to a terminal, as watch(1) does, says how wide that is.
    const std::string text = env.variable("COLUMNS").value_or("");
    std::from_chars(text.data(), text.data() + text.size(), columns);
  }
  table.print(env.out, columns);
}

CLI::App& add_noun(CLI::App& parent, const std::string& name, const std::string& what) {
  CLI::App* noun = parent.add_subcommand(name, what);
  noun->require_subcommand(1);
  noun->fallthrough();
  return *noun;
}

CLI::App& add_verb(CLI::App& parent, const std::string& name, const std::string& what,
                   const std::vector<std::string>& examples) {
  CLI::App* verb = parent.add_subcommand(name, what);
  verb->fallthrough();
  std::string text = "Examples:\n";
  for (const std::string& example : examples) {
    text += "  daybook " + example + "\n";
  }
  verb->footer(text);
  return *verb;
}

std::unique_ptr<CLI::App> make_tree(Session& session) {
  auto root = std::make_unique<CLI::App>("An event-sourced job scheduler.", session.program);
  root->require_subcommand(1);
  root->add_option(
      "--server", session.server,
      "Address of the server (else DAYBOOK_SERVER, else " + std::string(kServerDefault) + ")");
  root->add_option("--token-file", session.token_file,
                   "File with the token (else DAYBOOK_TOKEN, else the one of `login`)");
  root->add_option("--ca-file", session.ca_file,
                   "PEM file with those who vouch for the server (else DAYBOOK_CA_FILE, else the "
                   "system's)");
  root->add_option("-o,--output", session.output, "json or table (table on a terminal, else json)")
      ->check(CLI::IsMember({"json", "table"}));
  root->add_flag("-y,--yes", session.yes, "Ask nothing before something is deleted");
  root->footer("`" + session.program +
               " COMMAND --help` shows a command with examples; docs/operations.md lists the exit "
               "codes,\ndocs/access.md what tokens are.");
  add_serve_command(*root, session);
  add_apply_commands(*root, session);
  add_component_commands(*root, session);
  add_definition_commands(*root, session);
  add_rule_commands(*root, session);
  add_clock_command(*root, session);
  add_job_commands(*root, session);
  add_sending_commands(*root, session);
  add_event_commands(*root, session);
  add_graph_commands(*root, session);
  add_worker_commands(*root, session);
  add_token_commands(*root, session);
  add_login_commands(*root, session);
  add_stats_command(*root, session);
  add_log_commands(*root, session);
  add_replay_command(*root, session);
  add_backup_commands(*root, session);
  add_bench_command(*root, session);
  add_completion_commands(*root, session);
  add_version_command(*root, session);
  return root;
}

int run(const std::string& program, std::vector<std::string> arguments, const Environment& env) {
  Session session(env);
  session.program = program;
  const auto tree = make_tree(session);
  if (const auto seen = token_on_the_line(arguments)) {
    env.err << program << ": " << *seen << std::endl;
    return static_cast<int>(Exit::kUsage);
  }
  if (const auto unknown = unknown_command(*tree, arguments)) {
    env.err << program << ": " << printable(*unknown, kProblemBytesMax) << std::endl;
    return static_cast<int>(Exit::kUsage);
  }
  std::reverse(arguments.begin(), arguments.end());  // as CLI11 wants a vector
  try {
    tree->parse(std::move(arguments));
  } catch (const CLI::ParseError& error) {
    const int code = tree->exit(error, env.out, env.err);
    return code == 0 ? 0 : static_cast<int>(Exit::kUsage);
  }
  const Status done = session.action ? session.action() : Status{};
  env.out.flush();
  if (!done) {
    env.err << program << ": " << printable(done.error().text(), kProblemBytesMax) << std::endl;
    return static_cast<int>(exit_for(done.error()));
  }
  if (!env.out) {
    env.err << program << ": standard output could not be written" << std::endl;
    return static_cast<int>(Exit::kFailure);
  }
  return 0;
}

}  // namespace daybook::cli
