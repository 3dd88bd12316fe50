#include "components/rule_evaluator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/json_text.h"
#include "base/limits/rules.h"
#include "base/sha256.h"
#include "components/reactor/sets.h"

namespace daybook::components {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// Answers every question with an error, and takes its time.
class SlowOutside final : public Outside, private reactor::Sets {
 public:
  explicit SlowOutside(FakeClock& clock) : clock_(clock) {}

  const reactor::Sets& sets() const override { return *this; }
  Result<std::string> ask(std::string_view, const AskTerms&) override {
    clock_.advance(takes);
    return std::string(R"({"error":"nobody is there"})");
  }

  Duration takes;

 private:
  const reactor::SetType* find(std::string_view) const override { return nullptr; }
  std::vector<std::string> names() const override { return {}; }

  FakeClock& clock_;
};

// Every look at it takes its time.
class TickingClock final : public Clock {
 public:
  Micros wall() const override { return Micros{1'763'251'200'000'000}; }
  Micros steady() const override { return Micros{steady_ += kRuleTimeoutUs / 10}; }

 private:
  mutable std::int64_t steady_ = 0;
};

class RuleEvaluatorTest : public testing::Test {
 protected:
  static std::shared_ptr<const RuleCode> code(const std::string& text) {
    auto out = std::make_shared<RuleCode>();
    out->own.component = "a.hrule";
    out->own.spec = R"({"code":)";
    append_json_string(out->own.spec, text);
    out->own.spec += '}';
    out->own.spec_hash = sha256(out->own.spec);
    return out;
  }
  std::vector<std::string> hooks(const std::string& text) {
    const auto out = evaluator.hooks(*code(text));
    EXPECT_TRUE(out) << out.error().text();
    return out ? out->hooks : std::vector<std::string>();
  }
  RuleOutcome run(const std::string& text, const std::string& parameters = "{}") {
    return evaluator.run(order(text, parameters));
  }
  static RuleOrder order(const std::string& text, const std::string& parameters = "{}") {
    return {code(text),
            "input",
            R"({"event":{"seq":7,"time":"2025-11-16T00:00:00Z",)"
            R"("type":"JobCreated","actor":"x"},"jobDefinitionId":"d"})",
            parameters,
            Micros{1'763'251'200'000'000},
            "r\na.hrule\n7"};
  }

  FakeClock clock;
  SlowOutside outside{clock};
  ReactorRuleEvaluator evaluator{outside, clock};
};

TEST_F(RuleEvaluatorTest, HooksAreTheTypeOfAParameter) {
  EXPECT_THAT(hooks("param delay: duration = 1 hours\nparam e: OnJobCreated\nfrom []\n"),
              ElementsAre("OnJobCreated"));
  EXPECT_THAT(hooks("param input: OnJobFailed | OnSendingBounced\nfrom []\n"),
              ElementsAre("OnJobFailed", "OnSendingBounced"));
  EXPECT_THAT(hooks("param input: text = ''\nfrom []\n"), IsEmpty());
  EXPECT_THAT(hooks("from []\n"), IsEmpty());
  EXPECT_FALSE(evaluator.hooks(*code("from nobody\n")));
}

TEST_F(RuleEvaluatorTest, TheEventAndTheRulesOwnParametersAreGiven) {
  const std::string text =
      "param input: OnJobCreated\nparam delay: duration = 1 hours\n"
      "from { effect = 'scheduleJob', definition = input.jobDefinitionId,\n"
      "       at = input.event.time + delay, parameters = {} }\n";
  for (const auto& [parameters, minutes] :
       {std::pair{"{}", 60}, std::pair{" { } ", 60}, std::pair{R"({"delay":"15 minutes"})", 15}}) {
    const RuleOutcome out = run(text, parameters);
    ASSERT_FALSE(out.failure) << out.failure->message;
    ASSERT_EQ(out.effects.size(), 1U);
    const auto& effect = std::get<ScheduleJobEffect>(out.effects[0]);
    EXPECT_EQ(effect.definition, "d");
    EXPECT_EQ(effect.at, Micros{1'763'251'200'000'000} + seconds(60 * minutes));
  }
  EXPECT_EQ(run(text, R"({"other":1})").failure.value().code, "PARAMETER");
}

TEST_F(RuleEvaluatorTest, TheSameRunMakesTheSameIds) {
  const std::string text =
      "param input: OnJobCreated\n"
      "from { effect = 'scheduleJob', definition = 'd', parameters = { id = newid } }\n";
  const auto first = run(text);
  const auto second = run(text);
  ASSERT_EQ(first.effects.size(), 1U);
  EXPECT_EQ(std::get<ScheduleJobEffect>(first.effects[0]).parameters,
            std::get<ScheduleJobEffect>(second.effects[0]).parameters);
}

TEST_F(RuleEvaluatorTest, AnswersAreKept) {
  const RuleOutcome out =
      run("param input: OnJobCreated\n"
          "from (query jobs(jobId)) match\n"
          "  QueryError |> [{ effect = 'scheduleJob', definition = 'd', parameters = {} }]\n"
          "  |> []\n");
  ASSERT_FALSE(out.failure) << out.failure->message;
  EXPECT_EQ(out.effects.size(), 1U);
  EXPECT_THAT(out.answers, HasSubstr("nobody is there"));
}

TEST_F(RuleEvaluatorTest, ARunThatTakesTooLongEnds) {
  outside.takes = Duration{kRuleTimeoutUs};
  const std::string ask =
      "((query jobs(jobId)) match\n"
      "    QueryError |> 'a'\n"
      "    |> 'b')";
  const RuleOutcome out =
      run("param input: OnJobCreated\n"
          "from { effect = 'scheduleJob', definition = " +
          ask +
          ",\n"
          "       parameters = { x = " +
          ask + " } }\n");
  ASSERT_TRUE(out.failure);
  EXPECT_THAT(out.failure->message, HasSubstr("longer than 10 seconds"));
  EXPECT_THAT(out.effects, IsEmpty());
}

// The time of a rule holds inside of one filter too: its matches are some looks at the clock apart.
TEST_F(RuleEvaluatorTest, AFilterThatTakesTooLongEnds) {
  const TickingClock ticking;
  ReactorRuleEvaluator timed(outside, ticking);
  const RuleOutcome out =
      timed.run(order("param input: OnJobCreated\n"
                      "let n = ('x' padLeft (400000, 'a')) replace (/a(.*b)?/, 'y') length\n"
                      "from [] where x => n > 1\n"));
  ASSERT_TRUE(out.failure);
  EXPECT_EQ(out.failure->code, "TIMEOUT");
}

// So it does while the component is compiled, which is no fault of the component.
TEST_F(RuleEvaluatorTest, ACompilationThatTakesTooLongEnds) {
  const TickingClock ticking;
  ReactorRuleEvaluator timed(outside, ticking);
  std::string text = "param input: OnJobCreated\n";
  for (int i = 0; i < 20; ++i) {
    text += "let a" + std::to_string(i) + " = 'x' is /a/\n";
  }
  const RuleOutcome out = timed.run(order(text + "from []\n"));
  ASSERT_TRUE(out.failure);
  EXPECT_EQ(out.failure->code, "TIMEOUT");
  EXPECT_TRUE(out.failure->retryable);
  EXPECT_FALSE(evaluator.run(order(text + "from []\n")).failure);
}

TEST_F(RuleEvaluatorTest, AStoppedEvaluatorAsksNothing) {
  evaluator.stop();
  const RuleOutcome out =
      run("param input: OnJobCreated\n"
          "from (query jobs(jobId)) match\n"
          "  QueryError |> []\n"
          "  |> []\n");
  EXPECT_TRUE(out.failure);
}

}  // namespace
}  // namespace daybook::components
