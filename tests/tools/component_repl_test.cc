// component repl: what is typed, and what is shown of it.
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/tools/command_line.h"
#include "tests/tools/temp_directory.h"

namespace daybook::cli {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

Ran type(const std::string& lines, bool terminal = false) {
  return run_line({"component", "repl"}, "daybook", {}, lines, terminal);
}

struct Talk {
  const char* name;
  const char* typed;
  const char* shown;
};

class ReplTalks : public testing::TestWithParam<Talk> {};

TEST_P(ReplTalks, Show) {
  const Ran ran = type(GetParam().typed);
  EXPECT_EQ(ran.err, "");
  EXPECT_EQ(ran.out, GetParam().shown);
  EXPECT_EQ(ran.code, 0);
}

constexpr Talk kTalks[] = {
    {"Expressions", "1 + 2\n  3\n\nfrom 4\nfrom(5)\n// nothing\n'a // b'\n",
     "3\n3\n4\n5\n\"a // b\"\n"},
    {"Blocks", "let g(x) =>\n  let y = x\n  from y\ng(1)\n", "1\n"},
    {"Arms", "let x = 2\nx match\n  1 |> 'one'\n  |> 'other'\nx\n", "\"other\"\n2\n"},
    {"ArmsUntilAnEmptyLine", "1 match\n  1 |> 'one'\n\n2\n", "\"one\"\n2\n"},
    {"ArmsUntilTheEnd", "1 match\n  1 |> 'one'", "\"one\"\n"},
    {"Brackets", "[1,\n2,\n  3\n]\n(\n4)\n", "[1,2,3]\n4\n"},
    {"Pipes", "let xs = [1, 2]\nfrom xs select x =>\n  x\n  + 1\nxs count\n", "[2,3]\n2\n"},
    {"Effects", "from {\n  effect = 'scheduleJob'\n  definition = 'x'\n}\n",
     "null\neffect {\"effect\":\"scheduleJob\",\"definition\":\"x\"}\n"},
    {"LaterLetsReplace",
     "let x = 5\nlet y = x + 1\nlet x = 6\ny\nlet f(a) => a\nlet f(a) => a * 2\nf(y)\n", "7\n14\n"},
    {"Params", "param n: number = 3\nexport let m = n + 1\nlet\tk = m\nn + k\n", "7\n"},
    {"TextsOverLines", "'a\nb'\n", "\"a\\nb\"\n"},
    {"PastedPipes", "[1, 2, 3]\n  select x => x * 10\n  where x => x > 10\n1\n",
     "[1,2,3]\n[20,30]\n1\n"},
    {"PastedLets", "let xs = [1, 2, 3]\n  select x => x * 10\nxs\n", "[10,20,30]\n"},
    {"PastedMatches", "5\n  match\n    5 |> 'five'\n    |> 'other'\n", "5\n\"five\"\n"},
    {"Now", ":now 2026-01-01T00:00:00Z\nnow\nnow year\n", "\"2026-01-01T00:00:00Z\"\n2026\n"},
    {"Quit", "1\n:quit\n2\n", "1\n"},
    {"QuitInsideOfAChunk", "let f(x) =>\n  x\n:quit\n2\n", ""},
};

INSTANTIATE_TEST_SUITE_P(Table, ReplTalks, testing::ValuesIn(kTalks),
                         [](const auto& one) { return one.param.name; });

TEST(Repl, FaultsAreWhereTheyWereTyped) {
  EXPECT_EQ(type("let a = 1\n\nnope\n").err, "repl:3:1: there is no 'nope' here\n  nope\n  ^\n");
  EXPECT_THAT(type("// x\nlet f(x) =>\n  from nope\nlet b = 2\n").err, StartsWith("repl:3:8: "));
  EXPECT_THAT(type("let a = 1\n(1\n+ a +\nnope)\n").err, StartsWith("repl:4:1: "));
  EXPECT_THAT(type("let a = 0\n\n1 / a\n").err, HasSubstr("DIVISION_BY_ZERO"));
  EXPECT_THAT(type("let a = 0\n\n1 / a\n").err, HasSubstr("(repl:3:3)"));
}

TEST(Repl, WhatWasPastedDoesNotReachTheTerminalRaw) {
  const std::string odd(kMisleading);
  EXPECT_EQ(type("nope // " + odd + "\n").err,
            "repl:1:1: there is no 'nope' here\n  nope // \\x1b\\x9b\\u202e\n  ^\n");
  const Ran shown = type("'" + odd + "'\n{ effect = 'scheduleJob', definition = 'x'," +
                         " parameters = { p = '" + odd + "' } }\n");
  EXPECT_THAT(shown.out, testing::AllOf(StartsWith("\"\\u001b\\u009b\\u202e\"\n"),
                                        HasSubstr(R"({"p":"\u001b\u009b\u202e"})")))
      << shown.err;
  EXPECT_TRUE(is_printable(shown)) << shown.out << shown.err;
  for (const std::string& typed :
       {":x" + odd + "\n", ":answers " + odd + "\n", std::string("param a\xc2\x9bz: number\n"),
        std::string("query a\xc2\x9bz\n")}) {
    const Ran ran = type(typed);
    EXPECT_THAT(ran.err, HasSubstr("\\x9b"));
    EXPECT_TRUE(is_printable(ran)) << ran.out << ran.err;
  }
}

TEST(Repl, WhatIsAtFaultIsNotKept) {
  const Ran ran = type("let x = 1\nlet x = nope\nlet f(\nlet y = 2\nx + y\n");
  EXPECT_EQ(ran.out, "3\n");
  EXPECT_THAT(ran.err, testing::AllOf(HasSubstr("repl:2:9"), HasSubstr("repl:3:")));
}

TEST(Repl, AParameterNeedsAValue) {
  const Ran ran = type("param n: number\n1\n");
  EXPECT_EQ(ran.out, "1\n");
  EXPECT_EQ(ran.err, "nobody gives 'n' a value here: write param n: number = …\n");
}

TEST(Repl, CommandsAreSaid) {
  EXPECT_THAT(type(":help\n").out, HasSubstr(":quit"));
  EXPECT_EQ(type(":hlep\n").err,
            "there is no ':hlep'; there are :answers, :config, :help, :now and :quit\n");
}

TEST(Repl, AnswersComeFromAFile) {
  const TempDirectory directory;
  const std::string file = (directory.path() / "rows.json").string();
  std::ofstream(file) << R"([[{"id": 1}, {"id": 2}]])";
  const std::string rows =
      "(query orders) match\n  QueryError |> []\n  (r) |> r select o => o.id\n";
  EXPECT_EQ(type(":answers " + file + "\n" + rows + "\n" + rows).out, "[1,2]\n[1,2]\n");
  EXPECT_THAT(type(rows).err, HasSubstr("NO_ANSWER"));
  EXPECT_THAT(type(":answers nowhere.json\n").err, HasSubstr("nowhere.json"));
  EXPECT_THAT(type(":now yesterday\n").err, HasSubstr("(:now)"));
}

TEST(Repl, SetsComeFromASettingsFile) {
  const TempDirectory directory;
  const std::string rows = (directory.path() / "rows.json").string();
  std::ofstream(rows) << R"([[{"at": "2026-01-01T00:00:00Z"}]])";
  const std::string config = (directory.path() / "shop.toml").string();
  std::ofstream(config)
      << "[graph.orders]\nsource = \"ndjson\"\nfile = \"x\"\nfields = { at = \"instant\" }\n";
  const std::string typed = ":config " + config + "\n:answers " + rows +
                            "\n:now 2026-01-02T00:00:00Z\n"
                            "query orders\n  select o => now - o.at\n\n"
                            "query others\n";
  const Ran ran = type(typed);
  EXPECT_EQ(ran.out, "[{\"at\":\"2026-01-01T00:00:00Z\"}]\n[\"P1D\"]\n");
  EXPECT_THAT(ran.err, HasSubstr("'others'"));
  EXPECT_THAT(type(":config nowhere.toml\n").err, HasSubstr("nowhere.toml"));
}

TEST(Repl, APersonIsAskedForMore) {
  EXPECT_EQ(type("let f(x) =>\n  x\n\nf(1)\n", true).out, "> . . > 1\n> \n");
  EXPECT_EQ(type("1\n:quit\n", true).out, "> 1\n> ");
}

}  // namespace
}  // namespace daybook::cli
