// Every table of this folder is a test of its own.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

#include "tests/scenarios/driver.h"

namespace daybook::scenarios {
namespace {

std::vector<std::filesystem::path> tables() {
  std::vector<std::filesystem::path> out;
  for (const auto& entry : std::filesystem::directory_iterator(DAYBOOK_SCENARIOS)) {
    if (entry.path().extension() == ".txt" && entry.path().stem() != "CMakeLists") {
      out.push_back(entry.path());
    }
  }
  std::sort(out.begin(), out.end());
  return out;
}

std::string problems_of(std::string_view text) {
  std::string out;
  for (const Problem& problem : run_scenario(text)) {
    out += "line " + std::to_string(problem.line) + ": " + problem.text + "\n";
  }
  return out;
}

class Scenario : public testing::TestWithParam<std::filesystem::path> {};

TEST_P(Scenario, ComesOutAsWritten) {
  std::ifstream in(GetParam());
  std::stringstream text;
  text << in.rdbuf();
  ASSERT_FALSE(text.str().empty());
  EXPECT_EQ(problems_of(text.str()), "");
}

INSTANTIATE_TEST_SUITE_P(Tables, Scenario, testing::ValuesIn(tables()),
                         [](const auto& table) { return table.param.stem().string(); });

TEST(ScenarioDriver, AnExpectationThatDoesNotComeIsAProblem) {
  const std::string problems = problems_of(
      "component work\n"
      "definition mail\n"
      "schedule j1 def=mail\n"
      "tick -> nothing\n"
      "schedule j2 def=none\n");
  EXPECT_NE(problems.find("line 4: tick -> run j1#1, expected nothing"), std::string::npos)
      << problems;
  EXPECT_NE(problems.find("line 5: "), std::string::npos) << problems;
}

TEST(ScenarioDriver, ALineThatCannotBeUnderstoodIsAProblem) {
  for (const char* bad : {"frobnicate j1\n", "complete j1#1\n", "definition d maxAttempts=x\n",
                          "at 25:00:00 tick\n", "at 10:00:00 tick\nat 09:00:00 tick\n"}) {
    EXPECT_NE(problems_of(bad), "") << bad;
  }
}

TEST(ScenarioDriver, ThereAreEnoughTables) {
  EXPECT_GE(tables().size(), 25U);
}

}  // namespace
}  // namespace daybook::scenarios
