// Workers that wait: a job and its start are one append, and nothing is started that the queue
// would not have started.
#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/scheduler/sequencer_rig.h"

namespace daybook::scheduler {
namespace {

class SequencerWaiters : public SequencerRig {
 protected:
  using Told = std::shared_ptr<std::optional<Replies>>;

  SequencerWaiters() {
    SequencerOptions options;
    options.admit = [this] {
      return full ? fail(Code::kExhausted, "DISK_FULL", "the disk is full") : Status();
    };
    sequencer = std::make_unique<Sequencer>(log, clock, State(), std::move(options));
    put_component("w", events::Runtime::kWorker);
    put_component("e", events::Runtime::kExec);
    put("d");
  }

  void put_component(const std::string& id, events::Runtime runtime) {
    PutComponent out;
    out.component.id = id;
    out.component.spec = "{}";
    out.component.runtime = runtime;
    (void)ok(out);
  }
  void put(const std::string& id, const std::function<void(PutDefinition&)>& change = {}) {
    PutDefinition out;
    out.definition = id;
    out.component = "w";
    if (change) {
      change(out);
    }
    (void)ok(out);
  }
  static Command jobs(const std::vector<std::int32_t>& priorities,
                      std::optional<Micros> run_at = {}) {
    CreateJobs out;
    for (const std::int32_t priority : priorities) {
      NewJob job;
      job.definition = "d";
      job.priority = priority;
      job.run_at = run_at;
      out.jobs.push_back(job);
    }
    return out;
  }

  Told submit(Request asked) {
    auto out = std::make_shared<std::optional<Replies>>();
    asked.answer = [out](Replies replies) { *out = std::move(replies); };
    EXPECT_TRUE(sequencer->submit(std::move(asked)));
    return out;
  }
  void settle() {
    while (sequencer->decide_by_hand() || sequencer->commit_by_hand()) {
    }
  }
  Replies told(Request asked) {
    const Told out = submit(std::move(asked));
    settle();
    return std::move(**out);
  }
  Reply ok(Command command) {
    Replies replies = told(request({std::move(command)}));
    EXPECT_TRUE(replies[0]) << replies[0].error().text();
    return replies[0] ? std::move(*replies[0]) : Reply{};
  }
  std::vector<JobId> create(const std::vector<std::int32_t>& priorities = {0}) {
    return std::get<Created>(ok(jobs(priorities)).outcome).jobs;
  }

  Waiter waiter(std::vector<std::string> definitions = {"d"}, std::size_t max = 1) {
    Waiter out;
    out.number = ++last_waiter;
    out.definitions = std::move(definitions);
    out.max = max;
    out.as_of = log.last();
    out.start = [](JobId job) { return StartJob{job, {7, 11}, "w1", true}; };
    out.request.actor = "local";
    return out;
  }
  Told wait(Waiter asked) {
    auto out = std::make_shared<std::optional<Replies>>();
    asked.request.answer = [out](Replies replies) { *out = std::move(replies); };
    EXPECT_TRUE(sequencer->wait_for_job(std::move(asked)));
    return out;
  }
  Told wait() { return wait(waiter()); }
  // Who waits is seen with the next request.
  void look() { (void)told(request({})); }
  static std::vector<JobId> started(const Told& told) {
    std::vector<JobId> out;
    for (Result<Reply>& reply : **told) {
      out.push_back(std::get<StartOutcome>(reply->outcome).started->job);
    }
    return out;
  }
  // It was told to look at the queue again.
  static bool is_over(const Told& told) { return told->has_value() && (*told)->empty(); }

  bool full = false;
  std::uint64_t last_waiter = 0;
};

using testing::ElementsAre;
using testing::IsEmpty;

TEST_F(SequencerWaiters, AJobAndItsStartAreOneAppend) {
  const Told waits = wait();
  const Seq before = log.last();
  const Told made = submit(request({jobs({0})}));
  const std::uint64_t groups = sequencer->metrics().groups;
  EXPECT_TRUE(sequencer->decide_by_hand());
  EXPECT_FALSE(waits->has_value()) << "nothing is durable yet";
  settle();
  EXPECT_EQ(sequencer->metrics().groups, groups + 1);
  EXPECT_EQ(log.last().value, before.value + 2);
  ASSERT_TRUE(made->has_value());
  ASSERT_TRUE(waits->has_value());
  EXPECT_EQ(started(waits), std::get<Created>((**made)[0]->outcome).jobs);
  const Reply& reply = *(**waits)[0];
  EXPECT_EQ(reply.last, log.last());
  EXPECT_EQ(reply.chain, log.last_chain());
  const StartedJob& job = *std::get<StartOutcome>(reply.outcome).started;
  EXPECT_EQ(job.token.started, log.last());
  EXPECT_EQ(job.parameters, "{}");
  EXPECT_EQ(sequencer->metrics().waiters_started, 1U);
  EXPECT_EQ(folded().running_count(), 1U);
}

TEST_F(SequencerWaiters, NoJobOvertakesOneThatWasReadyBefore) {
  Waiter late = waiter();  // the queue was looked at before the next job was made
  create();
  const Told waits = wait(std::move(late));
  const std::vector<JobId> second = create();
  EXPECT_TRUE(is_over(waits));
  EXPECT_EQ(folded().running_count(), 0U);
  // Who knows of both may have what comes then.
  const Told again = wait();
  const std::vector<JobId> third = create();
  EXPECT_EQ(started(again), third);
}

TEST_F(SequencerWaiters, TheFirstWhoWaitsIsFirstAndEachGetsAsManyAsItMay) {
  const Told first = wait(waiter({"d"}, 2));
  const Told second = wait(waiter({"other", "d"}, 5));
  const Told third = wait();
  const std::vector<JobId> made = create({0, 5, 0});
  EXPECT_THAT(started(first), ElementsAre(made[1], made[0])) << "the higher priority before others";
  EXPECT_THAT(started(second), ElementsAre(made[2]));
  EXPECT_FALSE(third->has_value());
}

TEST_F(SequencerWaiters, WhatIsNotDueIsLeftToItsTime) {
  const Told waits = wait();
  (void)ok(jobs({0}, clock.wall() + seconds(60)));
  EXPECT_FALSE(waits->has_value());
  const std::vector<JobId> due = create();
  EXPECT_EQ(started(waits), due) << "it held nobody up";
}

TEST_F(SequencerWaiters, WhatTheQueueDecidesIsLeftToIt) {
  const auto stays = [&](const std::string& why,
                         const std::function<void(PutDefinition&)>& change) {
    SCOPED_TRACE(why);
    put("d", change);
    const Told waits = wait();
    create();
    EXPECT_FALSE(waits->has_value());
    EXPECT_EQ(folded().running_count(), 0U);
    put("d");  // and from now on it may, but the one that waits in the queue is first
    create();
    EXPECT_TRUE(is_over(waits));
    EXPECT_EQ(folded().running_count(), 0U);
  };
  stays("concurrency", [](PutDefinition& put) { put.concurrency = 5; });
  stays("rate", [](PutDefinition& put) {
    put.rate_count = 5;
    put.rate_per = seconds(1);
  });
  stays("paused", [](PutDefinition& put) { put.paused = true; });
  stays("runtime", [](PutDefinition& put) { put.component = "e"; });
  stays("no component", [](PutDefinition& put) { put.component = "none"; });
}

TEST_F(SequencerWaiters, WhoIsTakenBackGetsNothing) {
  const Told waits = wait();
  Request back = request({jobs({0})});
  back.takes_back = last_waiter;
  EXPECT_TRUE(told(std::move(back))[0]);
  EXPECT_FALSE(waits->has_value());
  EXPECT_EQ(folded().pending_count(), 1U);
}

TEST_F(SequencerWaiters, WhoWasServedIsNotTakenBackAndNothingElseIsDone) {
  const std::vector<JobId> old = create();
  const Told waits = wait();
  const std::vector<JobId> made = create();
  EXPECT_EQ(started(waits), made);
  const Seq before = log.last();
  Request back = request({StartJob{old[0], {1, 2}, "w1", true}});
  back.takes_back = last_waiter;
  EXPECT_EQ(told(std::move(back))[0].error().reason, "WAITER_SERVED");
  EXPECT_EQ(log.last(), before);
  Request bare = request({});
  bare.takes_back = last_waiter;
  EXPECT_THAT(told(std::move(bare)), IsEmpty());
}

TEST_F(SequencerWaiters, WhatAReportMakesReadyIsStartedToo) {
  const auto first = wait();
  create();
  const Told next = wait();
  ReportAttempt report;
  report.token = std::get<StartOutcome>((**first)[0]->outcome).started->token;
  report.result = "1";
  ScheduleEffect effect;
  effect.job.definition = "d";
  report.effects.emplace_back(effect);
  const Seq before = log.last();
  (void)ok(report);
  EXPECT_EQ(started(next).size(), 1U);
  EXPECT_EQ(log.last().value, before.value + 3) << "completed, created, started";
}

TEST_F(SequencerWaiters, AFullDiskStartsNothing) {
  const Told waits = wait();
  full = true;
  EXPECT_FALSE(told(request({jobs({0})}))[0]);
  EXPECT_FALSE(waits->has_value());
}

TEST_F(SequencerWaiters, HowManyWaitIsCounted) {
  (void)wait();
  (void)wait();
  look();
  create();
  EXPECT_EQ(sequencer->metrics().waiters, 1U);
  Request back = request({});
  back.takes_back = last_waiter;
  (void)told(std::move(back));
  look();
  EXPECT_EQ(sequencer->metrics().waiters, 0U);
}

TEST_F(SequencerWaiters, AfterTheEndNobodyWaits) {
  sequencer->stop();
  EXPECT_EQ(sequencer->wait_for_job(waiter()).error().code, Code::kShutdown);
}

}  // namespace
}  // namespace daybook::scheduler
