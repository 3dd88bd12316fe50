#include "tools/daybook/cli.h"

#include <cstdio>
#include <sstream>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/tools/command_line.h"
#include "tests/tools/temp_directory.h"
#include "tools/daybook/completion.h"
#include "tools/daybook/exit_code.h"
#include "tools/daybook/job_run.h"

namespace daybook::cli {
namespace {

using testing::HasSubstr;

class Tree : public testing::Test {
 protected:
  void visit(const CLI::App& app, const std::string& path,
             const std::function<void(const CLI::App&, const std::string&)>& f) {
    f(app, path);
    for (const CLI::App* child : app.get_subcommands([](const CLI::App*) { return true; })) {
      visit(*child, path + " " + child->get_name(), f);
    }
  }
  bool is_leaf(const CLI::App& app) {
    return app.get_subcommands([](const CLI::App*) { return true; }).empty();
  }

  std::istringstream in_;
  std::ostringstream out_;
  std::ostringstream err_;
  Environment env_{.in = in_, .out = out_, .err = err_, .variable = {}};
  Session session_{env_};
  std::unique_ptr<CLI::App> tree_ = make_tree(session_);
};

TEST_F(Tree, EveryVerbHasExamplesThatNameIt) {
  int leaves = 0;
  visit(*tree_, "", [&](const CLI::App& app, const std::string& path) {
    EXPECT_FALSE(app.get_description().empty()) << path;
    if (is_leaf(app)) {
      ++leaves;
      EXPECT_THAT(app.get_footer(), HasSubstr("Examples:\n  daybook" + path)) << path;
    }
  });
  EXPECT_GT(leaves, 30);
}

TEST_F(Tree, EveryOptionSaysWhatItIs) {
  visit(*tree_, "", [&](const CLI::App& app, const std::string& path) {
    for (const CLI::Option* option : app.get_options()) {
      EXPECT_FALSE(option->get_description().empty()) << path << " " << option->get_name();
    }
  });
}

TEST_F(Tree, HelpShowsNothingOfHowItIsParsed) {
  visit(*tree_, "", [&](const CLI::App& app, const std::string& path) {
    EXPECT_THAT(app.help(), testing::Not(testing::ContainsRegex("\\{(false|true)\\}"))) << path;
  });
}

TEST(Cli, ExitCodesFollowTheError) {
  const auto exit_of = [](Code code, const char* reason = "X") {
    return exit_for(make_error(code, reason, ""));
  };
  EXPECT_EQ(exit_of(Code::kInvalid), Exit::kUsage);
  EXPECT_EQ(exit_of(Code::kNotFound), Exit::kNotFound);
  EXPECT_EQ(exit_of(Code::kConflict), Exit::kConflict);
  EXPECT_EQ(exit_of(Code::kUnavailable, kReasonUnreachable), Exit::kUnreachable);
  EXPECT_EQ(exit_of(Code::kCorrupt), Exit::kVerification);
  EXPECT_EQ(exit_of(Code::kDenied), Exit::kDenied);
  EXPECT_EQ(exit_of(Code::kUnavailable), Exit::kTryLater);
  EXPECT_EQ(exit_of(Code::kInternal, kReasonJobNotCompleted), Exit::kJobNotCompleted);
  EXPECT_EQ(exit_of(Code::kInternal), Exit::kFailure);
  EXPECT_EQ(fatal_exit_for(make_error(Code::kIo, "X", "")), 71);
  EXPECT_EQ(fatal_exit_for(make_error(Code::kCorrupt, "X", "")), 72);
  EXPECT_EQ(fatal_exit_for(make_error(Code::kNoSpace, "X", "")), 73);
  EXPECT_EQ(fatal_exit_for(make_error(Code::kConflict, "X", "")), 74);
  EXPECT_EQ(fatal_exit_for(make_error(Code::kInternal, "X", "")), 70);
}

TEST(Cli, UsageMistakesExitWithTwo) {
  EXPECT_EQ(run_line({}).code, 2);
  EXPECT_EQ(run_line({"nonsense"}).code, 2);
  EXPECT_EQ(run_line({"job"}).code, 2);
  EXPECT_EQ(run_line({"job", "run"}).code, 2);
  EXPECT_EQ(run_line({"job", "list", "--status", "asleep"}).code, 2);
  EXPECT_EQ(run_line({"job", "list", "-o", "xml"}).code, 2);
  EXPECT_EQ(run_line({"log", "verify"}).code, 2);
  EXPECT_EQ(run_line({"restore", "--from", "x"}).code, 2);
  EXPECT_EQ(run_line({"apply"}).code, 2);
  EXPECT_EQ(run_line({"serve"}).code, 2);
}

TEST(Cli, AMistypedCommandIsNamed) {
  const Ran noun = run_line({"--server", "http://127.0.0.1:1", "jbo", "list"});
  EXPECT_EQ(noun.code, 2);
  EXPECT_EQ(noun.err, "daybook: 'jbo' is no command; did you mean 'job'?\n");
  const Ran verb = run_line({"job", "-o", "json", "lsit"});
  EXPECT_EQ(verb.code, 2);
  EXPECT_EQ(verb.err, "daybook: 'lsit' is no command of 'job'; did you mean 'list'?\n");
  const Ran far = run_line({"worker", "everything"});
  EXPECT_EQ(far.err, "daybook: 'everything' is no command of 'worker'; there are list\n");
  // What stands where no command need stand is not looked at.
  EXPECT_THAT(run_line({"replay", "jbo"}).err, testing::Not(HasSubstr("is no command")));
}

// One command line of somebody who sits at a terminal and types `input`.
Ran at_a_terminal(std::vector<std::string> words, const std::string& input) {
  std::istringstream in(input);
  std::ostringstream out;
  std::ostringstream err;
  const Environment env{.in = in,
                        .out = out,
                        .err = err,
                        .variable = [](const std::string&) { return std::nullopt; },
                        .out_is_terminal = true,
                        .err_is_terminal = true,
                        .in_is_terminal = true};
  words.insert(words.end(), {"--server", "http://127.0.0.1:1"});
  Ran ran;
  ran.code = run("daybook", std::move(words), env);
  ran.out = out.str();
  ran.err = err.str();
  return ran;
}

TEST(Cli, DeletionsAskOnATerminal) {
  for (const char* noun : {"definition", "component", "rule", "job"}) {
    const Ran no = at_a_terminal({noun, "delete", "x"}, "n\n");
    EXPECT_EQ(no.code, static_cast<int>(Exit::kConflict)) << noun;
    EXPECT_THAT(no.err, HasSubstr(std::string("Delete ") + noun + " x?")) << noun;
    EXPECT_THAT(no.err, HasSubstr("nothing was done")) << noun;
    EXPECT_EQ(at_a_terminal({noun, "delete", "x"}, "").code, static_cast<int>(Exit::kConflict));
    // 5: it was sent, and nobody answered.
    EXPECT_EQ(at_a_terminal({noun, "delete", "x"}, "y\n").code, 5) << noun;
    EXPECT_EQ(at_a_terminal({noun, "delete", "x", "--yes"}, "").code, 5) << noun;
    EXPECT_EQ(run_line({noun, "delete", "x", "--server", "http://127.0.0.1:1"}).code, 5) << noun;
  }
  EXPECT_THAT(at_a_terminal({"definition", "delete", "x"}, "n\n").err,
              HasSubstr("pending jobs fail"));
}

TEST(Cli, WhatOthersWroteDoesNotReachTheTerminalRaw) {
  const TempDirectory directory;
  const std::string file =
      directory.write("m.yaml", "uri: \"/resources/rules/\\e[31mred\"\nspec: {}\n");
  const Ran ran = run_line({"apply", file, "--server", "http://127.0.0.1:1"});
  EXPECT_EQ(ran.code, 2);
  EXPECT_EQ(ran.err.find('\x1b'), std::string::npos) << ran.err;
}

TEST(Cli, AManifestThatHoldsItselfIsRefused) {
  const TempDirectory directory;
  const std::string file = directory.write(
      "m.yaml", "uri: /resources/rules/x\nspec: &s\n  componentId: c\n  parameters: *s\n");
  const Ran ran = run_line({"apply", file, "--server", "http://127.0.0.1:1"});
  EXPECT_EQ(ran.code, 2);
  EXPECT_THAT(ran.err, HasSubstr("TOO_DEEP"));
}

TEST(Cli, HelpAndVersionExitWithZero) {
  const Ran help = run_line({"job", "run", "--help"});
  EXPECT_EQ(help.code, 0);
  EXPECT_THAT(help.out, HasSubstr("daybook job run nightly-report"));
  const Ran version = run_line({"version", "-o", "table"});
  EXPECT_EQ(version.out, std::string("daybook ") + kVersion + "\n");
}

TEST(Cli, AnUnreachableServerIsNamed) {
  const Ran ran = run_line({"job", "list", "--server", "http://127.0.0.1:1"});
  EXPECT_EQ(ran.code, 5);
  EXPECT_THAT(ran.err, HasSubstr("http://127.0.0.1:1"));
  EXPECT_EQ(run_line({"job", "list"}, "daybook", {{"DAYBOOK_SERVER", "http://127.0.0.1:1"}}).code,
            5);
  EXPECT_EQ(run_line({"job", "list", "--server", "ftp://x"}).code, 2);
}

TEST(Cli, ManifestProblemsAreAllPrintedBeforeAServerIsAsked) {
  const TempDirectory directory;
  const std::string file = directory.write(
      "h_manifest.yaml", "uri: /resources/registry/r\nspec: {}\n---\nuri: x\nspec: {}\n");
  const Ran ran = run_line({"manage", "apply", file, "--server", "http://127.0.0.1:1"}, "h_");
  EXPECT_EQ(ran.code, 2);
  EXPECT_THAT(ran.err, HasSubstr(file + ":1: UNKNOWN_CLASS"));
  EXPECT_THAT(ran.err, HasSubstr(file + ":4: BAD_URI"));
  EXPECT_THAT(ran.err, HasSubstr("2 problems; nothing was changed"));
}

TEST(Cli, LocalCommandsDoNotMakeALogWhereNoneIs) {
  const TempDirectory directory;
  const std::string absent = (directory.path() / "absent").string();
  EXPECT_EQ(run_line({"replay", "--data-dir", absent}).code, 3);
  EXPECT_EQ(run_line({"log", "dump", "--data-dir", absent}).code, 3);
  EXPECT_EQ(run_line({"backup", "--data-dir", absent, "--to", absent + "2"}).code, 3);
  EXPECT_FALSE(std::filesystem::exists(absent));
}

TEST(JobRun, ParametersAreTextsUnlessMarkedAsJson) {
  std::istringstream in;
  std::ostringstream out;
  const Environment env{.in = in, .out = out, .err = out, .variable = {}};
  RunOptions options;
  options.definition = "d";
  options.parameters = {"day=2025-11-15", "count:=3", "equation=a=b", "empty="};
  options.run_at = "+90s";
  options.tags = {"x"};
  const auto body = job_body(options, env, Micros{1'763'251'200'000'000});
  ASSERT_TRUE(body) << body.error().text();
  EXPECT_EQ(boost::json::serialize(*body),
            R"({"jobDefinitionId":"d","parameters":{"day":"2025-11-15","count":3,)"
            R"("equation":"a=b","empty":""},"runAt":"2025-11-16T00:01:30Z","tags":["x"]})");
  options.parameters = {"novalue"};
  EXPECT_FALSE(job_body(options, env, Micros{0}));
  options.parameters = {"a=1", "a=2"};
  EXPECT_FALSE(job_body(options, env, Micros{0}));
  options.parameters = {"a:=not json"};
  EXPECT_FALSE(job_body(options, env, Micros{0}));
}

// Runs the script in bash itself and asks for completions of a line.
std::string completed(const std::string& words) {
  const TempDirectory directory;
  const std::string script =
      directory.write("complete.sh", run_line({"completion", "bash"}).out + "COMP_WORDS=(" + words +
                                         ")\n"
                                         "COMP_CWORD=$((${#COMP_WORDS[@]} - 1))\n"
                                         "_daybook_complete\necho \"${COMPREPLY[*]}\"\n");
  FILE* pipe = ::popen(("bash " + script).c_str(), "r");
  std::string out;
  char block[4096];
  while (pipe != nullptr && std::fgets(block, sizeof block, pipe) != nullptr) {
    out += block;
  }
  EXPECT_EQ(::pclose(pipe), 0);
  return out;
}

TEST(Completion, BashCompletesNounsVerbsAndOptions) {
  EXPECT_EQ(completed("daybook jo"), "job\n");
  EXPECT_EQ(completed("daybook job r"), "run retry\n");
  EXPECT_EQ(completed("daybook job run --para"), "--param --params-json\n");
  EXPECT_EQ(completed("daybook --server http://x job ca"), "cancel\n");
  EXPECT_EQ(completed("daybook job list -o j"), "json\n");
  EXPECT_EQ(completed("daybook job list --out"), "--output\n");
}

TEST_F(Tree, EveryShellKnowsEveryCommandAndOption) {
  const std::string bash = bash_completion(*tree_, "daybook");
  const std::string zsh = zsh_completion(*tree_, "daybook");
  const std::string fish = fish_completion(*tree_, "daybook");
  visit(*tree_, "", [&](const CLI::App& app, const std::string& path) {
    if (!path.empty()) {
      const std::string place = "'" + path.substr(1) + "'";
      EXPECT_THAT(bash, HasSubstr(place));
      EXPECT_THAT(zsh, HasSubstr(place));
      EXPECT_THAT(fish, HasSubstr(place));
    }
    for (const CLI::Option* option : app.get_options()) {
      for (const std::string& name : option->get_lnames()) {
        EXPECT_THAT(bash, HasSubstr("--" + name));
        EXPECT_THAT(zsh, HasSubstr("--" + name));
        EXPECT_THAT(fish, HasSubstr("-l " + name));
      }
    }
  });
}

}  // namespace
}  // namespace daybook::cli
