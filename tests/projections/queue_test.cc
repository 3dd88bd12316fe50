#include "projections/queue.h"

#include <gtest/gtest.h>

#include "base/limits/dispatch.h"
#include "tests/projections/queue_feed.h"

namespace daybook::projections {
namespace {

using events::Runtime;

std::vector<JobId> ids(const std::vector<Queue::Offer>& offers) {
  std::vector<JobId> out;
  for (const auto& offer : offers) {
    out.push_back(offer.job);
  }
  return out;
}

class QueueTest : public testing::Test {
 protected:
  void SetUp() override {
    f.component("c");
    f.definition("d");
  }
  QueueFeed f;
};

TEST_F(QueueTest, JobWaitsUntilItIsDue) {
  const JobId job = f.create("d", kStart + seconds(10));
  EXPECT_TRUE(f.take().empty());
  EXPECT_EQ(f.queue.next_due(), kStart + seconds(10));
  EXPECT_EQ(f.queue.counts(f.now).waiting, 1U);
  f.now = kStart + seconds(10);
  EXPECT_EQ(f.queue.counts("d", f.now).ready, 1U);
  const auto offers = f.take();
  ASSERT_EQ(ids(offers), std::vector{job});
  EXPECT_EQ(offers[0].definition, "d");
  EXPECT_EQ(offers[0].runtime, Runtime::kExec);
  EXPECT_EQ(f.queue.next_due(), std::nullopt);
}

TEST_F(QueueTest, ReadyJobsGoByPriorityThenDueThenCreation) {
  const JobId late = f.create("d", kStart + seconds(-1));
  const JobId early = f.create("d", kStart + seconds(-2));
  const JobId later = f.create("d", kStart + seconds(-1));
  const JobId urgent = f.create("d", kStart, 5);
  EXPECT_EQ(f.queue.ahead(later, f.now), 3U);
  EXPECT_EQ(f.queue.ahead(urgent, f.now), 0U);
  EXPECT_EQ(ids(f.take()), (std::vector{urgent, early, late, later}));
}

TEST_F(QueueTest, OfferedJobIsNotOfferedAgainUntilGivenBack) {
  const JobId job = f.create("d", kStart);
  EXPECT_EQ(f.take().size(), 1U);
  EXPECT_TRUE(f.take().empty());
  EXPECT_EQ(f.queue.counts(f.now).ready, 1U);
  f.queue.give_back(job);
  EXPECT_EQ(ids(f.take()), std::vector{job});
}

TEST_F(QueueTest, GiveBackOfJobThatIsNotOfferedChangesNothing) {
  const JobId job = f.create("d", kStart + seconds(5));
  f.queue.give_back(job);
  f.queue.give_back(JobId::make(kStart, 0, Seq{999}));
  EXPECT_TRUE(f.take().empty());
  EXPECT_EQ(f.queue.counts(f.now).waiting, 1U);
}

TEST_F(QueueTest, CountsFollowTheLifeOfAJob) {
  const JobId job = f.create("d", kStart);
  EXPECT_EQ(f.queue.counts("d", f.now).ready, 1U);
  f.take();
  f.start(job, "d");
  EXPECT_EQ(f.queue.counts("d", f.now).running, 1U);
  EXPECT_EQ(f.queue.counts(f.now).ready, 0U);
  f.complete(job, "d");
  EXPECT_EQ(f.queue.counts(f.now).running, 0U);
}

TEST_F(QueueTest, RetryIsPendingAgainWithItsPriority) {
  const JobId job = f.create("d", kStart, 7);
  f.take();
  f.start(job, "d");
  f.retry(job, "d", kStart + seconds(3));
  const JobId other = f.create("d", kStart + seconds(1), 6);
  EXPECT_EQ(f.queue.counts(f.now).waiting, 2U);
  EXPECT_EQ(f.queue.counts(f.now).running, 0U);
  f.now = kStart + seconds(3);
  EXPECT_EQ(ids(f.take()), (std::vector{job, other}));
}

TEST_F(QueueTest, CancelledAndFailedJobsLeaveFromWhereTheyStand) {
  const JobId waiting = f.create("d", kStart + seconds(9));
  const JobId ready = f.create("d", kStart);
  const JobId running = f.create("d", kStart);
  f.start(running, "d");
  f.cancel(waiting, "d", 0);
  f.fail(ready, "d", 0);
  EXPECT_EQ(f.queue.counts(f.now).waiting + f.queue.counts(f.now).ready, 0U);
  EXPECT_EQ(f.queue.counts(f.now).running, 1U);
  f.cancel(running, "d", 1);
  EXPECT_EQ(f.queue.counts("d", f.now).running, 0U);
  EXPECT_EQ(f.queue.next_due(), std::nullopt);
}

TEST_F(QueueTest, PausedDefinitionHoldsItsJobs) {
  auto d = f.definition("p");
  d.paused = true;
  f.put(d);
  f.create("p", kStart);
  EXPECT_TRUE(f.take().empty());
  EXPECT_EQ(f.queue.hold("p", f.now), Hold::kPaused);
  d.paused = false;
  f.put(d);
  EXPECT_EQ(f.queue.hold("p", f.now), Hold::kNone);
  EXPECT_EQ(f.take().size(), 1U);
}

TEST_F(QueueTest, ConcurrencyCountsOfferedAndRunning) {
  auto d = f.definition("n");
  d.concurrency = 2;
  f.put(d);
  const JobId first = f.create("n", kStart);
  f.create("n", kStart);
  f.create("n", kStart);
  EXPECT_EQ(f.take().size(), 2U);
  EXPECT_EQ(f.queue.hold("n", f.now), Hold::kConcurrency);
  f.start(first, "n");
  EXPECT_TRUE(f.take().empty());
  f.complete(first, "n");
  EXPECT_EQ(f.take().size(), 1U);
}

TEST_F(QueueTest, HigherPriorityGoesFirstBetweenDefinitionsToo) {
  f.definition("low");
  f.definition("high");
  std::vector<JobId> high, low;
  for (int i = 0; i < 6; ++i) {
    low.push_back(f.create("low", kStart, -100));
    high.push_back(f.create("high", kStart, 100));
  }
  std::vector<JobId> expected = high;
  expected.insert(expected.end(), low.begin(), low.end());
  EXPECT_EQ(ids(f.take()), expected);
}

TEST_F(QueueTest, PriorityOfTheNextJobCountsNotThatOfTheDefinition) {
  f.definition("a");
  f.definition("b");
  const JobId late = f.create("a", kStart, -5);
  const JobId urgent = f.create("b", kStart, 7);
  const JobId first = f.create("a", kStart, 9);
  EXPECT_EQ(ids(f.take()), (std::vector{first, urgent, late}));
}

TEST_F(QueueTest, WorkersGetTheHigherPriorityFirst) {
  f.component("w", Runtime::kWorker);
  f.definition("low", "w");
  f.definition("high", "w");
  const JobId low = f.create("low", kStart);
  const JobId one = f.create("high", kStart, 1);
  const JobId two = f.create("high", kStart, 1);
  EXPECT_EQ(ids(f.queue.take_for_worker(f.now, 2, {"low", "high"})), (std::vector{one, two}));
  EXPECT_EQ(ids(f.queue.take_for_worker(f.now, 2, {"low", "high"})), std::vector{low});
}

TEST_F(QueueTest, UrgentJobsWithoutEndPassNobodyOverForEver) {
  f.definition("urgent");
  f.definition("patient");
  const JobId patient = f.create("patient", kStart, -100);
  for (std::size_t i = 0; i < 3 * kPassedOverMax; ++i) {
    f.create("urgent", kStart, 100);
  }
  std::size_t before = 0;
  while (f.take(1).at(0).job != patient) {
    ++before;
  }
  EXPECT_EQ(before, kPassedOverMax - 1);
}

TEST_F(QueueTest, DefinitionWithoutABoundLeavesRoomForOthers) {
  f.queue.set_share(Runtime::kExec, 3);
  auto wide = f.definition("wide");
  wide.concurrency = 4;
  f.put(wide);
  std::vector<JobId> jobs;
  for (int i = 0; i < 5; ++i) {
    jobs.push_back(f.create("d", kStart));
    f.create("wide", kStart);
  }
  EXPECT_EQ(f.take().size(), 3U + 4U) << "who names a concurrency may have it";
  EXPECT_EQ(f.queue.hold("d", f.now), Hold::kConcurrency);
  for (int i = 0; i < 3; ++i) {
    f.start(jobs[static_cast<std::size_t>(i)], "d");
  }
  EXPECT_TRUE(f.take().empty());
  f.definition("other");
  const JobId other = f.create("other", kStart);
  EXPECT_EQ(ids(f.take()), std::vector{other});
  f.complete(jobs[0], "d");
  EXPECT_EQ(ids(f.take()), std::vector{jobs[3]});
}

TEST_F(QueueTest, ShareIsOfItsRuntimeOnly) {
  f.queue.set_share(Runtime::kExec, 1);
  f.component("h", Runtime::kHttp);
  f.definition("web", "h");
  for (int i = 0; i < 3; ++i) {
    f.create("web", kStart);
  }
  EXPECT_EQ(f.take().size(), 3U);
}

TEST_F(QueueTest, NoSpanHoldsMoreStartsThanTheRateLimit) {
  auto d = f.definition("r");
  d.rate_count = 2;
  d.rate_per = seconds(10);
  f.put(d);
  for (int i = 0; i < 5; ++i) {
    f.create("r", kStart);
  }
  f.now = kStart + seconds(4);
  const auto first = f.take();
  ASSERT_EQ(first.size(), 2U);
  EXPECT_EQ(f.queue.next_due(),
            std::nullopt);  // no window is open: only an event can change the answer
  f.start(first[0].job, "r");
  f.now = kStart + seconds(6);
  f.start(first[1].job, "r");
  EXPECT_TRUE(f.take().empty());
  EXPECT_EQ(f.queue.hold("r", f.now), Hold::kRate);
  EXPECT_EQ(f.queue.next_due(), kStart + seconds(14));
  f.now = kStart + seconds(14);
  const auto third = f.take();
  ASSERT_EQ(third.size(), 1U);  // the second start still counts
  f.start(third[0].job, "r");
  EXPECT_EQ(f.queue.next_due(), kStart + seconds(16));
  f.now = kStart + seconds(16);
  EXPECT_EQ(f.take().size(), 1U);
}

TEST_F(QueueTest, RefusedOffersDoNotUseUpTheRate) {
  auto d = f.definition("r");
  d.rate_count = 1;
  d.rate_per = seconds(10);
  f.put(d);
  const JobId job = f.create("r", kStart);
  f.take();
  f.queue.give_back(job);
  EXPECT_EQ(f.take().size(), 1U);
}

TEST_F(QueueTest, NoRoomForOneRuntimeDoesNotHoldAnother) {
  f.component("h", Runtime::kHttp);
  f.definition("web", "h");
  f.create("d", kStart);
  const JobId web = f.create("web", kStart);
  int asked = 0;
  const auto offers = f.queue.take(f.now, 10, [&](Queue::Runs runs) {
    asked += runs == Runtime::kExec ? 1 : 0;
    return runs == Runtime::kHttp;
  });
  EXPECT_EQ(ids(offers), std::vector{web});
  EXPECT_EQ(asked, 1);
  EXPECT_EQ(f.queue.hold("d", f.now), Hold::kCapacity);
}

TEST_F(QueueTest, WorkerJobsGoOnlyToWorkersThatNameTheirDefinition) {
  f.component("w", Runtime::kWorker);
  f.definition("w1", "w");
  f.definition("w2", "w");
  f.definition("w3", "w");
  const JobId a1 = f.create("w1", kStart);
  const JobId a2 = f.create("w1", kStart);
  const JobId b1 = f.create("w2", kStart);
  f.create("w3", kStart);
  const JobId own = f.create("d", kStart);
  EXPECT_EQ(ids(f.take()), std::vector{own});
  EXPECT_EQ(ids(f.queue.take_for_worker(f.now, 10, {"w2", "w1", "w1", "d", "nobody"})),
            (std::vector{a1, b1, a2}));
  EXPECT_EQ(f.queue.counts("w3", f.now).ready, 1U);
}

TEST_F(QueueTest, JobOfDeletedDefinitionIsOfferedWithoutRuntimeWhenDue) {
  auto d = f.definition("gone");
  d.paused = true;
  f.put(d);
  const JobId ready = f.create("gone", kStart);
  const JobId waiting = f.create("gone", kStart + seconds(5));
  events::DefinitionDeleted deleted;
  deleted.definition = "gone";
  f.put(deleted);
  const auto no_room = [](Queue::Runs runs) { return !runs; };
  const auto offers = f.queue.take(f.now, 10, no_room);
  ASSERT_EQ(ids(offers), std::vector{ready});
  EXPECT_FALSE(offers[0].runtime);
  f.fail(ready, "gone", 0);
  f.now = kStart + seconds(5);
  EXPECT_EQ(ids(f.queue.take(f.now, 10, no_room)), std::vector{waiting});
}

TEST_F(QueueTest, DefinitionPutAgainRevivesItsJobs) {
  f.definition("back");
  f.create("back", kStart + seconds(5));
  events::DefinitionDeleted deleted;
  deleted.definition = "back";
  f.put(deleted);
  f.definition("back");
  f.now = kStart + seconds(5);
  const auto offers = f.take();
  ASSERT_EQ(offers.size(), 1U);
  EXPECT_EQ(offers[0].runtime, Runtime::kExec);
}

TEST_F(QueueTest, ComponentDecidesTheRuntimeWhenTheJobIsTaken) {
  f.definition("x", "later");
  const JobId unknown = f.create("x", kStart);
  auto offers = f.take();
  ASSERT_EQ(ids(offers), std::vector{unknown});
  EXPECT_FALSE(offers[0].runtime);
  f.queue.give_back(unknown);
  f.component("later", Runtime::kReactor);
  offers = f.take();
  ASSERT_EQ(offers.size(), 1U);
  EXPECT_EQ(offers[0].runtime, Runtime::kReactor);
  f.queue.give_back(unknown);
  events::ComponentDeleted deleted;
  deleted.component = "later";
  f.put(deleted);
  EXPECT_FALSE(f.take().at(0).runtime);
}

TEST_F(QueueTest, SeedEqualsFold) {
  auto d = f.definition("s");
  d.concurrency = 3;
  d.rate_count = 2;
  d.rate_per = seconds(60);
  d.priority = 4;
  f.put(d);
  const JobId running = f.create("s", kStart, 2);
  const JobId ready = f.create("s", kStart, 1);
  const JobId waiting = f.create("s", kStart + seconds(30), 9);
  f.start(running, "s");

  Queue seeded;
  seeded.seed_component("c", Runtime::kExec);
  RateWindow one_start;
  one_start.start(kStart, d.rate_count, d.rate_per);
  seeded.seed_definition(d, one_start);
  seeded.seed_pending({ready, "s", kStart, 1});
  seeded.seed_pending({waiting, "s", kStart + seconds(30), 9});
  seeded.seed_running(Queue::PendingJob{running, "s", kStart, 2});

  events::Recorded retry{};
  retry.meta.time = kStart + seconds(1);
  retry.event = events::JobRetryScheduled{running, "s", {Attempt{1}, {}, {}, 0}, {}, kStart};
  for (Queue* q : {&f.queue, &seeded}) {
    q->apply(retry);
    const auto all = [](auto) { return true; };
    EXPECT_EQ(ids(q->take(kStart + seconds(40), 10, all)), std::vector{waiting});
    EXPECT_EQ(q->hold("s", kStart + seconds(40)), Hold::kRate);
    EXPECT_EQ(q->next_due(), kStart + seconds(60));
    q->give_back(waiting);
    EXPECT_EQ(ids(q->take(kStart + seconds(60), 10, all)), (std::vector{waiting, running}));
    EXPECT_EQ(q->counts("s", kStart + seconds(60)).ready, 3U);
  }
}

TEST_F(QueueTest, SeededRunningNumberIsGivenBackByTheEnd) {
  Queue q;
  events::DefinitionPut d;
  d.definition = "s";
  d.component = "c";
  d.concurrency = 1;
  d.priority = 3;
  q.seed_component("c", Runtime::kExec);
  q.seed_definition(d, {});
  q.seed_running("s");
  EXPECT_EQ(q.counts("s", kStart).running, 1U);
  EXPECT_EQ(q.hold("s", kStart), Hold::kConcurrency);
  events::Recorded end{};
  end.meta.time = kStart;
  const JobId job = JobId::make(kStart, 0, Seq{77});
  end.event = events::JobRetryScheduled{job, "s", {Attempt{1}, {}, {}, 0}, {}, kStart};
  q.apply(end);
  EXPECT_EQ(q.counts("s", kStart).running, 0U);
  EXPECT_EQ(q.counts("s", kStart).ready, 1U);
}

// The dispatcher's clock runs on until it has read that the wall clock was set back.
class QueueSetBack : public testing::Test {
 protected:
  void SetUp() override {
    feed.component("c");
    feed.definition("d");
    due = feed.create("d", kStart + seconds(1));
    soon = feed.create("d", kStart + seconds(10));
    EXPECT_EQ(feed.queue.counts(kStart + seconds(11)).ready, 2U);
    feed.now = kStart + seconds(5);
  }
  void set_back(Duration by) {
    ahead = Duration{ahead.value + by.value};
    feed.put(events::ClockStepped{events::ClockStep::kBack, Duration{-by.value}, {{}, ahead}, {}});
  }
  std::vector<JobId> take(Micros now) {
    std::vector<JobId> out;
    for (const auto& offer : feed.queue.take(now, 10, [](auto) { return true; })) {
      out.push_back(offer.job);
    }
    return out;
  }

  QueueFeed feed;
  JobId due, soon;
  Duration ahead;
};

TEST_F(QueueSetBack, WhatWasDueByTheLogStaysSoAndTheRestWaitsAgain) {
  for (int i = 1; i <= 2; ++i) {
    set_back(hours(1));
    EXPECT_EQ(feed.queue.counts(kStart + seconds(12)).ready, 1U);
    EXPECT_EQ(feed.queue.next_due(), kStart + seconds(10) + hours(i));
  }
  EXPECT_EQ(take(kStart + seconds(12)), std::vector<JobId>{due});
  EXPECT_EQ(take(kStart + seconds(10) + hours(2)), std::vector<JobId>{soon});
}

TEST_F(QueueSetBack, AnOfferThatIsRefusedForItWaitsAgain) {
  EXPECT_EQ(take(kStart + seconds(11)).size(), 2U);
  set_back(hours(1));
  feed.queue.give_back(due);
  feed.queue.give_back(soon);
  EXPECT_EQ(take(kStart + seconds(12)), std::vector<JobId>{due});
}

}  // namespace
}  // namespace daybook::projections
