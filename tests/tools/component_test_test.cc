// component test: files of cases, right and wrong.
#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/tools/command_line.h"
#include "tests/tools/temp_directory.h"

namespace daybook::cli {
namespace {

using testing::HasSubstr;

class ComponentTest : public testing::Test {
 protected:
  Ran cases(const std::string& text) {
    std::ofstream(directory_.path() / "half.hreactor") << "param of: number\nfrom 1 / of\n";
    std::ofstream(directory_.path() / "half.yaml") << text;
    return run_line({"component", "test", (directory_.path() / "half.yaml").string()});
  }

  const TempDirectory directory_;
};

TEST_F(ComponentTest, WhatIsNotNamedMayBeAnything) {
  const Ran ran = cases(
      "component: half.hreactor\n"
      "cases:\n"
      "  - { name: a half, parameters: { of: 2 }, result: 0.50 }\n"
      "  - { name: a third, parameters: { of: 3 }, result: 0.3333333333333333333333333333 }\n"
      "  - { name: nothing is asked for, parameters: { of: 4 } }\n"
      "  - { parameters: { of: 0 }, failure: DIVISION_BY_ZERO }\n"
      "  - { name: without parameters, failure: PARAMETER, result: null }\n");
  EXPECT_EQ(ran.code, 0) << ran.out << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("ok      line 6"));
  EXPECT_THAT(ran.out, HasSubstr("5 cases, 0 failed"));
}

TEST_F(ComponentTest, WhatDiffersIsShown) {
  const Ran ran = cases(
      "component: half.hreactor\n"
      "cases:\n"
      "  - { name: a third, parameters: { of: 3 }, result: 0.333333333333333 }\n"
      "  - { name: no effects, parameters: { of: 1 }, effects: [ { effect: sendEmail } ] }\n"
      "  - { name: no fault, parameters: { of: 1 }, failure: PARAMETER }\n");
  EXPECT_NE(ran.code, 0);
  EXPECT_THAT(ran.out, HasSubstr("FAILED  a third"));
  EXPECT_THAT(ran.out, HasSubstr("FAILED  no effects"));
  EXPECT_THAT(ran.out, HasSubstr("FAILED  no fault"));
}

TEST_F(ComponentTest, RowsHaveTheTypesOfTheSettingsThatTheFileNames) {
  std::ofstream(directory_.path() / "shop.toml")
      << "[graph.orders]\nsource = \"ndjson\"\nfile = \"x\"\nfields = { at = \"instant\" }\n";
  std::ofstream(directory_.path() / "due.hreactor")
      << "from query orders(at) select o => now - o.at\n";
  const Ran ran = cases(
      "component: due.hreactor\n"
      "config: shop.toml\n"
      "cases:\n"
      "  - { now: 2026-01-02T00:00:00Z, answers: [ [ { at: '2026-01-01T00:00:00Z' } ] ],"
      " result: [ P1D ] }\n");
  EXPECT_EQ(ran.code, 0) << ran.out << ran.err;
}

TEST_F(ComponentTest, EffectsThatAServerRefusesAreFaults) {
  std::ofstream(directory_.path() / "later.hreactor")
      << "param at: instant\nfrom { effect = 'scheduleJob', definition = 'x', at = at }\n";
  const Ran ran = cases(
      "component: later.hreactor\n"
      "cases:\n"
      "  - { name: far, now: 2026-01-01T00:00:00Z,"
      " parameters: { at: \"2099-01-01T00:00:00Z\" }, failure: BAD_EFFECT }\n"
      "  - { name: near, parameters: { at: \"2026-01-01T00:00:00Z\" },"
      " effects: [ { definition: x } ] }\n");
  EXPECT_EQ(ran.code, 0) << ran.out << ran.err;
}

TEST_F(ComponentTest, UnknownMembersAreNamedWithTheirLine) {
  const Ran ran = cases("component: half.hreactor\ncases:\n  - name: x\n    nme: y\n");
  EXPECT_EQ(ran.code, 2);
  EXPECT_THAT(ran.err, HasSubstr("there is no member 'nme' here; there are name, parameters, now, "
                                 "answers, result, effects, failure"));
  EXPECT_THAT(ran.err, HasSubstr("half.yaml:4"));
}

TEST_F(ComponentTest, AFileThatIsWrongRunsNothing) {
  for (const char* bad : {"    nme: y\n", "    now: yesterday\n"}) {
    const Ran ran = cases(
        "component: half.hreactor\ncases:\n  - { parameters: { of: 2 } }\n"
        "  - parameters: { of: 4 }\n" +
        std::string(bad));
    EXPECT_EQ(ran.code, 2);
    EXPECT_EQ(ran.out, "");
  }
}

TEST_F(ComponentTest, WhatIsLongIsCut) {
  std::ofstream(directory_.path() / "long.hreactor") << "from ([1] repeat 10000) select n => 'é'\n";
  const Ran ran = cases("component: long.hreactor\ncases:\n  - { name: x, result: 1 }\n");
  EXPECT_EQ(ran.code, 2);
  EXPECT_LT(ran.out.size(), 1000U);
  EXPECT_THAT(ran.out, testing::AllOf(HasSubstr("bytes more)"), HasSubstr("1 case, 1 failed")));
}

TEST_F(ComponentTest, WhatItsFilesHoldDoesNotReachTheTerminalRaw) {
  const std::string odd(kMisleading);
  std::ofstream(directory_.path() / "odd.hreactor") << "from '" << odd << "'\n";
  const Ran ran = cases(
      "component: odd.hreactor\ncases:\n  - { name: \"a\\e\\u009b\\u202e\\nb\", result: "
      "\"c\\u009b\" }\n");
  EXPECT_THAT(ran.out, HasSubstr("FAILED  a    b\n        result: wanted \"c\\x9b\", gave "));
  EXPECT_TRUE(is_printable(ran)) << ran.out << ran.err;
  std::ofstream(directory_.path() / "odd.hreactor") << "from nope // " << odd << "\n";
  const Ran wrong = cases("component: odd.hreactor\ncases:\n  - { name: x }\n");
  EXPECT_THAT(wrong.err, HasSubstr("\n  from nope // \\x1b\\x9b\\u202e\n       ^\n"));
  EXPECT_TRUE(is_printable(wrong)) << wrong.out << wrong.err;
}

TEST_F(ComponentTest, HelpNamesTheMembers) {
  EXPECT_THAT(run_line({"component", "test", "--help"}).out,
              testing::AllOf(HasSubstr("component, config, cases"), HasSubstr("failure")));
}

TEST_F(ComponentTest, ModulesAreBelowTheRoot) {
  std::filesystem::create_directories(directory_.path() / "shop");
  std::ofstream(directory_.path() / "one.module.hrc") << "export let one = 1\n";
  std::ofstream(directory_.path() / "shop/two.hrc")
      << "import { one } from '../one.module.hrc'\nfrom one + 1\n";
  const std::string file = (directory_.path() / "shop/two.yaml").string();
  std::ofstream(file) << "component: two.hrc\ncases:\n  - result: 2\n";
  EXPECT_EQ(run_line({"component", "test", file, "--root", directory_.path().string()}).code, 0);
  EXPECT_THAT(run_line({"component", "test", file}).err, HasSubstr("--root"));
}

TEST_F(ComponentTest, AMissingComponentIsNamed) {
  const Ran ran = cases("component: other.hreactor\ncases: []\n");
  EXPECT_NE(ran.code, 0);
  EXPECT_THAT(ran.err, HasSubstr("other.hreactor"));
  EXPECT_THAT(ran.err, testing::Not(HasSubstr("BAD_ROOT")));
}

}  // namespace
}  // namespace daybook::cli
