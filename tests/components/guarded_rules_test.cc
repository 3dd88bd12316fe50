#include "components/guarded_rules.h"

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <vector>

#include <gtest/gtest.h>

#include "tests/components/support.h"

namespace daybook::components {
namespace {

// Ends the process when it runs the deadly one.
class Deadly final : public RuleEvaluator {
 public:
  Result<RuleHooks> hooks(const RuleCode&) override { return RuleHooks(); }
  RuleOutcome run(const RuleOrder& order) override {
    if (order.identity.starts_with("deadly")) {
      ::_exit(9);
    }
    RuleOutcome out;
    out.answers = "ran";
    return out;
  }
  void stop() override {}
};

RuleOrder order_of(const std::string& identity) {
  RuleOrder out;
  auto code = std::make_shared<RuleCode>();
  code->own.component = "a.hrule";
  out.code = std::move(code);
  out.identity = identity;
  return out;
}

class GuardedRulesTest : public testing::Test {
 protected:
  RuleOutcome run(const std::string& identity) {
    auto rules = GuardedRules::open(
        std::make_unique<Deadly>(), file_.parent_path(),
        [&](const std::string& of, const Error& why) { told_ = of + " " + why.reason; });
    EXPECT_TRUE(rules) << rules.error().text();
    return (*rules)->run(order_of(identity));
  }
  // Whether a process of its own, which runs these in one go, ends by one of them.
  bool ends_a_process(const std::vector<std::string>& identities) {
    const pid_t pid = ::fork();
    if (pid == 0) {
      auto rules = GuardedRules::open(std::make_unique<Deadly>(), file_.parent_path(),
                                      [](const std::string&, const Error&) {});
      for (const std::string& identity : identities) {
        (*rules)->run(order_of(identity));
      }
      ::_exit(0);
    }
    int status = 0;
    ::waitpid(pid, &status, 0);
    return WIFEXITED(status) && WEXITSTATUS(status) == 9;
  }

  TestDirectory directory_;
  std::filesystem::path file_ = directory_.make("data") / "rule-run";
  std::string told_;
};

TEST_F(GuardedRulesTest, RunThatEndedTheServerThreeTimesIsSetAsideAndTold) {
  for (unsigned i = 0; i < kRuleLossesMax; ++i) {
    EXPECT_TRUE(ends_a_process({"deadly"}));
  }
  for (int i = 0; i < 2; ++i) {  // the server may end before this is recorded
    const RuleOutcome out = run("deadly");
    ASSERT_TRUE(out.failure);
    EXPECT_EQ(out.failure->code, "RULE_LOST");
    EXPECT_TRUE(out.effects.empty());
    EXPECT_EQ(told_, "deadly RULE_LOST");
  }
  EXPECT_EQ(run("other").answers, "ran");
}

// As a round is: nothing of it is recorded before its end, so all of it runs again at each start.
TEST_F(GuardedRulesTest, RoundWithSeveralOfThemComesToItsEnd) {
  const std::vector<std::string> round = {"a", "deadly 1", "b", "deadly 2", "deadly 3", "c"};
  unsigned starts = 0;
  while (starts < 100 && ends_a_process(round)) {
    ++starts;
  }
  EXPECT_EQ(starts, 3 * kRuleLossesMax);
}

TEST_F(GuardedRulesTest, DamagedFileIsNoneAndAPipeIsRefused) {
  { std::ofstream(file_) << "short"; }
  EXPECT_EQ(run("other").answers, "ran");
  std::filesystem::remove(file_);
  ASSERT_EQ(::mkfifo(file_.c_str(), 0600), 0);
  EXPECT_FALSE(GuardedRules::open(std::make_unique<Deadly>(), file_.parent_path(),
                                  [](const std::string&, const Error&) {}));
}

}  // namespace
}  // namespace daybook::components
