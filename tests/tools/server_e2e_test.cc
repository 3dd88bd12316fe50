// The real program from outside: started, asked, killed, started again.
#include <signal.h>

#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/tools/server_commands.h"
#include "tests/tools/temp_directory.h"
#include "tools/daybook/exact_json.h"
#include "tools/daybook/json_text.h"

namespace daybook::cli {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

class ServerE2e : public testing::Test {
 protected:
  // A definition whose jobs run this program.
  void define(const ServerProcess& server, const std::string& id,
              const std::vector<std::string>& command, const std::string& attempts = "1") {
    std::vector<std::string> words = {"component", "put", id, "--runtime", "exec", "--"};
    words.insert(words.end(), command.begin(), command.end());
    // What follows -- is the command's, so the server is named before it.
    words.insert(words.begin(), {"--server", server.address()});
    const Ran put = run_line(std::move(words));
    ASSERT_EQ(put.code, 0) << put.err;
    ASSERT_EQ(
        ask(server, {"definition", "put", id, "--component", id, "--max-attempts", attempts}).code,
        0);
  }
  // The same as the answer to a local command.
  boost::json::value local(std::vector<std::string> words, int code = 0) {
    words.insert(words.end(), {"-o", "json"});
    const Ran ran = run_line(std::move(words));
    EXPECT_EQ(ran.code, code) << ran.out << ran.err;
    const auto value = parse_json(ran.out, "");
    return value ? *value : boost::json::value();
  }
  std::string path(const std::string& name) const { return (directory_.path() / name).string(); }

  const TempDirectory directory_;
  const std::string data_ = path("data");
};

TEST_F(ServerE2e, FirstLineIsTheAddressAndSigtermEndsItInOrder) {
  ServerProcess server(data_);
  EXPECT_THAT(server.first_line(), StartsWith("listening on http://127.0.0.1:"));
  EXPECT_EQ(cell(answer(server, {"version", "--of-server"}), "version"), kVersion);
  EXPECT_EQ(server.end(SIGTERM), 0);
}

// Whatever else is sent, by a rotation of logs, a closing terminal or a curious child.
TEST_F(ServerE2e, OnlyTermAndIntEndIt) {
  ServerProcess server(data_);
  for (const int signal : {SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGPIPE, SIGXFSZ, SIGXCPU, SIGALRM,
                           SIGVTALRM, SIGPROF, SIGIO, SIGPWR, SIGSTKFLT, SIGRTMIN, SIGRTMAX}) {
    server.send(signal);
    EXPECT_EQ(cell(answer(server, {"version", "--of-server"}), "version"), kVersion) << signal;
  }
  EXPECT_EQ(server.end(SIGINT), 0);
}

TEST_F(ServerE2e, TheGraphIsAskedFromTheCommandLine) {
  ServerProcess server(data_);
  ASSERT_EQ(ask(server, {"definition", "put", "nightly", "--component", "absent"}).code, 0);
  const auto found =
      answer(server, {"graph", "query", "jobDefinitions", "--filter", "componentId = absent",
                      "--fields", "jobDefinitionId,paused", "--navigate", "jobs:jobId", "--count"});
  EXPECT_EQ(boost::json::serialize(found.at("nodes")),
            R"([{"jobDefinitionId":"nightly","paused":false,"jobs":[]}])");
  EXPECT_EQ(cell(found, "totalCount"), "1");
  const Ran table =
      run_line({"graph", "query", "jobDefinitions", "--fields", "jobDefinitionId,paused",
                "--server", server.address(), "-o", "table"});
  EXPECT_EQ(table.out, "JOBDEFINITIONID  PAUSED\nnightly          false\n");
  const Ran wrong = ask(server, {"graph", "query", "jobs", "--filter", "statsu = x"});
  EXPECT_EQ(wrong.code, 2);
  EXPECT_THAT(wrong.err, HasSubstr("line 1, column 1: there is no field 'statsu'"));
  EXPECT_THAT(wrong.err, HasSubstr("\n  statsu = x\n  ^^^^^^"));
  const Ran meta = run_line({"graph", "meta", "--server", server.address(), "-o", "table"});
  EXPECT_THAT(meta.out, HasSubstr("events            -> many events"));
  EXPECT_THAT(meta.out, HasSubstr("{code: text, message: text, details: value}"));
}

TEST_F(ServerE2e, AConfiguredSetIsAskedBesideItsOwn) {
  directory_.write("orders.ndjson", R"({"orderNumber":"a","job":"nightly"})"
                                    "\n"
                                    R"({"orderNumber":"b"})"
                                    "\n");
  const std::string config = directory_.write(
      "d.toml",
      "[graph.orders]\nsource = \"ndjson\"\nfile = \"orders.ndjson\"\nkey = \"orderNumber\"\n"
      "fields = { orderNumber = \"text\", job = \"text\" }\n"
      "navigate = { jobs = { set = \"jobs\", on = { job = \"jobDefinitionId\" }, many = true } "
      "}\n");
  ServerProcess server(data_, {"--config", config});
  const auto found = answer(
      server, {"graph", "query", "orders", "--fields", "orderNumber", "--navigate", "jobs:jobId"});
  EXPECT_EQ(boost::json::serialize(found.at("nodes")),
            R"([{"orderNumber":"a","jobs":[]},{"orderNumber":"b","jobs":[]}])");
  directory_.write("orders.ndjson", "{\"orderNumber\":1}\n");
  const Ran wrong = ask(server, {"graph", "query", "orders"});
  EXPECT_EQ(wrong.code, 8);
  EXPECT_THAT(wrong.err,
              HasSubstr("orders.ndjson:1: the field orderNumber is a number, not a text"));
  // A navigation that leads nowhere is found when the server starts.
  const std::string lost = directory_.write(
      "lost.toml",
      "[graph.orders]\nsource = \"ndjson\"\nfile = \"x\"\nfields = { a = \"text\" }\n"
      "navigate = { b = { set = \"nobody\", on = { a = \"a\" } } }\n");
  EXPECT_EQ(ServerProcess(path("other"), {"--config", lost}).wait(), 2);
}

TEST_F(ServerE2e, SettingsThatCannotHoldAreRefused) {
  EXPECT_EQ(ServerProcess(data_, {"--listen", "0.0.0.0:0"}).wait(), 2);
  EXPECT_EQ(ServerProcess(data_, {"--exec-slots", "many"}).wait(), 2);
}

TEST_F(ServerE2e, ASecondServerOnTheDirectoryIsRefused) {
  const ServerProcess first(data_);
  ServerProcess second(data_);
  EXPECT_EQ(second.address(), "");
  EXPECT_EQ(second.wait(), 4);
  EXPECT_EQ(run_line({"log", "verify", "--data-dir", data_}).code, 4);
}

TEST_F(ServerE2e, JobsRunAndTheirEndIsTheExitCode) {
  const ServerProcess server(data_);
  define(server, "good", {"sh", "-c", "cat"});
  define(server, "bad", {"false"});
  const auto job = answer(server, {"job", "run", "good", "--param", "a=b", "--wait"});
  EXPECT_EQ(cell(job, "status"), "completed");
  EXPECT_EQ(cell(job, "result.parameters.a"), "b");
  EXPECT_EQ(ask(server, {"job", "run", "bad", "--wait"}).code, 9);
  EXPECT_EQ(ask(server, {"job", "run", "absent"}).code, 2);
  EXPECT_EQ(ask(server, {"job", "get", "019a8a3c-6c00-7000-8000-000000000017"}).code, 3);
  EXPECT_EQ(cell(answer(server, {"job", "list", "--status", "failed"}), "totalCount"), "1");
  const auto events = answer(server, {"job", "events", cell(job, "jobId")});
  EXPECT_EQ(events.at("events").get_array().size(), 3U);
}

TEST_F(ServerE2e, ScriptsAreJobsAndWhatTheyPrintIsKept) {
  const ServerProcess server(data_);
  const auto manifest = directory_.write("m.yaml", R"(
uri: /resources/components/say
spec: { runtime: exec, output: text, command: [sh, -c, "echo hello; echo warned >&2"] }
---
uri: /resources/components/hush
spec: { runtime: exec, output: none, command: [sh, -c, "echo hello"] }
---
uri: /resources/components/garble
spec: { runtime: exec, command: [sh, -c, "echo hello"] }
---
uri: /resources/job-definitions/say
spec: { componentId: say }
---
uri: /resources/job-definitions/hush
spec: { componentId: hush }
---
uri: /resources/job-definitions/garble
spec: { componentId: garble, retry: { maxAttempts: 5 } }
)");
  const Ran applied = ask(server, {"apply", manifest});
  ASSERT_EQ(applied.code, 0) << applied.err;
  EXPECT_THAT(ask(server, {"apply", manifest}).out, testing::Not(HasSubstr("updated")));
  const auto said = answer(server, {"job", "run", "say", "--wait"});
  EXPECT_EQ(cell(said, "result"), "hello\n");
  EXPECT_EQ(cell(said, "output.stdout"), "hello\n");
  EXPECT_EQ(cell(said, "output.stderr"), "warned\n");
  const auto hushed = answer(server, {"job", "run", "hush", "--wait"});
  EXPECT_TRUE(hushed.at("result").is_null());
  EXPECT_EQ(cell(hushed, "output.stdout"), "hello\n");
  const auto garbled = ask(server, {"job", "run", "garble", "--wait"});
  EXPECT_EQ(garbled.code, 9);
  const auto job = parse_json(garbled.out, "");
  ASSERT_TRUE(job) << garbled.out;
  EXPECT_EQ(cell(job->as_object(), "error.code"), "BAD_OUTPUT");
  EXPECT_EQ(cell(job->as_object(), "error.details.stdout"), "hello\n");
  EXPECT_EQ(cell(job->as_object(), "attempt"), "1") << "what ended well is not run again";
}

TEST_F(ServerE2e, PlacesAndUsersThatNobodyPermittedAreRefused) {
  const ServerProcess server(data_);
  for (const std::string spec : {R"({"command":["true"],"runtime":"exec","writable":["/etc"]})",
                                 R"({"command":["true"],"runtime":"exec","user":"root"})"}) {
    const auto file = directory_.write("c.json", spec);
    const Ran put = ask(server, {"component", "put", "c", "--json", file});
    EXPECT_NE(put.code, 0);
    EXPECT_THAT(put.err, HasSubstr("NOT_PERMITTED"));
  }
}

TEST_F(ServerE2e, ApplyingTwiceChangesNothingTheSecondTime) {
  const ServerProcess server(data_);
  const std::string text =
      "uri: /resources/components/echo\n"
      "spec: {runtime: exec, command: [cat], limits: {cpuSeconds: 5}}\n---\n"
      "uri: /resources/job-definitions/one\n"
      "spec: {componentId: echo, timeout: 90s, retry: {maxAttempts: 2}}\n---\n"
      "uri: /resources/job-definitions/two\nspec: {componentId: echo}\n";
  const std::string file = directory_.write("h_manifest.yaml", text);
  const std::vector<std::string> at = {"--server", server.address()};
  const auto apply = [&](std::vector<std::string> more) {
    more.insert(more.begin(), {"apply", file, at[0], at[1]});
    return run_line(std::move(more), "h_");
  };
  EXPECT_EQ(apply({"--dry-run"}).out,
            "would be created /resources/components/echo\n"
            "would be created /resources/job-definitions/one\n"
            "would be created /resources/job-definitions/two\n");
  EXPECT_EQ(cell(answer(server, {"component", "list"}), "totalCount"), "0");
  EXPECT_THAT(apply({}).out, HasSubstr("created /resources/job-definitions/two ("));
  const std::string again = apply({}).out;
  EXPECT_THAT(again, StartsWith("unchanged /resources/components/echo ("));
  EXPECT_THAT(again, testing::Not(HasSubstr("updated")));
  EXPECT_THAT(again, testing::Not(HasSubstr("created")));
  directory_.write("h_manifest.yaml", text.substr(0, text.rfind("---")) + "---\n# gone\n");
  EXPECT_EQ(apply({"--prune"}).code, 2);  // nobody to ask
  EXPECT_THAT(apply({"--prune", "--yes"}).out,
              HasSubstr("deleted /resources/job-definitions/two ("));
  EXPECT_EQ(cell(answer(server, {"definition", "list"}), "totalCount"), "1");
}

TEST_F(ServerE2e, ApplyingLeavesAloneWhatTheManifestDoesNotName) {
  const ServerProcess server(data_);
  const std::vector<std::string> at = {"--server", server.address()};
  const std::string text =
      "uri: /resources/job-definitions/a/nightly\n"
      "spec:\n  componentId: c\n  timeout: 90s\n"
      "  onFailure: [{effect: scheduleJob, definition: a/nightly, at: now + 1h}]\n";
  const std::string file = directory_.write("m.yaml", text);
  const auto apply = [&] { return run_line({"apply", file, at[0], at[1]}).out; };
  EXPECT_THAT(apply(), StartsWith("created"));
  EXPECT_THAT(apply(), StartsWith("unchanged"));
  const auto by = [&](const std::string& verb) {
    return run_line({"definition", verb, "a/nightly", at[0], at[1], "-o", "table"}).out;
  };
  EXPECT_EQ(by("pause"), "paused a/nightly\n");
  EXPECT_THAT(apply(), StartsWith("unchanged"));
  directory_.write("m.yaml", text + "  priority: 4\n");
  EXPECT_THAT(apply(), StartsWith("updated"));
  const auto shown = [&](const std::string& name) {
    return cell(answer(server, {"definition", "get", "a/nightly"}), name);
  };
  EXPECT_EQ(shown("paused"), "true");
  EXPECT_EQ(shown("priority"), "4");
  EXPECT_EQ(shown("timeout"), "90s");
  directory_.write("m.yaml", text + "  priority:\n");
  EXPECT_THAT(apply(), StartsWith("updated"));
  EXPECT_EQ(shown("priority"), "0");
  EXPECT_EQ(by("resume"), "resumed a/nightly\n");
  EXPECT_EQ(shown("paused"), "false");
}

TEST_F(ServerE2e, ModulesAreAppliedBeforeTheRest) {
  const ServerProcess server(data_);
  const std::string file = directory_.write(
      "m.yaml",
      "uri: /resources/job-definitions/d\nspec: {componentId: pay.hrc}\n---\n"
      "uri: /resources/components/pay.hrc\n"
      "spec: {code: \"import { a } from 'b.module.hrc'\\nfrom a\"}\n---\n"
      "uri: /resources/components/b.module.hrc\n"
      "spec: {code: \"import { z } from 'a.module.hrc'\\nexport let a = z\"}\n---\n"
      "uri: /resources/components/a.module.hrc\nspec: {code: \"export let z = 1\"}\n");
  const Ran applied = run_line({"apply", file, "--server", server.address()});
  EXPECT_EQ(applied.code, 0) << applied.err;
  EXPECT_THAT(applied.out, testing::ContainsRegex("a.module.hrc .*\n.*b.module.hrc .*\n"
                                                  ".*pay.hrc .*\n.*/d "));
}

TEST_F(ServerE2e, NothingIsAppliedWhenTheServerRefusesOne) {
  const ServerProcess server(data_);
  const std::string file = directory_.write(
      "m.yaml",
      "uri: /resources/components/good\nspec: {runtime: exec, command: [cat]}\n---\n"
      "uri: /resources/components/bad\nspec: {runtime: http, url: \"ftp://x\"}\n");
  const Ran ran = run_line({"apply", file, "--server", server.address()});
  EXPECT_EQ(ran.code, 2);
  EXPECT_THAT(ran.err, HasSubstr(file + ":4: "));
  EXPECT_EQ(cell(answer(server, {"component", "list"}), "totalCount"), "0");
}

TEST_F(ServerE2e, EveryFaultOfAComponentIsPrinted) {
  const ServerProcess server(data_);
  const std::string code = directory_.write("two.hrc", "let a = foo\nfrom a + bar\n");
  const std::string file =
      directory_.write("m.yaml", "uri: /resources/components/two.hrc\nspec: {codeFile: two.hrc}\n");
  const auto both = testing::AllOf(HasSubstr("two.hrc:1:9: there is no 'foo' here\n"),
                                   HasSubstr("two.hrc:2:10: there is no 'bar' here\n"),
                                   testing::Not(HasSubstr("(code:")));
  const Ran applied = run_line({"apply", file, "--server", server.address()});
  EXPECT_EQ(applied.code, 2);
  EXPECT_THAT(applied.err, testing::AllOf(both, HasSubstr("2 problems; nothing was changed")));
  for (const char* verb : {"put", "check"}) {
    const Ran ran = ask(server, {"component", verb, "two.hrc", "--code-file", code});
    EXPECT_EQ(ran.code, 2);
    EXPECT_THAT(ran.err, testing::AllOf(both, HasSubstr("2 problems\n")));
  }
}

TEST_F(ServerE2e, AStoredComponentIsCheckedByItsId) {
  const ServerProcess server(data_);
  const std::string module = directory_.write("a.module.hrc", "export let a = 1\n");
  const std::string code =
      directory_.write("pay.hrc", "import { a } from '/lib/a.module.hrc'\nfrom a\n");
  const auto put = [&](const std::string& id, const std::string& file) {
    answer(server, {"component", "put", id, "--code-file", file, "--display-name", "x"});
  };
  put("lib/a.module.hrc", module);
  put("shop/pay.hrc", code);
  answer(server, {"component", "put", "echo", "--json",
                  directory_.write("echo.json", R"({"runtime":"exec","command":["cat"],)"
                                                R"("timeout":"90s","limits":{"cpuSeconds":5}})")});
  for (const char* id : {"shop/pay.hrc", "echo"}) {
    const Ran ran = ask(server, {"component", "check", id});
    EXPECT_EQ(ran.code, 0) << ran.err;
    EXPECT_EQ(ran.out, "no fault found\n");
  }
  EXPECT_THAT(ask(server, {"component", "check", "shop/pya.hrc"}).err,
              HasSubstr("NO_SUCH_FILE: there is no file 'shop/pya.hrc', and no component of that "
                        "id on http://"));
  answer(server, {"component", "delete", "lib/a.module.hrc"});
  EXPECT_THAT(ask(server, {"component", "check", "shop/pay.hrc"}).err,
              HasSubstr("shop/pay.hrc:1:19: "));
}

TEST_F(ServerE2e, AKilledServerLosesNothingAndReplaysTheSame) {
  boost::json::value head;
  {
    ServerProcess server(data_);
    define(server, "echo", {"cat"});
    for (int i = 0; i < 20; ++i) {
      ASSERT_EQ(ask(server, {"job", "run", "echo", "--run-at", "+1h"}).code, 0);
    }
    ASSERT_EQ(ask(server, {"job", "run", "echo", "--wait"}).code, 0);
    head = answer(server, {"log", "head"});
    EXPECT_EQ(server.end(SIGKILL), 128 + SIGKILL);
  }
  {
    ServerProcess server(data_);
    EXPECT_EQ(cell(answer(server, {"job", "list", "--status", "pending"}), "totalCount"), "20");
    EXPECT_EQ(
        ask(server, {"log", "verify", "--seq", cell(head, "seq"), "--hash", cell(head, "hash")})
            .code,
        0);
    EXPECT_EQ(ask(server, {"log", "verify", "--seq", "1", "--hash", cell(head, "hash")}).code, 6);
    EXPECT_EQ(server.end(SIGTERM), 0);
  }
  const Ran replayed = run_line({"replay", "--data-dir", data_, "--compare", "--chain"});
  EXPECT_EQ(replayed.code, 0) << replayed.out << replayed.err;
  EXPECT_THAT(replayed.out, testing::EndsWith("replay: identical\n"));
  const auto verified = local({"log", "verify", "--data-dir", data_});
  EXPECT_EQ(cell(verified, "violations"), "0");
  EXPECT_EQ(cell(verified, "jobsCreated"), "21");
}

// The lines as they stand in the end at a terminal that shows both outputs.
std::string left_at_a_terminal(const std::string& printed) {
  constexpr std::string_view kErase = "\r\x1b[K";
  std::string out;
  std::istringstream lines(printed);
  for (std::string line; std::getline(lines, line);) {
    const std::size_t erased = line.rfind(kErase);
    out += (erased == std::string::npos ? line : line.substr(erased + kErase.size())) + '\n';
  }
  return out;
}

TEST_F(ServerE2e, ABarOfProgressIsGoneWhenTheResultIsThere) {
  {
    ServerProcess server(data_);
    define(server, "echo", {"cat"});
    EXPECT_EQ(server.end(SIGTERM), 0);
  }
  std::istringstream in;
  std::ostringstream screen;
  const Environment env{.in = in,
                        .out = screen,
                        .err = screen,
                        .variable = [](const std::string&) { return std::nullopt; },
                        .out_is_terminal = true,
                        .err_is_terminal = true};
  EXPECT_EQ(run("daybook", {"replay", "--data-dir", data_, "--compare"}, env), 0);
  EXPECT_THAT(screen.str(), HasSubstr("replaying [####")) << "there was one";
  const std::string left = left_at_a_terminal(screen.str());
  EXPECT_THAT(left, testing::Not(HasSubstr("replaying")));
  EXPECT_THAT(left, testing::AllOf(HasSubstr("\nview jobs: identical\n"),
                                   testing::EndsWith("\nreplay: identical\n")));
}

// In the file that a server has open.
void turn_a_bit(const std::filesystem::path& file) {
  constexpr int kByte = 10;  // of the first record
  std::fstream bytes(file, std::ios::in | std::ios::out | std::ios::binary);
  bytes.seekg(kByte);
  const auto turned = static_cast<char>(bytes.get() ^ 1);
  bytes.seekp(kByte);
  bytes.put(turned);
}

TEST_F(ServerE2e, DamageThatAReadMeetsEndsItWithSeventyTwo) {
  {
    ServerProcess server(data_);
    ASSERT_EQ(ask(server, {"definition", "put", "d", "--component", "c"}).code, 0);
    EXPECT_EQ(server.end(SIGTERM), 0);
  }
  ServerProcess server(data_);  // its start made tables of what the log held
  int tables = 0;
  for (const auto& entry : std::filesystem::directory_iterator(path("data/log"))) {
    if (entry.path().extension() == ".sst") {
      turn_a_bit(entry.path());
      ++tables;
    }
  }
  ASSERT_GT(tables, 0);
  EXPECT_NE(ask(server, {"event", "list"}).code, 0);
  EXPECT_EQ(server.end(SIGTERM), 72) << "it has ended by then; otherwise it would end with 0";
}

TEST_F(ServerE2e, ExportImportBackupAndRestoreKeepTheHead) {
  {
    ServerProcess server(data_);
    define(server, "echo", {"cat"});
    ASSERT_EQ(ask(server, {"job", "run", "echo", "--wait"}).code, 0);
    EXPECT_EQ(server.end(SIGTERM), 0);
  }
  const std::string hash = cell(local({"log", "verify", "--data-dir", data_}), "hash");
  const std::string lines = path("log.ndjson");
  ASSERT_EQ(run_line({"log", "export", "--data-dir", data_, "--out", lines}).code, 0);
  EXPECT_EQ(run_line({"log", "export", "--data-dir", data_, "--out", lines}).code, 4);
  const Ran imported = run_line({"log", "import", lines, "--data-dir", path("copy")});
  ASSERT_EQ(imported.code, 0) << imported.err;
  EXPECT_EQ(cell(local({"log", "verify", "--data-dir", path("copy")}), "hash"), hash);
  EXPECT_EQ(cell(local({"backup", "--data-dir", data_, "--to", path("backup")}), "hash"), hash);
  EXPECT_EQ(cell(local({"restore", "--from", path("backup"), "--verify-only"}), "hash"), hash);
  EXPECT_EQ(cell(local({"restore", "--from", path("backup"), "--data-dir", path("back")}), "hash"),
            hash);
  const Ran dump = run_line({"log", "dump", "--data-dir", path("back"), "--from", "2"});
  EXPECT_THAT(dump.out, StartsWith("{\"seq\":2,"));
}

TEST_F(ServerE2e, ACompactedLogStartsAndGoesOn) {
  const std::string archive = path("old.archive");
  {
    ServerProcess server(data_);
    define(server, "echo", {"cat"});
    ASSERT_EQ(ask(server, {"job", "run", "echo", "--run-at", "+1h"}).code, 0);
    ASSERT_EQ(ask(server, {"job", "run", "echo", "--wait"}).code, 0);
    EXPECT_EQ(server.end(SIGTERM), 0);
  }
  const auto info =
      local({"log", "compact", "--data-dir", data_, "--through", "5", "--archive", archive});
  EXPECT_EQ(cell(info, "lastSeq"), "5");
  EXPECT_EQ(
      run_line({"log", "compact", "--data-dir", data_, "--through", "5", "--archive", archive})
          .code,
      2);
  ServerProcess server(data_);
  EXPECT_EQ(cell(answer(server, {"log", "head"}), "firstSeq"), "6");
  EXPECT_EQ(cell(answer(server, {"job", "list"}), "totalCount"), "2");
  EXPECT_EQ(ask(server, {"job", "run", "echo", "--wait"}).code, 0);
  EXPECT_EQ(server.end(SIGTERM), 0);
  EXPECT_EQ(run_line({"log", "verify", "--data-dir", data_}).code, 0);
}

}  // namespace
}  // namespace daybook::cli
