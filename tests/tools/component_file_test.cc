// component check and run of files: what is named, and how.
#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/tools/command_line.h"
#include "tests/tools/temp_directory.h"

namespace daybook::cli {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class ComponentFileTest : public testing::Test {
 protected:
  std::string write(const std::string& name, const std::string& code) {
    const auto path = directory_.path() / name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path) << code;
    return path.string();
  }
  std::string root() const { return directory_.path().string(); }

  const TempDirectory directory_;
};

TEST_F(ComponentFileTest, FaultsNameTheFileAsItWasGiven) {
  const std::string file = write("shop/pay.hrc", "\nfrom foo\n");
  EXPECT_THAT(run_line({"component", "check", file}).err, StartsWith(file + ":2:6: "));
  EXPECT_THAT(run_line({"component", "check", file, "--root", root()}).err,
              StartsWith(file + ":2:6: "));
  const std::string relative = std::filesystem::relative(file).string();
  EXPECT_THAT(run_line({"component", "check", relative}).err, StartsWith(relative + ":2:6: "));
}

TEST_F(ComponentFileTest, WhatAFileHoldsDoesNotReachTheTerminalRaw) {
  const std::string odd(kMisleading);
  const std::string wrong = write("w.hrc", "from ['" + odd + "', nope] // " + odd + "\n");
  const Ran checked = run_line({"component", "check", wrong});
  EXPECT_EQ(checked.err, wrong +
                             ":1:14: there is no 'nope' here\n"
                             "  from ['\\x1b\\x9b\\u202e', nope] // \\x1b\\x9b\\u202e\n"
                             "                          ^\n"
                             "daybook: COMPONENT_REFUSED: 1 fault\n");
  EXPECT_EQ(run_line({"component", "run", wrong}).err, checked.err);
  // A name may have a C1 control in it.
  const std::string name = "a\xc2\x9bz";
  const std::string asks = write("q.hrc", "param " + name + ": number\nfrom query " + name + "\n");
  for (const Ran& ran :
       {run_line({"component", "check", asks, asks}), run_line({"component", "check", asks}),
        run_line({"component", "run", asks}),
        run_line({"component", "run", asks, "--param", name + "=1"})}) {
    EXPECT_THAT(ran.out + ran.err, HasSubstr("a\\x9bz"));
    EXPECT_TRUE(is_printable(ran)) << ran.out << ran.err;
  }
  const Ran gave = run_line({"component", "run", write("r.hrc", "from '" + odd + "'\n")});
  EXPECT_THAT(gave.out, HasSubstr(R"("\u001b\u009b\u202e")"));
}

TEST_F(ComponentFileTest, TheCaretStandsBelowWideCharactersToo) {
  const std::string file = write("w.hrc", "from ['時', nope]\n");
  EXPECT_THAT(run_line({"component", "check", file}).err,
              HasSubstr(":1:12: there is no 'nope' here\n  from ['時', nope]\n"
                        "              ^\n"));
}

TEST_F(ComponentFileTest, FaultsOfModulesNameTheirFiles) {
  write("lib/bad.module.hrc", "export let a = foo\n");
  const std::string file =
      write("shop/pay.hrc", "import { a } from '../lib/bad.module.hrc'\nfrom a\n");
  EXPECT_THAT(run_line({"component", "check", file, "--root", root() + "/"}).err,
              StartsWith(root() + "/lib/bad.module.hrc:1:16: "));
}

TEST_F(ComponentFileTest, ARunThatFailsNamesThePlace) {
  const std::string file = write("half.hrc", "param of: number\nfrom 1 / of\n");
  const Ran ran = run_line({"component", "run", file, "--param", "of=0"});
  EXPECT_EQ(ran.out, "");  // said once
  EXPECT_THAT(ran.err, HasSubstr("(" + file + ":2:8)"));
  EXPECT_THAT(run_line({"component", "run", file}).err, HasSubstr("(parameters.of)"));
}

TEST_F(ComponentFileTest, WhatOnlyAServerKnowsIsNotChecked) {
  const std::string file = write("q.hrc", "from [query orders(id), query nobody]\n");
  EXPECT_EQ(run_line({"component", "check", file}).out,
            "not checked: what is asked of 'nobody', 'orders'; a server knows its sets "
            "(--ask-server), or its settings (--config)\nno fault found\n");
  EXPECT_EQ(
      run_line({"component", "check", file, "--ask-server", "--server", "http://127.0.0.1:1"}).code,
      5);
}

// What runs on a server with these sets runs here, and what it refuses is refused.
TEST_F(ComponentFileTest, SetsOfASettingsFileAreKnown) {
  const std::string config = write("daybook.toml",
                                   "exec-slots = 3\n[graph.orders]\nsource = \"ndjson\"\n"
                                   "file = \"orders.ndjson\"\nkey = \"id\"\n"
                                   "fields = { id = \"uuid\", at = \"instant\", lines = [{ sku = "
                                   "\"text\", seen = \"instant\" }] }\n");
  const std::string id = "0b1f2a3c-0000-4000-8000-000000000001";
  const std::string answers =
      write("rows.json", R"([[{"id":")" + id + R"(","at":"2026-11-29T00:00:00Z",)" +
                             R"("lines":[{"sku":"a","seen":"2026-11-28T00:00:00Z"}]}]])");
  const std::string file = write("q.hrc",
                                 "from query orders(id)\n  where o => o.at > now - 2 days\n"
                                 "  select o => o.id match\n    (i: uuid) |> o.lines first match\n"
                                 "      nothing |> 'no line'\n"
                                 "      (l) |> o.at - l.seen\n    |> 'no uuid'\n");
  const std::vector<std::string> run = {
      "component", "run", file, "--answers", answers, "--now", "2026-11-30T00:00:00Z"};
  EXPECT_THAT(run_line(run).err, HasSubstr("RUN_TYPE"));
  auto with = run;
  with.insert(with.end(), {"--config", config});
  EXPECT_THAT(run_line(with).out, HasSubstr("\"P1D\""));
  EXPECT_THAT(run_line(run, "daybook", {{"DAYBOOK_CONFIG", config}}).out, HasSubstr("\"P1D\""));
  EXPECT_EQ(run_line({"component", "check", file, "--config", config}).out, "no fault found\n");
  for (const auto& [code, fault] :
       {std::pair{"from query orders select o => o.total\n", "'total'"},
        std::pair{"from query invoices\n", "'invoices'"},
        std::pair{"from query orders filter 'att > now'\n", "there is no field 'att'"}}) {
    const std::string wrong = write("w.hrc", code);
    EXPECT_THAT(run_line({"component", "check", wrong, "--config", config}).err, HasSubstr(fault));
  }
  EXPECT_THAT(run_line({"component", "check", file, "--config", write("bad.toml", "a = \n")}).err,
              HasSubstr("bad.toml:1"));
}

TEST_F(ComponentFileTest, DaybooksOwnSetsAreAlwaysKnown) {
  const std::string wrong = write("w.hrc", "from query jobs select j => j.stauts\n");
  EXPECT_THAT(run_line({"component", "check", wrong}).err, HasSubstr("'stauts'"));
  for (const char* set : {"jobs", "jobDefinitions", "components", "rules", "sendings", "events"}) {
    const std::string file = write(
        "x.hrc", "from query " + std::string(set) + " match\n  QueryError |> []\n  (r) |> r\n");
    EXPECT_EQ(run_line({"component", "check", file}).out, "no fault found\n") << set;
  }
  const std::string file = write("late.hrc",
                                 "from query jobs(runAt) where j => j.runAt < now - 1 days\n"
                                 "  select j => now - j.runAt\n");
  const std::string answers = write("rows.json", R"([[{"runAt":"2026-11-28T00:00:00Z"}]])");
  EXPECT_THAT(
      run_line({"component", "run", file, "--answers", answers, "--now", "2026-11-30T00:00:00Z"})
          .out,
      HasSubstr("\"P2D\""));
}

// An answer that a server would not give is not given here.
TEST_F(ComponentFileTest, AQuestionThatIsWrongIsNotAnswered) {
  const std::string file =
      write("q.hrc",
            "param f = 'stauts == failed'\nfrom query jobs(jobId) filter f match\n"
            "  (e: QueryError) |> e.code\n  (r) |> r count\n");
  const std::string answers = write("rows.json", "[[]]");
  EXPECT_THAT(run_line({"component", "run", file, "--answers", answers}).out,
              HasSubstr("GRAPH_UNKNOWN_FIELD"));
}

TEST_F(ComponentFileTest, NothingIsGivenByWhatHasNoFrom) {
  for (const char* code : {"", "let x = 1\n", "param n: number = 1\n// from n\n"}) {
    EXPECT_THAT(run_line({"component", "check", write("x.hrc", code)}).out,
                HasSubstr("warning: it gives nothing"))
        << code;
  }
  for (const char* code : {"from 1\n", "export let x = 1\n",
                           "let id = sendEmail { to = 'a@example.org', subject = 's',"
                           " body = { plainText = 'x' } }\n"}) {
    EXPECT_THAT(run_line({"component", "check", write("x.hrc", code)}).out,
                Not(HasSubstr("warning")))
        << code;
  }
}

TEST_F(ComponentFileTest, StandardInputIsAFileToo) {
  const Ran good = run_line({"component", "check", "-"}, "daybook", {}, "from 1\n");
  EXPECT_EQ(good.out, "no fault found\n");
  const Ran bad = run_line({"component", "check", "-"}, "daybook", {}, "\nfrom nope\n");
  EXPECT_THAT(bad.err, StartsWith("-:2:6: "));
}

TEST_F(ComponentFileTest, EffectsThatAServerRefusesAreFound) {
  const struct {
    const char* effect;
    const char* text;
  } kCases[] = {
      {"sendEmail { to = 'no address', subject = 's', body = { plainText = 'x' } }",
       "BAD_EFFECT: Must be one plain address such as ann@example.org. (effects[0].to)"},
      {"sendEmail { to = 'a@example.org', subject = 's\nt', body = { plainText = 'x' } }",
       "BAD_EFFECT: must stand on one line"},
      {"sendEmail { to = 'a@example.org', subject = 's', category = 'system:x',"
       " body = { plainText = 'x' } }",
       "(effects[0].category)"},
      {"httpPost { url = 'ftp://x' }", "(effects[0].url)"},
      {"{ effect = $'schedule{'Job'}', at = now }", "(effects[0].definition)"},
      {"{ effect = $'dan{'ce'}' }",
       "EFFECT_NOT_SUPPORTED: The effect 'dance' is not supported here."},
  };
  for (const auto& [effect, text] : kCases) {
    const std::string file = write("x.hrc", "\nfrom " + std::string(effect) + "\n");
    const Ran ran = run_line({"component", "run", file});
    EXPECT_EQ(ran.code, 2) << effect;
    EXPECT_THAT(ran.err, testing::AllOf(HasSubstr(text), HasSubstr("(" + file + ":2:")));
    EXPECT_THAT(ran.out, Not(HasSubstr("\"effects\"")));
  }
}

TEST_F(ComponentFileTest, AnImportOutsideOfTheRootNamesTheOption) {
  write("lib/x.module.hrc", "export let a = 1\n");
  const std::string file =
      write("shop/pay.hrc", "import { a } from '../lib/x.module.hrc'\nfrom a\n");
  EXPECT_THAT(run_line({"component", "check", file}).err, HasSubstr("--root names the folder"));
  EXPECT_EQ(run_line({"component", "check", file, "--root", root()}).code, 0);
  const std::string lost = write("shop/lost.hrc", "import { a } from '../lib/y.module.hrc'\n");
  EXPECT_THAT(run_line({"component", "check", lost}).err,
              testing::AllOf(HasSubstr("leads to no component"), Not(HasSubstr("--root"))));
}

TEST_F(ComponentFileTest, EveryFileIsChecked) {
  const std::string good = write("good.hrc", "param n: number = 1\nfrom n\n");
  const std::string bad = write("bad.hrc", "from foo\n");
  const Ran ran = run_line({"component", "check", bad, good});
  EXPECT_EQ(ran.code, 2);
  EXPECT_THAT(ran.err, testing::AllOf(StartsWith(bad + ":1:6: "), HasSubstr("1 of 2")));
  EXPECT_EQ(ran.out, good + ": param n: number (optional)\n" + good + ": no fault found\n");
  EXPECT_EQ(run_line({"component", "check", good, good}).code, 0);
}

TEST_F(ComponentFileTest, AFileThatIsNotThereIsSaidToBeMissing) {
  for (const char* name : {"w/absent", "absent.hrd"}) {
    const Ran ran = run_line({"--server", "http://127.0.0.1:1", "component", "check", name});
    EXPECT_EQ(ran.code, 3);
    EXPECT_EQ(ran.err, "daybook: NO_SUCH_FILE: there is no file '" + std::string(name) + "'\n");
  }
  EXPECT_EQ(run_line({"--server", "http://127.0.0.1:1", "component", "check", "absent"}).code, 5);
}

}  // namespace
}  // namespace daybook::cli
