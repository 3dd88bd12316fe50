// Polls for which the queue holds nothing wait at the sequencer too.
#include "tests/dispatch/core_rig.h"

namespace daybook::dispatch {
namespace {

class CoreWaiter : public CoreRig {
 protected:
  CoreWaiter() { worker_definition("d"); }

  std::uint64_t waiter() const { return waits.back().waiter; }
  // What the sequencer does for one that waits when a job comes, and tells the core behind it.
  JobId serve(const Wait& wait) {
    const JobId job = engine.create("d");
    auto started = engine.ok<scheduler::StartOutcome>(
        scheduler::StartJob{job, {1, 2}, wait.request.worker, true});
    served.insert(wait.waiter);
    LeasedJobs jobs;
    jobs.jobs.push_back(std::move(*started.started));
    wait.done(std::move(jobs));
    return job;
  }
};

TEST_F(CoreWaiter, APollThatFindsNothingWaitsOnceAsOfWhatTheQueueHasSeen) {
  settle();
  const auto polled = poll({"d", "e", "d"}, 7);
  settle();
  settle();
  ASSERT_EQ(waits.size(), 1U);
  EXPECT_EQ(waits[0].as_of, engine.state.applied());
  EXPECT_EQ(waits[0].request.definitions, (std::vector<std::string>{"d", "e"}));
  EXPECT_EQ(waits[0].request.max, 7U);
  EXPECT_FALSE(polled->answered);
}

TEST_F(CoreWaiter, WhoNeedNotOrMayNotWaitDoesNot) {
  engine.create("d");
  fold();
  const auto served_at_once = poll({"d"});
  const auto impatient = poll({"d"}, 1, Duration{0});
  const auto keyed = poll({"d"}, 1, seconds(5), "w1", scheduler::IdempotencyKey{"k", {}});
  settle();
  EXPECT_EQ(served_at_once->jobs.size(), 1U);
  EXPECT_TRUE(impatient->answered);
  EXPECT_FALSE(keyed->answered);
  EXPECT_TRUE(waits.empty());
}

TEST_F(CoreWaiter, WhoWasServedIsDone) {
  const auto polled = poll({"d"});
  settle();
  const JobId job = serve(waits.at(0));
  ASSERT_EQ(polled->jobs.size(), 1U);
  EXPECT_EQ(polled->jobs[0].job, job);
  settle();  // the core sees the events first
  core->on_waiter(waiter(), true);
  advance(seconds(100));
  settle();  // and the rig sees no second answer
  EXPECT_EQ(core->metrics(engine.now).leases_waiting, 0U);
  EXPECT_EQ(core->workers().at(0).leased, 0U) << "its lease ran out";
}

TEST_F(CoreWaiter, WhatTheQueueHasIsTakenInItsPlace) {
  const auto polled = poll({"d"});
  settle();
  const JobId job = engine.create("d");
  settle();
  EXPECT_EQ(taken_back.back(), waiter());
  ASSERT_EQ(polled->jobs.size(), 1U);
  EXPECT_EQ(polled->jobs[0].job, job);
}

TEST_F(CoreWaiter, WhatWasTakenForAPollThatIsServedGoesToTheNext) {
  const auto first = poll({"d"});
  settle();
  const JobId in_queue = engine.create("d");
  const JobId at_once = serve(waits.at(0));
  decide();  // sees only that one is ready, and wants it for the poll
  EXPECT_EQ(taken_back.back(), waiter());
  const auto second = poll({"d"});
  core->on_waiter(waiter(), true);
  settle();
  ASSERT_EQ(first->jobs.size(), 1U);
  EXPECT_EQ(first->jobs[0].job, at_once);
  ASSERT_EQ(second->jobs.size(), 1U);
  EXPECT_EQ(second->jobs[0].job, in_queue);
  EXPECT_EQ(core->metrics(engine.now).start_refused, 0U);
  EXPECT_EQ(core->metrics(engine.now).leases_waiting, 0U);
}

TEST_F(CoreWaiter, WhoIsSentBackToTheQueueWaitsAgain) {
  const auto polled = poll({"d"});
  settle();
  core->on_waiter(waiter(), false);
  settle();
  EXPECT_EQ(waits.size(), 2U);
  EXPECT_FALSE(polled->answered);
  // The same while something is wanted for it.
  const JobId job = engine.create("d");
  served.insert(waiter());
  decide();
  core->on_waiter(waiter(), false);
  settle();
  ASSERT_EQ(polled->jobs.size(), 1U);
  EXPECT_EQ(polled->jobs[0].job, job);
}

TEST_F(CoreWaiter, TheEndOfAPollIsItsEndAtTheSequencerFirst) {
  const auto ends = poll({"d"}, 1, seconds(1));
  const auto cancelled = poll({"d"}, 1, seconds(50));
  settle();
  advance(seconds(2));
  core->cancel_poll(last_poll);
  decide();
  EXPECT_FALSE(ends->answered || cancelled->answered);
  EXPECT_EQ(taken_back.size(), 2U);
  settle();
  EXPECT_TRUE(ends->answered && cancelled->answered);
}

TEST_F(CoreWaiter, OneThatEndsWhileItIsServedIsAnsweredOnce) {
  const auto polled = poll({"d"}, 1, seconds(1));
  settle();
  advance(seconds(2));
  decide();
  serve(waits.at(0));
  core->on_waiter(waiter(), true);
  settle();
  EXPECT_EQ(polled->jobs.size(), 1U);
}

TEST_F(CoreWaiter, WhatReachedNobodyGoesToOneThatWaits) {
  const auto first = poll({"d"});
  settle();
  const JobId job = serve(waits.at(0));
  fold();
  core->on_waiter(waiter(), true);
  const auto second = poll({"d"});
  settle();
  EXPECT_EQ(waits.size(), 2U);
  core->give_back(std::move(first->jobs));
  settle();
  EXPECT_EQ(taken_back.back(), waiter());
  ASSERT_EQ(second->jobs.size(), 1U);
  EXPECT_EQ(second->jobs[0].job, job);
}

TEST_F(CoreWaiter, CloseTakesAllBack) {
  const auto polled = poll({"d"});
  settle();
  core->close();
  EXPECT_TRUE(core->has_unanswered());
  settle();
  EXPECT_TRUE(polled->answered);
  EXPECT_FALSE(core->has_unanswered());
}

}  // namespace
}  // namespace daybook::dispatch
