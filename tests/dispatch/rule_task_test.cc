#include "dispatch/rule_task.h"

#include <gtest/gtest.h>

namespace daybook::dispatch {
namespace {

TEST(RuleTask, ADelayCountsFromTheEventInRunningTime) {
  RuleTask task;
  task.time = Micros{hours(24).value};
  task.clocks = {hours(2), hours(5)};
  const components::RuleCode code;
  components::ScheduleJobEffect effect;
  effect.definition = "d";
  effect.after = seconds(60);
  components::RuleOutcome outcome;
  outcome.effects.emplace_back(effect);
  const auto made = make_application(task, {code, {}}, std::move(outcome), {});
  ASSERT_EQ(made.effects.size(), 1U);
  const auto& job = std::get<scheduler::ScheduleEffect>(made.effects[0]);
  EXPECT_EQ(job.after, seconds(60));
  EXPECT_EQ(job.since, Micros{hours(22).value});
}

}  // namespace
}  // namespace daybook::dispatch
