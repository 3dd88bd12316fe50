// The command line: a tree of nouns and verbs, one file per noun. Parsing a line leaves an action
// in the session; the action runs after the whole line was understood, and its error decides the
// exit code (exit_code.h).
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <boost/json/value.hpp>

#include "base/result.h"
#include "tools/daybook/client.h"
#include "tools/daybook/environment.h"
#include "tools/daybook/table.h"

namespace CLI {
class App;
}

namespace daybook::cli {

inline constexpr const char* kServerDefault = "http://127.0.0.1:7070";
inline constexpr const char* kVersion = "0.1.0";
// What is shown of one problem.
inline constexpr std::size_t kProblemBytesMax = 4 * 1024 * 1024;

struct Session {
  explicit Session(const Environment& environment) : env(environment) {}

  const Environment& env;
  std::string program = "daybook";
  std::string server;      // --server; empty: DAYBOOK_SERVER, else the default
  std::string token_file;  // --token-file; empty: bearer.h says where tokens are looked for
  std::string ca_file;     // --ca-file; empty: DAYBOOK_CA_FILE, else the system's
  std::string output;      // -o: json, table, or empty: table on a terminal
  bool yes = false;        // --yes: nothing is asked
  std::function<Status()> action;

  bool wants_json() const;
  std::string address() const;  // of the server
  Result<Client> client() const;
  void print_json(const boost::json::value& value) const;
  void print_table(const Table& table) const;
};

// The whole tree; the session must outlive it.
std::unique_ptr<CLI::App> make_tree(Session& session);

// Adds a command that groups others, or one that does something; `examples` are lines without the
// program's name.
CLI::App& add_noun(CLI::App& parent, const std::string& name, const std::string& what);
CLI::App& add_verb(CLI::App& parent, const std::string& name, const std::string& what,
                   const std::vector<std::string>& examples);

// Parses and runs one command line (arguments without argv[0]); returns the exit code.
int run(const std::string& program, std::vector<std::string> arguments, const Environment& env);

}  // namespace daybook::cli
