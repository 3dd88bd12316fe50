#include <algorithm>
#include <map>

#include "base/limits/dispatch.h"
#include "tests/dispatch/core_rig.h"

namespace daybook::dispatch {
namespace {

class CoreLease : public CoreRig {};

TEST_F(CoreLease, PollGetsWhatIsThereAtOnce) {
  worker_definition("d");
  const JobId job = engine.create("d");
  fold();
  const auto polled = poll({"d"});
  settle();
  ASSERT_TRUE(polled->answered);
  ASSERT_EQ(polled->jobs.size(), 1U);
  EXPECT_EQ(polled->jobs[0].job, job);
  EXPECT_EQ(polled->jobs[0].lease_until, kStart + seconds(10));
  EXPECT_TRUE(launched.empty());
}

// A definition that goes with a mass of due jobs: these fail one by one, and nobody waits for them.
class CoreMassFailure : public CoreLease {
 protected:
  static constexpr std::size_t kMass = 20 * kFailuresInFlightMax;

  void mass_of_due_jobs() {
    exec_definition("gone");
    for (std::size_t i = 0; i < kMass; ++i) {
      engine.create("gone");
    }
  }
  // Commands that were decided before the job was started.
  std::size_t commands_before(JobId job) const {
    const auto is_start = [job](const scheduler::Command& command) {
      const auto* start = std::get_if<scheduler::StartJob>(&command);
      return start != nullptr && start->job == job;
    };
    return static_cast<std::size_t>(std::find_if(commands.begin(), commands.end(), is_start) -
                                    commands.begin());
  }
  void expect_nobody_waits() {
    worker_definition("d");
    engine.component("e");
    engine.definition("own", "e");
    decide();  // the first of the mass are on their way
    const auto polled = poll({"d"});
    const JobId leased = engine.create("d");
    const JobId own = engine.create("own");
    settle();
    EXPECT_LE(commands_before(leased), 2 * kFailuresInFlightMax);
    EXPECT_LE(commands_before(own), 2 * kFailuresInFlightMax + 8);
    EXPECT_EQ(polled->jobs.size(), 1U);
    EXPECT_EQ(core->metrics(engine.now).ready, 0U);  // and all of them have failed
    EXPECT_GE(commands.size(), kMass);
  }
};

TEST_F(CoreMassFailure, OfADeletedDefinitionDelaysNobody) {
  mass_of_due_jobs();
  engine.ok<scheduler::DefinitionOutcome>(scheduler::DeleteDefinition{"gone"});
  expect_nobody_waits();
}

TEST_F(CoreMassFailure, OfADeletedComponentDelaysNobody) {
  mass_of_due_jobs();
  engine.ok<scheduler::ComponentOutcome>(scheduler::DeleteComponent{"c"});
  engine.component("e");
  expect_nobody_waits();
}

TEST_F(CoreLease, AHeldPollWaitsUntilItsWaitBegins) {
  worker_definition("d");
  const auto polled = poll({"d"}, 10, seconds(5), "w1", {}, true);
  settle();
  advance(seconds(1000));
  settle();
  EXPECT_FALSE(polled->answered);
  core->begin_wait(last_poll, now());
  advance(seconds(4));
  core->begin_wait(last_poll, now());  // it has begun
  settle();
  EXPECT_FALSE(polled->answered);
  advance(seconds(1));
  settle();
  EXPECT_TRUE(polled->answered);
  core->begin_wait(last_poll, now());  // of one that is over
}

TEST_F(CoreLease, TheWaitOfAHeldPollBeginsWhileItsStartIsDecided) {
  worker_definition("d");
  engine.create("d");
  fold();
  const auto polled = poll({"d"}, 10, Duration{0}, "w1", {}, true);
  core->step(now());
  const auto actions = core->take_actions();
  ASSERT_EQ(actions.submits.size(), 1U);
  core->begin_wait(last_poll, now());
  std::vector<Result<scheduler::Reply>> refused;
  refused.emplace_back(fail(Code::kConflict, "JOB_RUNNING", "it is"));
  core->on_replies(actions.submits.front().tag, std::move(refused), now());
  for (const auto& answered : core->take_actions().answers) {
    answered.done(LeasedJobs{});
  }
  EXPECT_TRUE(polled->answered);
}

TEST_F(CoreLease, OnePollGetsAsManyAsItMayAskFor) {
  worker_definition("d");
  for (std::size_t i = 0; i < kLeaseJobsMax + 1; ++i) {
    engine.create("d");
  }
  const auto polled = poll({"d"}, kLeaseJobsMax);
  settle();
  EXPECT_EQ(polled->jobs.size(), kLeaseJobsMax);
}

TEST_F(CoreLease, PollForWhatCannotComeSaysSo) {
  exec_definition("own");
  engine.definition(scheduler::Engine::settings("bare", "none"));
  worker_definition("d");
  fold();
  LeasedJobs answer;
  LeaseRequest request;
  request.definitions = {"d", "own", "bare", "nowhere"};
  core->add_poll(
      ++last_poll, request, [&](Result<LeasedJobs> leased) { answer = std::move(*leased); }, now());
  settle();
  using Why = projections::Queue::ForWorkers;
  std::map<std::string, Why> why;
  for (const auto& warning : answer.warnings) {
    why[warning.definition] = warning.why;
  }
  EXPECT_EQ(why, (std::map<std::string, Why>{{"own", Why::kOtherRuntime},
                                             {"bare", Why::kNoComponent},
                                             {"nowhere", Why::kNoDefinition}}));
}

// Refused for its key: who asked is told, and nobody else waits for it.
TEST_F(CoreLease, PollWhoseKeyIsRefusedIsAnsweredAndHoldsNothing) {
  for (const char* reason : {"TOO_MANY_KEYS", "IDEMPOTENCY_KEY_REUSED"}) {
    begin({4, 4});
    worker_definition("d");
    engine.component("c");
    engine.definition("own");
    engine.create("d");
    key_refusal = make_error(Code::kExhausted, reason, "refused");
    key_refusal->retry_after_us = 7;
    fold();
    const auto keyed = poll({"d"}, 1, seconds(5), "w1", scheduler::IdempotencyKey{"k", {}});
    decide();
    answer();
    const JobId own = engine.create("own");
    decide();
    EXPECT_EQ(keyed->error, reason);
    EXPECT_EQ(unanswered.size(), 1U) << "starts are held";
    settle();
    EXPECT_EQ(status(own), "running");
    const auto plain = poll({"d"});
    settle();
    EXPECT_EQ(plain->jobs.size(), 1U);
  }
}

TEST_F(CoreLease, PollWaitsForTheNextJob) {
  worker_definition("d");
  fold();
  const auto polled = poll({"d"});
  settle();
  EXPECT_FALSE(polled->answered);
  EXPECT_EQ(core->metrics(engine.now).leases_waiting, 1U);
  engine.create("d");
  settle();
  EXPECT_EQ(polled->jobs.size(), 1U);
  EXPECT_EQ(core->metrics(engine.now).leases_waiting, 0U);
}

TEST_F(CoreLease, PollWaitsForAJobToComeDue) {
  worker_definition("d");
  engine.create("d", kStart + seconds(3));
  fold();
  const auto polled = poll({"d"});
  settle();
  EXPECT_EQ(core->idle(now()), seconds(3));
  advance(seconds(3));
  settle();
  EXPECT_EQ(polled->jobs.size(), 1U);
}

TEST_F(CoreLease, PollEndsEmptyAfterItsWait) {
  worker_definition("d");
  fold();
  const auto polled = poll({"d"}, 10, seconds(5));
  settle();
  EXPECT_EQ(core->idle(now()), seconds(5));
  advance(seconds(5));
  settle();
  EXPECT_TRUE(polled->answered);
  EXPECT_TRUE(polled->jobs.empty());
}

TEST_F(CoreLease, PollWithoutWaitIsAnsweredAtOnce) {
  worker_definition("d");
  fold();
  const auto polled = poll({"d", "unknown"}, 10, Duration{});
  settle();
  EXPECT_TRUE(polled->answered);
  EXPECT_TRUE(polled->jobs.empty());
}

TEST_F(CoreLease, PollsAreServedInTheOrderOfTheirComing) {
  worker_definition("d");
  worker_definition("e");
  fold();
  const auto first = poll({"d"}, 1);
  const auto second = poll({"e", "d"}, 1);
  const auto third = poll({"d"}, 1);
  engine.create("d");
  engine.create("d");
  settle();
  EXPECT_EQ(first->jobs.size(), 1U);
  EXPECT_EQ(second->jobs.size(), 1U);
  EXPECT_FALSE(third->answered);
}

TEST_F(CoreLease, PollGetsAtMostWhatItAskedFor) {
  worker_definition("d");
  for (int i = 0; i < 5; ++i) {
    engine.create("d");
  }
  fold();
  const auto polled = poll({"d"}, 3);
  settle();
  EXPECT_EQ(polled->jobs.size(), 3U);
  EXPECT_EQ(engine.state.pending_count(), 2U);
}

TEST_F(CoreLease, ConcurrencyLimitsWhatPollsGet) {
  worker_definition("d", 2);
  for (int i = 0; i < 3; ++i) {
    engine.create("d");
  }
  fold();
  const auto first = poll({"d"});
  settle();
  ASSERT_EQ(first->jobs.size(), 2U);
  const auto second = poll({"d"});
  settle();
  EXPECT_FALSE(second->answered);
  engine.ok<scheduler::ReportOutcome>(scheduler::Engine::completion(first->jobs[0].token));
  settle();
  EXPECT_EQ(second->jobs.size(), 1U);
}

TEST_F(CoreLease, PollWaitsOnWhenItsStartsAreRefused) {
  worker_definition("d");
  const JobId job = engine.create("d");
  fold();
  const auto polled = poll({"d"}, 1, seconds(5));
  core->step(now());
  auto actions = core->take_actions();
  ASSERT_EQ(actions.submits.size(), 1U);
  EXPECT_EQ(actions.submits[0].actor, "local");
  engine.ok<scheduler::CancelOutcome>(scheduler::CancelJob{job});
  const auto outcome = engine.run(actions.submits[0].commands.at(0));
  fold();
  core->on_replies(actions.submits[0].tag, {tl::unexpected<Error>(outcome.error())}, now());
  settle();
  EXPECT_FALSE(polled->answered);
  engine.create("d");
  settle();
  EXPECT_EQ(polled->jobs.size(), 1U);
}

TEST_F(CoreLease, ExpiredLeaseIsGivenUp) {
  worker_definition("d");
  const JobId job = engine.create("d");
  fold();
  const auto polled = poll({"d"});
  settle();
  EXPECT_EQ(core->idle(now()), seconds(10));
  advance(seconds(10));
  settle();
  EXPECT_EQ(status(job), "ended");
  EXPECT_EQ(core->metrics(engine.now).expired, 1U);
}

TEST_F(CoreLease, HeartbeatPutsTheExpiryOff) {
  worker_definition("d");
  const JobId job = engine.create("d");
  fold();
  const auto polled = poll({"d"});
  settle();
  advance(seconds(6));
  engine.ok<scheduler::LeaseOutcome>(scheduler::ExtendLease{polled->jobs.at(0).token, {}});
  settle();
  advance(seconds(6));
  settle();
  EXPECT_EQ(status(job), "running");
  EXPECT_EQ(core->idle(now()), seconds(4));
  advance(seconds(4));
  settle();
  EXPECT_EQ(status(job), "ended");
}

TEST_F(CoreLease, HeartbeatThatOvertakesTheExpiryIsRespected) {
  worker_definition("d");
  const JobId job = engine.create("d");
  fold();
  const auto polled = poll({"d"});
  settle();
  advance(seconds(10));
  fold();
  core->step(now());
  auto actions = core->take_actions();
  ASSERT_EQ(actions.submits.size(), 1U);
  engine.ok<scheduler::LeaseOutcome>(scheduler::ExtendLease{polled->jobs.at(0).token, {}});
  const auto outcome = engine.run(actions.submits[0].commands.at(0));
  ASSERT_EQ(outcome.error().reason, "ATTEMPT_NOT_OVER");
  fold();
  core->on_replies(actions.submits[0].tag, {tl::unexpected<Error>(outcome.error())}, now());
  settle();
  EXPECT_EQ(status(job), "running");
  advance(seconds(10));
  settle();
  EXPECT_EQ(status(job), "ended");
}

TEST_F(CoreLease, TimeoutEndsALeasedAttemptThoughItsLeaseIsKept) {
  engine.component("w", events::Runtime::kWorker);
  auto put = scheduler::Engine::settings("d", "w");
  put.lease = seconds(100);
  put.timeout = seconds(5);
  engine.definition(put);
  engine.create("d");
  fold();
  poll({"d"});
  settle();
  EXPECT_EQ(core->idle(now()), seconds(5));
  advance(seconds(5));
  settle();
  const auto& expire = std::get<scheduler::ExpireLease>(commands.back());
  EXPECT_EQ(expire.cause, events::ExpiryCause::kTimeout);
  EXPECT_EQ(engine.state.running_count(), 0U);
}

TEST_F(CoreLease, WorkersAreListedWithWhatTheyHold) {
  worker_definition("d");
  engine.create("d");
  engine.create("d");
  fold();
  const auto first = poll({"d"}, 1, seconds(5), "w1");
  advance(seconds(1));
  const auto second = poll({"d", "e"}, 1, seconds(5), "w2");
  settle();
  auto rows = core->workers();
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0].worker, "w2");
  EXPECT_EQ(rows[0].last_seen, kStart + seconds(1));
  EXPECT_EQ(*rows[0].definitions, (std::vector<std::string>{"d", "e"}));
  EXPECT_EQ(rows[1].leased, 1U);
  advance(seconds(1));
  engine.ok<scheduler::LeaseOutcome>(scheduler::ExtendLease{first->jobs.at(0).token, {}});
  engine.ok<scheduler::ReportOutcome>(scheduler::Engine::completion(second->jobs.at(0).token));
  fold();
  rows = core->workers();
  EXPECT_EQ(rows[0].worker, "w1");  // its heartbeat was the last sign
  EXPECT_EQ(rows[0].last_seen, kStart + seconds(2));
  EXPECT_EQ(rows[1].leased, 0U);
}

TEST_F(CoreLease, KeyThatHadItsOutcomeGivesTheJobBack) {
  worker_definition("d");
  engine.create("d");
  fold();
  LeaseRequest request;
  request.definitions = {"d"};
  request.max = 10;
  request.wait = seconds(5);
  request.key = scheduler::IdempotencyKey{"k", {}};
  bool replayed = false;
  core->add_poll(
      ++last_poll, request, [&](Result<LeasedJobs> leased) { replayed = leased->receipt.replayed; },
      now());
  core->step(now());
  auto actions = core->take_actions();
  ASSERT_EQ(actions.submits.size(), 1U);
  ASSERT_TRUE(actions.submits[0].key);
  scheduler::Reply known;
  known.replayed = true;
  std::vector<Result<scheduler::Reply>> replies;
  replies.emplace_back(std::move(known));
  core->on_replies(actions.submits[0].tag, std::move(replies), now());
  const auto other = poll({"d"});
  settle();
  EXPECT_TRUE(replayed);
  EXPECT_EQ(other->jobs.size(), 1U);
}

TEST_F(CoreLease, PollThatNobodyWaitsForTakesNoJob) {
  worker_definition("d");
  fold();
  const auto left = poll({"d"});
  const PollId gone = last_poll;
  const auto alive = poll({"d"});
  settle();
  core->cancel_poll(gone);
  const JobId job = engine.create("d");
  settle();
  EXPECT_TRUE(left->answered);
  EXPECT_TRUE(left->jobs.empty());
  ASSERT_EQ(alive->jobs.size(), 1U);
  EXPECT_EQ(alive->jobs[0].job, job);
  EXPECT_EQ(alive->jobs[0].attempt, Attempt{1});
}

TEST_F(CoreLease, PollIsCancelledWhileItsStartsAreDecided) {
  worker_definition("d");
  const JobId job = engine.create("d");
  fold();
  const auto left = poll({"d"});
  core->step(now());
  auto actions = core->take_actions();
  core->cancel_poll(last_poll);
  engine.ok<scheduler::CancelOutcome>(scheduler::CancelJob{job});
  const auto outcome = engine.run(actions.submits.at(0).commands.at(0));
  fold();
  core->on_replies(actions.submits[0].tag, {tl::unexpected<Error>(outcome.error())}, now());
  settle();
  EXPECT_TRUE(left->answered);  // it does not wait on
  EXPECT_EQ(core->metrics(engine.now).leases_waiting, 0U);
}

TEST_F(CoreLease, JobsThatReachedNobodyGoToTheNextPoll) {
  worker_definition("d");
  worker_definition("e");
  engine.create("d");
  engine.create("d");
  fold();
  const auto left = poll({"d"}, 2, seconds(5), "w1");
  settle();
  ASSERT_EQ(left->jobs.size(), 2U);
  core->give_back(left->jobs);
  const auto other = poll({"e"});
  const auto first = poll({"d", "e"}, 1, seconds(5), "w2");
  const auto second = poll({"d"}, 9, seconds(5), "w2");
  settle();
  EXPECT_FALSE(other->answered);
  ASSERT_EQ(first->jobs.size(), 1U);
  ASSERT_EQ(second->jobs.size(), 1U);
  EXPECT_EQ(first->jobs[0].attempt, Attempt{1});
  EXPECT_NE(first->jobs[0].job, second->jobs[0].job);
  for (const auto& row : core->workers()) {
    EXPECT_EQ(row.leased, row.worker == "w2" ? 2U : 0U) << row.worker;
  }
  engine.ok<scheduler::ReportOutcome>(scheduler::Engine::completion(first->jobs[0].token));
}

TEST_F(CoreLease, JobsThatReachedNobodyAndWereAskedToStopEndWithTheirLease) {
  worker_definition("d");
  const JobId job = engine.create("d");
  fold();
  const auto left = poll({"d"});
  settle();
  core->give_back(left->jobs);
  engine.ok<scheduler::CancelOutcome>(scheduler::RequestCancel{job});
  const auto late = poll({"d"}, 1, seconds(60));
  settle();
  EXPECT_FALSE(late->answered);
  advance(seconds(10));
  settle();
  EXPECT_EQ(status(job), "ended");
  EXPECT_FALSE(late->answered);
}

TEST_F(CoreLease, JobsThatReachedNobodyAreNotGivenWhenTheirAttemptIsOver) {
  worker_definition("d");
  const JobId job = engine.create("d");
  fold();
  const auto left = poll({"d"});
  settle();
  core->give_back(left->jobs);
  advance(seconds(10));
  const auto late = poll({"d"});
  settle();
  EXPECT_FALSE(late->answered);
  EXPECT_EQ(status(job), "ended");
}

TEST_F(CoreLease, PollsInFlightAreToldWhenNoRepliesCome) {
  worker_definition("d");
  engine.create("d");
  fold();
  const auto polled = poll({"d"});
  decide();
  core->close();
  core->abandon();
  decide();
  EXPECT_EQ(polled->error, "SHUTTING_DOWN");
}

TEST_F(CoreLease, JobsStartedWhileClosingStillReachTheirWorker) {
  worker_definition("d");
  engine.create("d");
  fold();
  const auto polled = poll({"d"});
  decide();
  core->close();
  answer();
  decide();
  EXPECT_EQ(polled->jobs.size(), 1U);
}

TEST_F(CoreLease, ManyLeasesThatEndTogetherAreGivenUpInBoundedSteps) {
  worker_definition("d");
  const std::size_t jobs = 5 * kStartsPerCommandMax;
  for (std::size_t i = 0; i < jobs; ++i) {
    engine.create("d");
  }
  fold();
  while (engine.state.pending_count() > 0) {
    poll({"d"}, kLeaseJobsMax);
    settle();
  }
  advance(seconds(10));
  decide();
  EXPECT_EQ(unanswered.size(), 4U);
  EXPECT_EQ(core->idle(now()), std::nullopt);
  settle();
  EXPECT_EQ(engine.state.running_count(), 0U);
  EXPECT_EQ(core->metrics(engine.now).expired, jobs);
}

}  // namespace
}  // namespace daybook::dispatch
