#include "dispatch/dispatcher.h"

#include <algorithm>
#include <fstream>

#include "base/limits/dispatch.h"
#include "tests/dispatch/server_rig.h"

namespace daybook::dispatch {
namespace {

class DispatcherTest : public ServerRig {};

TEST_F(DispatcherTest, JobRunsAsAChildProcess) {
  open();
  exec_definition("d", R"(["echo","[7]"])");
  const JobId job = create("d");
  EXPECT_EQ(await<events::JobCompleted>(job).result.text, "[7]");
}

TEST_F(DispatcherTest, AWaitingWorkerGetsItsJobWithTheWriteThatMadeItReady) {
  open();
  worker_definition("d");
  auto polled = lease({"d"});
  const auto look = [&] { exec_definition("other", R"(["true"])"); };
  eventually([&] {
    look();
    return sequencer->metrics().waiters == 1;
  });
  const JobId job = create("d");
  const auto jobs = wait(polled);
  ASSERT_EQ(jobs->size(), 1U);
  EXPECT_EQ(jobs->front().job, job);
  EXPECT_EQ(jobs->front().token.started, next(job.key()));
  auto ends_with_the_server = lease({"d"});
  eventually([&] {
    look();
    return sequencer->metrics().waiters == 1;
  });
  close();
  EXPECT_TRUE(wait(ends_with_the_server)->empty());
}

TEST_F(DispatcherTest, FailedChildIsTriedAgain) {
  open();
  exec_definition("d", R"(["false"])", [](scheduler::PutDefinition& put) {
    put.retry.max_attempts = 2;
    put.retry.initial = millis(10);
  });
  const JobId job = create("d");
  EXPECT_EQ(await<events::JobRetryScheduled>(job).failure.code, "EXIT_NONZERO");
  EXPECT_EQ(await<events::JobFailed>(job).end.attempt, Attempt{2});
}

TEST_F(DispatcherTest, ScheduledJobStartsWhenItIsDue) {
  open();
  exec_definition("d", R"(["true"])");
  const Micros due = clock.wall() + millis(100);
  const JobId job = create("d", due);
  Micros started;
  await<events::JobStarted>(job, &started);
  EXPECT_GE(started, due);
  EXPECT_LT(started - due, millis(400));  // before the half-second look at the clock
}

TEST_F(DispatcherTest, CancelledChildIsEnded) {
  open();
  exec_definition("d", R"(["sleep","1000"])");
  const JobId job = create("d");
  await<events::JobStarted>(job);
  ok(scheduler::RequestCancel{job});
  EXPECT_EQ(await<events::JobCancelled>(job).end.attempt, Attempt{1});
}

TEST_F(DispatcherTest, StopAttemptEndsTheRunWithoutACancellation) {
  open();
  exec_definition("d", R"(["sleep","1000"])");
  const JobId job = create("d");
  eventually([&] { return dispatcher->metrics().exec_running == 1; });
  await<events::JobStarted>(job);
  // The launch follows the answer to its start; until then there is nothing to stop.
  std::future<void> ended = std::async(std::launch::async, [&] {
    EXPECT_EQ(await<events::JobFailed>(job).failure.code, "STOPPED");
  });
  while (ended.wait_for(std::chrono::milliseconds(5)) != std::future_status::ready) {
    dispatcher->stop_attempt(job);
  }
}

TEST_F(DispatcherTest, TimeoutOfTheDefinitionEndsTheChild) {
  open();
  exec_definition("d", R"(["sleep","1000"])",
                  [](scheduler::PutDefinition& put) { put.timeout = millis(50); });
  EXPECT_EQ(await<events::JobFailed>(create("d")).failure.code, "TIMEOUT");
}

// For ten seconds nobody believes it, and the timeout is one of the machine's own clock anyway.
TEST_F(DispatcherTest, WallClockThatIsSetAheadEndsNoRun) {
  open();
  exec_definition("d", R"(["sh","-c","sleep 0.2; echo 7"])",
                  [](scheduler::PutDefinition& put) { put.timeout = hours(1); });
  clock.jump(hours(2));
  EXPECT_EQ(await<events::JobCompleted>(create("d")).result.text, "7");
}

// Nothing else wakes the dispatcher then, and the sequencer must hear of it before the next step.
TEST_F(DispatcherTest, ClockThatIsRightAgainIsNotedThoughANoteBeforeItWasNotAnswered) {
  DispatcherOptions options;
  options.retention = false;
  open(std::move(options));
  eventually([&] { return dispatcher->applied() == log.last(); });
  const std::uint64_t before = sequencer->metrics().commands;
  const auto wake = [&] {
    auto polled = lease({"none"}, 1, Duration{});
    wait(polled);
  };
  log.close();
  scheduler::Request busy;
  scheduler::PutComponent put;
  put.component.id = "c";
  put.component.spec = "{}";
  put.component.runtime = events::Runtime::kWorker;
  busy.commands.emplace_back(put);
  ASSERT_TRUE(sequencer->submit(std::move(busy)));
  log.await_append();
  clock.jump(hours(2));
  wake();
  eventually([&] {
    const auto seen = sequencer->metrics();
    return seen.inbox > 0 || seen.commands > before + 1;
  });
  clock.jump(Duration{-hours(2).value});
  wake();
  log.open();
  eventually([&] { return sequencer->metrics().commands >= before + 3; });
}

TEST_F(DispatcherTest, LongPollIsAnsweredByTheNextJob) {
  open();
  worker_definition("d");
  auto leased = lease({"d"});
  const JobId job = create("d");
  const auto jobs = wait(leased);
  ASSERT_TRUE(jobs);
  ASSERT_EQ(jobs->size(), 1U);
  EXPECT_EQ(jobs->at(0).job, job);
  EXPECT_EQ(await<events::JobStarted>(job).worker, "w1");
  EXPECT_EQ(dispatcher->workers().rows.at(0).leased, 1U);
  scheduler::ReportAttempt report;
  report.token = jobs->at(0).token;
  report.result = "1";
  ok(report);
  eventually([&] { return dispatcher->workers().rows.at(0).leased == 0; });
}

TEST_F(DispatcherTest, WorkersThatHoldAttemptsAreKnownAfterARestart) {
  open();
  worker_definition("d");
  const JobId job = create("d");
  auto leased = lease({"d"});
  const auto jobs = wait(leased);
  ASSERT_EQ(jobs->size(), 1U);
  close();
  open();
  const auto list = dispatcher->workers();
  ASSERT_EQ(list.rows.size(), 1U);
  EXPECT_EQ(list.rows[0].worker, "w1");
  EXPECT_EQ(list.rows[0].leased, 1U);
  const Micros before = list.rows[0].last_seen;
  ok(scheduler::ExtendLease{jobs->at(0).token, {}});
  eventually([&] { return dispatcher->workers().rows.at(0).last_seen > before; });
  EXPECT_GE(dispatcher->workers().as_of, jobs->at(0).token.started);
  EXPECT_EQ(await<events::LeaseExtended>(job).attempt, Attempt{1});
}

TEST_F(DispatcherTest, QueueIsSeenFromOutside) {
  open();
  worker_definition("d");
  create("d");
  create("d", clock.wall() + hours(1));
  eventually([&] { return dispatcher->applied() == log.last(); });
  const auto view = dispatcher->queue("d");
  EXPECT_EQ(view.counts.ready, 1U);
  EXPECT_EQ(view.counts.waiting, 1U);
  EXPECT_EQ(view.hold, projections::Hold::kCapacity);
  EXPECT_EQ(dispatcher->metrics().ready, 1U);
}

TEST_F(DispatcherTest, LeaseRequestsAreBounded) {
  open();
  const auto refusal = [&](std::vector<std::string> definitions, std::size_t max,
                           Duration wait_us) {
    auto leased = lease(std::move(definitions), max, wait_us);
    const auto answer = wait(leased);
    return answer ? "" : answer.error().field;
  };
  EXPECT_EQ(refusal({}, 1, {}), "definitions");
  EXPECT_EQ(refusal(std::vector<std::string>(kLeaseDefinitionsMax + 1, "d"), 1, {}), "definitions");
  EXPECT_EQ(refusal({"d"}, 0, {}), "max");
  EXPECT_EQ(refusal({"d"}, kLeaseJobsMax + 1, {}), "max");
  EXPECT_EQ(refusal({"d"}, 1, millis(kLeaseWaitMaxMs + 1)), "waitMs");
  EXPECT_EQ(refusal({"d"}, 1, Duration{-1}), "waitMs");
}

TEST_F(DispatcherTest, OpenPollsAreBoundedAndAnsweredAtStop) {
  open();
  std::vector<std::future<Leased>> polls;
  for (std::size_t i = 0; i < kLongPollsMax; ++i) {
    polls.push_back(lease({"d"}));
  }
  auto more = lease({"d"});
  EXPECT_EQ(wait(more).error().reason, "TOO_MANY_POLLS");
  dispatcher->stop();
  for (auto& poll : polls) {
    const auto answer = wait(poll);
    ASSERT_TRUE(answer);
    EXPECT_TRUE(answer->empty());
  }
  auto late = lease({"d"});
  EXPECT_EQ(wait(late).error().code, Code::kShutdown);
}

TEST_F(DispatcherTest, StopLetsChildrenEndAndStartsNoMore) {
  drain = seconds(60);
  open();
  exec_definition("d", R"(["sh","-c","sleep 0.1; echo 7"])",
                  [](scheduler::PutDefinition& put) { put.concurrency = 1; });
  const JobId job = create("d");
  const JobId next_one = create("d");
  await<events::JobStarted>(job);
  dispatcher->stop();
  EXPECT_EQ(await<events::JobCompleted>(job).result.text, "7");
  close();
  open();
  EXPECT_EQ(await<events::JobCompleted>(next_one).end.attempt, Attempt{1});
}

TEST_F(DispatcherTest, StopKillsChildrenAndTheNextStartRunsThemAgain) {
  open();
  exec_definition("d", R"(["sleep","1000"])");
  const JobId job = create("d");
  await<events::JobStarted>(job);
  close();
  open();
  EXPECT_EQ(await<events::LeaseExpired>(job).cause, events::ExpiryCause::kRestart);
  const auto again = await<events::JobRetryScheduled>(job);
  EXPECT_EQ(again.failure.code, "ATTEMPT_LOST");
  EXPECT_EQ(again.uncounted, 1U);
}

// As a service manager does that ends the whole control group.
TEST_F(DispatcherTest, ChildrenThatAreSignalledWithTheServerCostTheirJobsNothing) {
  drain = seconds(60);
  open();
  const std::string gate = (directory.path() / "gate").string();
  const auto then = [&](const std::string& what) {
    return R"(["sh","-c","while [ ! -e )" + gate + " ]; do sleep 0.01; done; " + what + R"("])";
  };
  exec_definition("signalled", then("kill -TERM $$"));
  exec_definition("trapped", then("exit 3"));
  std::vector<JobId> all;
  for (const char* id : {"signalled", "trapped"}) {
    all.push_back(create(id));
    await<events::JobStarted>(all.back());
  }
  dispatcher->close();
  std::ofstream(gate).close();
  close();
  open();
  for (const JobId job : all) {
    EXPECT_EQ(await<events::LeaseExpired>(job).cause, events::ExpiryCause::kRestart);
    EXPECT_EQ(await<events::JobRetryScheduled>(job).uncounted, 1U);
  }
}

TEST_F(DispatcherTest, EndedJobsAreRemovedWhenTheirRetentionIsOver) {
  open();
  exec_definition("d", R"(["true"])",
                  [](scheduler::PutDefinition& put) { put.retention = millis(1); });
  const JobId job = create("d");
  await<events::JobCompleted>(job);
  // A sweep removes what the views show, and the next one is a minute away.
  ASSERT_TRUE(views->wait_for(log.last(), kPatience));
  close();
  open();  // sweeps at its start
  EXPECT_EQ(await<events::JobRemoved>(job).reason, events::RemovalReason::kRetention);
}

TEST_F(DispatcherTest, DispatcherThatWasNotStartedCanBeStopped) {
  open();
  SystemEntropy own;
  Dispatcher idle(log, *sequencer, *views, clock, own, {});
  idle.stop();
  EXPECT_EQ(idle.metrics().ready, 0U);
}

}  // namespace
}  // namespace daybook::dispatch
