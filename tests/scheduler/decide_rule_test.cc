#include "base/limits/rules.h"
#include "tests/scheduler/engine.h"

namespace daybook::scheduler {
namespace {

class DecideRule : public EngineTest {
 protected:
  void SetUp() override { engine.component("a.hrule", events::Runtime::kReactor); }

  static PutRule rule(const std::string& id, std::vector<std::string> components = {"a.hrule"}) {
    PutRule put;
    put.rule = id;
    for (std::string& component : components) {
      put.components.push_back({std::move(component), ""});
    }
    return put;
  }
};

TEST_F(DecideRule, RuleIsCreatedAndChanged) {
  PutRule put = rule("r");
  put.components.front().parameters = R"({"n":1})";
  put.display_name = "R";
  auto outcome = engine.ok<RuleOutcome>(put);
  EXPECT_TRUE(outcome.created);
  EXPECT_TRUE(outcome.missing.empty());
  EXPECT_EQ(engine.written, Names{"RulePut"});
  const Rule* kept = engine.state.find_rule("r");
  ASSERT_NE(kept, nullptr);
  EXPECT_EQ(kept->display_name, "R");
  ASSERT_EQ(kept->versions.size(), 1U);
  EXPECT_EQ(kept->versions[0].components, R"([{"componentId":"a.hrule","parameters":{"n":1}}])");
  outcome = engine.ok<RuleOutcome>(rule("r", {"a.hrule", "gone"}));
  EXPECT_FALSE(outcome.created);
  EXPECT_EQ(outcome.missing, std::vector<std::string>{"gone"});
  kept = engine.state.find_rule("r");
  EXPECT_EQ(kept->display_name, "");
  EXPECT_EQ(kept->versions.size(), 2U);
}

TEST_F(DecideRule, SameComponentsAreNoNewVersion) {
  engine.ok<RuleOutcome>(rule("r"));
  PutRule put = rule("r");
  put.display_name = "Renamed";
  engine.ok<RuleOutcome>(put);
  EXPECT_EQ(engine.state.find_rule("r")->versions.size(), 1U);
  EXPECT_EQ(engine.state.find_rule("r")->display_name, "Renamed");
}

TEST_F(DecideRule, OnlyReactorsAndEachOnce) {
  engine.component("c");
  EXPECT_EQ(engine.refusal(rule("r", {"a.hrule", "c"})), "WRONG_RUNTIME components[1].componentId");
  EXPECT_EQ(engine.refusal(rule("r", {"a.hrule", "a.hrule"})),
            "REPEATED_COMPONENT components[1].componentId");
}

TEST_F(DecideRule, DeletedRuleIsGone) {
  engine.ok<RuleOutcome>(rule("r"));
  engine.ok<Done>(DeleteRule{"r"});
  EXPECT_EQ(engine.state.find_rule("r"), nullptr);
  EXPECT_EQ(engine.refusal(DeleteRule{"r"}), "NOT_FOUND");
}

TEST_F(DecideRule, BoundsAreKept) {
  PutRule many = rule("r", {});
  for (std::size_t i = 0; i <= kRuleComponentsMax; ++i) {
    many.components.push_back({"c" + std::to_string(i), ""});
  }
  EXPECT_EQ(engine.refusal(many), "TOO_LARGE components");
  many.components.pop_back();
  engine.ok<RuleOutcome>(many);
  PutRule large = rule("r");
  large.components.front().parameters = std::string(kRuleParametersBytesMax + 1, ' ');
  EXPECT_EQ(engine.refusal(large), "TOO_LARGE components");
  for (std::size_t i = 1; i < kRulesMax; ++i) {
    engine.ok<RuleOutcome>(rule("r" + std::to_string(i)));
  }
  EXPECT_EQ(engine.refusal(rule("one-more")), "TOO_MANY_RULES");
}

TEST_F(DecideRule, ChangesThatRulesAreBehindAreBounded) {
  for (std::size_t i = 0; i < kRuleVersionsMax; ++i) {
    engine.ok<RuleOutcome>(rule("r", {"c" + std::to_string(i)}));
  }
  EXPECT_EQ(engine.refusal(rule("r", {"another"})), "RULES_BEHIND");
}

TEST_F(DecideRule, NewRulesAreRefusedAtTheWatermark) {
  engine.closed = make_error(Code::kExhausted, "DISK_WATERMARK", "", "");
  EXPECT_EQ(engine.refusal(rule("r")), "DISK_WATERMARK");
}

}  // namespace
}  // namespace daybook::scheduler
