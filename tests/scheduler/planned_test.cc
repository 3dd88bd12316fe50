// What a job was created for, and when its attempts were due: whatever the clock does meanwhile.
#include "tests/scheduler/engine.h"

namespace daybook::scheduler {
namespace {

struct PlannedCase {
  const char* name;
  Duration ahead;        // given time from the start; negative: it was past when it was created
  Duration back_before;  // the wall clock is set back while it waits
  Duration back_behind;  // ... while its first attempt runs
};

class Planned : public EngineTest, public testing::WithParamInterface<PlannedCase> {
 protected:
  void SetUp() override {
    engine.component("c");
    PutDefinition put = Engine::settings("d");
    put.retry.max_attempts = 2;
    engine.definition(put);
  }
  void wait_for(JobId job) {
    const Micros due = engine.state.find_job(job)->due;
    engine.now = due < engine.now ? engine.now : due;
  }
  void set_back(Duration by) {
    if (by.value > 0) {
      engine.now = engine.now + seconds(1);
      engine.set_back(by);
    }
  }
};

TEST_P(Planned, StaysOverStepsAndTriesAndTheDueTimeIsThatOfTheAttempt) {
  const Micros given = kStart + GetParam().ahead;
  const JobId job = engine.create("d", given);
  set_back(GetParam().back_before);
  wait_for(job);
  const Micros due = std::max(engine.state.find_job(job)->due, kStart);
  const StartedJob first = engine.start(job);
  EXPECT_EQ(first.planned, given);
  EXPECT_EQ(first.due, due);
  set_back(GetParam().back_behind);
  engine.ok<ReportOutcome>(Engine::failure(first.token));
  const auto retry = engine.last<events::JobRetryScheduled>();
  EXPECT_EQ(retry.end.planned, given);
  EXPECT_EQ(retry.end.due, due);
  wait_for(job);
  const StartedJob second = engine.start(job);
  EXPECT_EQ(second.planned, given);
  EXPECT_EQ(second.due, retry.run_at);
  engine.ok<ReportOutcome>(Engine::completion(second.token));
  EXPECT_EQ(engine.last<events::JobCompleted>().end.planned, given);
  EXPECT_EQ(engine.last<events::JobCompleted>().end.due, retry.run_at);
}

INSTANTIATE_TEST_SUITE_P(Clocks, Planned,
                         testing::Values(PlannedCase{"quiet", hours(4), {}, {}},
                                         PlannedCase{"past", hours(-30), {}, {}},
                                         PlannedCase{"back", hours(4), hours(2), {}},
                                         PlannedCase{"past_back", hours(-30), hours(2), {}},
                                         PlannedCase{"back_while_it_runs", hours(4), {}, hours(2)},
                                         PlannedCase{"twice", hours(4), hours(2), hours(3)}),
                         [](const auto& test) { return std::string(test.param.name); });

TEST_F(Planned, AJobThatWaitedWhenTheClockWasSetBackKeepsWhatItWasGiven) {
  PutDefinition paused = Engine::settings("d");
  paused.paused = true;
  engine.definition(paused);
  const JobId job = engine.create("d", kStart + seconds(10));
  engine.now = kStart + seconds(20);
  engine.set_back(hours(1));
  EXPECT_LE(engine.state.find_job(job)->due, engine.now) << "it was due before";
  EXPECT_EQ(engine.state.find_job(job)->planned, kStart + seconds(10));
}

TEST_F(Planned, ADelayedOneIsShownByTheWallClock) {
  engine.set_back(hours(1));
  const StartedJob now = engine.start(engine.create("d"));
  EXPECT_EQ(now.due, engine.now);
  EXPECT_EQ(now.planned, engine.now + hours(-1));
  EXPECT_EQ(now.ahead, hours(1));
}

}  // namespace
}  // namespace daybook::scheduler
