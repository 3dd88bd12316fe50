// Every command that --help lists, run once against a real server or the directory that it left: a
// command without a line here fails the test.
#include <signal.h>

#include <cstdlib>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "base/clock.h"
#include "base/time_text.h"
#include "tests/tools/server_commands.h"
#include "tests/tools/temp_directory.h"
#include "tools/daybook/json_text.h"

namespace daybook::cli {
namespace {

void add_leaves(const CLI::App& app, const std::string& path, std::set<std::string>& out) {
  const auto commands = app.get_subcommands([](const CLI::App*) { return true; });
  if (commands.empty() || (app.get_require_subcommand_min() == 0 && !path.empty())) {
    out.insert(path);
  }
  for (const CLI::App* command : commands) {
    add_leaves(*command, path.empty() ? command->get_name() : path + " " + command->get_name(),
               out);
  }
}

std::set<std::string> all_commands() {
  std::istringstream in;
  std::ostringstream out;
  const Environment env{.in = in, .out = out, .err = out, .variable = {}};
  Session session{env};
  std::set<std::string> leaves;
  add_leaves(*make_tree(session), "", leaves);
  return leaves;
}

class EveryCommand : public testing::Test {
 protected:
  // Runs it, and notes which command it was: the longest that the words begin with.
  Ran run_words(const std::vector<std::string>& words, int code, const std::string& input = "") {
    std::string path;
    std::string found;
    for (const std::string& word : words) {
      path += (path.empty() ? "" : " ") + word;
      found = commands_.contains(path) ? path : found;
    }
    EXPECT_FALSE(found.empty()) << path;
    done_.insert(found);
    std::map<std::string, std::string> variables = variables_;
    variables["DAYBOOK_SERVER"] = address_;
    Ran ran = run_line(words, "daybook", variables, input);
    EXPECT_EQ(ran.code, code) << path << "\n" << ran.out << ran.err;
    return ran;
  }
  void run_program(const std::string& command, const std::string& options) {
    done_.insert(command);
    const std::string line = std::string(DAYBOOK_PROGRAM) + " " + command + " " + options;
    EXPECT_EQ(std::system((line + " > " + path("printed")).c_str()), 0) << line;
  }
  void run_ok(const std::vector<std::string>& words) { (void)run_words(words, 0); }
  boost::json::value json_of(std::vector<std::string> words) {
    words.insert(words.end(), {"-o", "json"});
    const Ran ran = run_words(words, 0);
    const auto value = parse_json(ran.out, "");
    EXPECT_TRUE(value) << ran.out;
    return value ? *value : boost::json::value();
  }
  std::string path(const std::string& name) const { return (directory_.path() / name).string(); }

  void resources();
  void jobs();
  void reads();
  void tokens();
  void local();
  void measure();

  const std::set<std::string> commands_ = all_commands();
  std::set<std::string> done_;
  std::string address_;
  std::map<std::string, std::string> variables_;
  const TempDirectory directory_;
  const std::string data_ = path("data");
};

void EveryCommand::resources() {
  const std::string code = directory_.write("c.hreactor", "param n: number = 1\nfrom n + 1\n");
  const std::string cases = directory_.write(
      "c.cases.yaml", "component: c.hreactor\ncases:\n  - name: one\n    result: 2\n");
  const std::string rule = directory_.write("r.hrule", "param input: OnJobCompleted\nfrom []\n");
  const std::string manifest = directory_.write(
      "h_manifest.yaml",
      "uri: /resources/job-definitions/applied\nspec:\n  componentId: c.hreactor\n");
  run_ok({"component", "put", "c.hreactor", "--code-file", code});
  run_ok({"component", "put", "r.hrule", "--code-file", rule});
  run_ok({"component", "put", "w", "--runtime", "worker"});
  run_ok({"component", "get", "c.hreactor"});
  run_ok({"component", "list"});
  run_ok({"component", "check", code});
  run_ok({"component", "run", code, "--param", "n=2"});
  run_ok({"component", "test", cases});
  (void)run_words({"component", "repl"}, 0, "1 + 1\n");
  run_ok({"definition", "put", "d", "--component", "c.hreactor"});
  run_ok({"definition", "put", "leased", "--component", "w"});
  run_ok({"definition", "get", "d"});
  run_ok({"definition", "list"});
  run_ok({"definition", "pause", "leased"});
  run_ok({"definition", "resume", "leased"});
  run_ok({"rule", "put", "r", "--component", "r.hrule"});
  run_ok({"rule", "get", "r"});
  run_ok({"rule", "list"});
  run_ok({"apply", manifest});
  run_ok({"manage", "apply", manifest});
}

void EveryCommand::jobs() {
  const Ran waited = run_words({"job", "run", "d", "--wait", "--timeout", "1m", "-o", "table"}, 0);
  const std::string id = waited.out.substr(0, waited.out.find('\n'));
  EXPECT_EQ(cell(json_of({"job", "get", id}), "status"), "completed") << waited.out;
  run_ok({"job", "wait", id, "--timeout", "1m"});
  run_ok({"job", "events", id});
  run_ok({"job", "list", "--status", "completed", "--run-after", "2000-01-01T00:00:00Z"});
  run_ok({"job", "retry", id});
  const std::string pending = cell(json_of({"job", "run", "leased", "--run-at", "+1h"}), "jobId");
  run_ok({"job", "cancel", pending});
  const std::string other = cell(json_of({"job", "run", "leased", "--run-at", "+1h"}), "jobId");
  run_ok({"job", "delete", other});
}

void EveryCommand::reads() {
  run_ok({"worker", "list"});
  run_ok({"worker", "list", "-o", "table"});
  run_ok({"event", "list"});
  run_ok({"stats"});
  run_ok({"graph", "meta"});
  run_ok({"graph", "query", "jobs", "--fields", "jobId"});
  run_ok({"sending", "list"});
  (void)run_words({"sending", "get", "01234567-89ab-8def-8123-456789abcdef"}, 3);
  (void)run_words({"sending", "cancel", "01234567-89ab-8def-8123-456789abcdef"}, 3);
  run_ok({"log", "head"});
  run_ok({"clock"});
  run_ok({"clock", "advance", "1m"});
  run_ok({"version", "--of-server"});
  run_ok({"rule", "delete", "r"});
  run_ok({"definition", "delete", "leased"});
  run_ok({"component", "delete", "w"});
}

// Of a server of their own, which asks for them.
void EveryCommand::tokens() {
  const std::string data = path("guarded");
  ServerProcess server(data, {"--access", "tokens"});
  address_ = server.address();
  variables_["XDG_CONFIG_HOME"] = path("config");
  run_ok({"login", "--token-file", data + "/owner-token"});
  run_ok({"token", "whoami"});
  run_ok({"token", "create", "ci", "--permission", "jobs:read", "--expires", "90d"});
  run_ok({"token", "list"});
  run_ok({"token", "list", "-o", "table"});
  run_ok({"token", "get", "ci"});
  run_ok({"token", "rotate", "ci"});
  run_ok({"token", "revoke", "ci"});
  run_ok({"logout"});
  (void)run_words({"token", "whoami"}, 7);
  variables_.clear();
}

// Of the stopped server's directory.
void EveryCommand::local() {
  run_ok({"log", "verify", "--data-dir", data_});
  run_ok({"log", "dump", "--data-dir", data_, "--out", path("dump")});
  run_ok({"log", "export", "--data-dir", data_, "--out", path("export")});
  run_ok({"log", "import", path("export"), "--data-dir", path("imported")});
  std::ifstream dump(path("dump"));
  std::stringstream lines;
  lines << dump.rdbuf();
  const std::string text = lines.str();
  const std::size_t at = text.find("\"jobId\":\"") + 9;
  const std::string job = text.substr(at, 36);
  run_ok({"log", "explain", job, "--data-dir", data_});
  run_ok({"replay", "--data-dir", data_, "--compare"});
  run_ok({"replay", "job", "--all", "--data-dir", data_});
  run_ok({"replay", "rule", "--all", "--data-dir", data_});
  run_ok({"backup", "--data-dir", data_, "--to", path("backup")});
  run_ok({"restore", "--from", path("backup"), "--data-dir", path("restored")});
  run_ok({"log", "compact", "--data-dir", path("restored"), "--through", "2", "--archive",
          path("archive")});
  run_ok({"log", "restore-archive", path("archive"), "--data-dir", path("restored")});
}

void EveryCommand::measure() {
  const std::string dir = directory_.path().string();
  const std::string trace =
      directory_.write("t.swf", "; UnixStartTime: 0\n1 0 1 1 1 -1 -1 1 -1 -1 1 1 1 1 1 -1 -1 -1\n");
  run_ok({"bench", "fsync", "--dir", dir, "--writes", "5"});
  run_ok({"bench", "due", "--dir", dir, "--jobs", "5"});
  run_ok({"bench", "trace", trace, "--dir", dir});
  run_ok({"bench", "cycles", "--dir", dir, "--jobs", "500", "--data-dir", path("cycles")});
  run_ok({"bench", "replay", "--dir", dir, "--data-dir", path("cycles")});
  run_ok({"bench", "burndown", "--dir", dir, "--jobs", "500", "--no-sync", "--no-snapshots"});
  run_ok({"bench", "steady", "--dir", dir, "--jobs", "100", "--no-views"});
  // These start the program that they are in.
  run_program("bench http", "--dir " + dir + " --connections 2 --seconds 0.2 --warm-up 0");
  run_program("bench pending", "--dir " + dir + " --jobs 200");
  run_program("bench old", "--dir " + dir + " --jobs 300 --definitions 2 --rounds 1 --seconds 0.1");
  run_ok({"bench", "store", path("made"), "--jobs", "300"});
  for (const char* shell : {"bash", "zsh", "fish"}) {
    run_ok({"completion", shell});
  }
}

TEST_F(EveryCommand, RunsAgainstARealServerOrItsDirectory) {
  {
    ServerProcess server(data_, {"--clock", format_time(SystemClock().wall())});
    address_ = server.address();
    ASSERT_FALSE(address_.empty());
    done_.insert("serve");
    resources();
    jobs();
    reads();
    EXPECT_EQ(server.end(SIGTERM), 0);
  }
  tokens();
  local();
  measure();
  std::string left;
  for (const std::string& command : commands_) {
    left += done_.contains(command) ? "" : command + "\n";
  }
  EXPECT_EQ(left, "") << "not run by this test";
}

}  // namespace
}  // namespace daybook::cli
