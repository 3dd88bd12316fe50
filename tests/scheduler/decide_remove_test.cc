#include "base/limits/dispatch.h"
#include "tests/scheduler/engine.h"

namespace daybook::scheduler {
namespace {

class DecideRemove : public EngineTest {
 protected:
  void SetUp() override {
    engine.component("c");
    engine.definition("d");
  }

  static RemoveJobs remove(std::initializer_list<JobId> jobs, bool sweep) {
    RemoveJobs command;
    for (const JobId job : jobs) {
      command.jobs.push_back({job, "d"});
    }
    if (sweep) {
      command.cutoff = kStart;
    }
    return command;
  }
};

TEST_F(DecideRemove, EndedJobIsRemovedOnce) {
  const JobId job = engine.ended("d");
  EXPECT_EQ(engine.ok<RemoveOutcome>(remove({job}, false)).removed, 1U);
  EXPECT_EQ(engine.written, Names{"JobRemoved"});
  EXPECT_FALSE(engine.state.is_ended(job));
  EXPECT_EQ(engine.refusal(remove({job}, false)), "NOT_FOUND");
}

TEST_F(DecideRemove, LiveJobIsNeverRemoved) {
  const JobId job = engine.create("d");
  EXPECT_EQ(engine.refusal(remove({job}, false)), "JOB_NOT_ENDED");
  engine.start(job);
  EXPECT_EQ(engine.refusal(remove({job}, false)), "JOB_NOT_ENDED");
  EXPECT_EQ(engine.ok<RemoveOutcome>(remove({job}, true)).removed, 0U);
  EXPECT_TRUE(engine.written.empty());
}

TEST_F(DecideRemove, RequestWithOneAtFaultRemovesNone) {
  const JobId ended = engine.ended("d");
  const JobId live = engine.create("d");
  EXPECT_EQ(engine.refusal(remove({ended, live}, false)), "JOB_NOT_ENDED");
  EXPECT_TRUE(engine.state.is_ended(ended));
}

TEST_F(DecideRemove, SweepPassesOverWhatIsLiveUnknownOrAlreadyGone) {
  const JobId gone = engine.ended("d");
  engine.ok<RemoveOutcome>(remove({gone}, false));
  const JobId live = engine.create("d");
  const JobId ended = engine.ended("d");
  const JobId unknown = JobId::make(kStart, 0, Seq{9999});
  EXPECT_EQ(engine.ok<RemoveOutcome>(remove({gone, live, ended, unknown}, true)).removed, 1U);
  EXPECT_EQ(engine.written, (Names{"JobRemoved", "RetentionApplied"}));
  EXPECT_TRUE(engine.state.find_job(live));
}

TEST_F(DecideRemove, JobNamedTwiceIsRemovedOnce) {
  const JobId first = engine.ended("d");
  EXPECT_EQ(engine.ok<RemoveOutcome>(remove({first, first}, true)).removed, 1U);
  const JobId second = engine.ended("d");
  EXPECT_EQ(engine.ok<RemoveOutcome>(remove({second, second}, false)).removed, 1U);
  EXPECT_EQ(engine.written, Names{"JobRemoved"});
}

TEST_F(DecideRemove, TwoIdsOfOneKeyRemoveOneJob) {
  const JobId job = engine.ended("d");
  JobId forged = job;
  forged.high ^= 1U << 16;
  EXPECT_EQ(engine.ok<RemoveOutcome>(remove({job, forged}, true)).removed, 1U);
  EXPECT_EQ(engine.written, (Names{"JobRemoved", "RetentionApplied"}));
}

TEST_F(DecideRemove, SweepOfAClockThatIsNotBelievedRemovesNothing) {
  const JobId job = engine.ended("d");
  RemoveJobs sweep = remove({job}, true);
  sweep.cutoff = engine.now + hours(24);
  EXPECT_EQ(engine.refusal(sweep), "CUTOFF_AHEAD");
  EXPECT_TRUE(engine.state.is_ended(job));
}

TEST_F(DecideRemove, LargestSweepIsOneBatch) {
  RemoveJobs sweep;
  sweep.cutoff = engine.now;
  for (std::size_t i = 0; i < kRemovalsPerCommandMax; ++i) {
    const JobId job = engine.create("d");
    engine.ok<CancelOutcome>(CancelJob{job});
    sweep.jobs.push_back({job, "d"});
  }
  EXPECT_EQ(engine.ok<RemoveOutcome>(sweep).removed, kRemovalsPerCommandMax);
  EXPECT_EQ(engine.written.size(), kRemovalsPerCommandMax + 1);
}

}  // namespace
}  // namespace daybook::scheduler
