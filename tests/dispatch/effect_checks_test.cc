#include "dispatch/effect_checks.h"

#include <atomic>
#include <future>
#include <thread>
#include <utility>

#include "tests/dispatch/server_rig.h"

namespace daybook::dispatch {
namespace {

class EffectChecksTest : public ServerRig {
 protected:
  static components::RunOutcome job_maker() {
    components::RunOutcome out;
    components::ScheduleJobEffect effect;
    effect.definition = "none";
    effect.parameters = "{}";
    out.effects.emplace_back(std::move(effect));
    return out;
  }
};

TEST_F(EffectChecksTest, WhatIsPassedWhileItStopsIsAnsweredOnce) {
  constexpr std::size_t kOutcomes = 2000;
  open();
  const RuntimeChecks none;
  EffectRules rules;
  rules.parameters = ParameterSource{views.get(), &none};
  EffectChecks taken(rules);
  ASSERT_TRUE(taken.start());
  std::promise<void> go_on;
  std::atomic<std::size_t> answers{0};
  taken.pass(job_maker(), [&, held = go_on.get_future().share()](components::RunOutcome) {
    held.wait();
    ++answers;
  });
  std::atomic<bool> stopping{false};
  std::thread stopper([&] {
    stopping = true;
    taken.stop();
  });
  while (!stopping) {
    std::this_thread::yield();
  }
  for (std::size_t i = 0; i < kOutcomes; ++i) {
    taken.pass(job_maker(), [&](const components::RunOutcome& outcome) {
      EXPECT_FALSE(outcome.failure);
      ++answers;
    });
  }
  go_on.set_value();
  stopper.join();
  EXPECT_EQ(answers, kOutcomes + 1);
}

}  // namespace
}  // namespace daybook::dispatch
