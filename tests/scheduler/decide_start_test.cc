#include "tests/scheduler/engine.h"

namespace daybook::scheduler {
namespace {

class DecideStart : public EngineTest {
 protected:
  void SetUp() override {
    engine.component("c");
    engine.component("w", events::Runtime::kWorker);
    engine.definition("d");
    engine.definition("leased", "w");
  }

  static StartJob start(JobId job, bool leased = false) {
    return StartJob{job, kSecret, "worker-1", leased};
  }
};

TEST_F(DecideStart, DueJobBeginsItsFirstAttempt) {
  NewJob asked;
  asked.definition = "d";
  asked.parameters = R"({"a":1})";
  asked.run_at = engine.now + seconds(5);
  const JobId job = engine.create(asked);
  engine.now = engine.now + seconds(8);
  const StartedJob started = engine.start(job);
  EXPECT_EQ(engine.written, Names{"JobStarted"});
  EXPECT_EQ(engine.cause, job.key());
  EXPECT_EQ(started.job, job);
  EXPECT_EQ(started.definition, "d");
  EXPECT_EQ(started.attempt, Attempt{1});
  EXPECT_EQ(started.token, (Token{engine.log.last(), kSecret}));
  EXPECT_EQ(started.parameters, "") << "who answers reads them in the log";
  ASSERT_TRUE(started.component);
  EXPECT_EQ(started.component->id, "c");
  EXPECT_EQ(started.due, kStart + seconds(5));
  EXPECT_EQ(started.lease_until, Micros{});
  EXPECT_EQ(started.timeout_at, Micros{});
  engine.restart();
  const auto open = engine.state.find_open(started.token.started);
  ASSERT_TRUE(open);
  EXPECT_EQ(open->job, job);
  EXPECT_EQ(open->secret, kSecret);
  EXPECT_EQ(open->started_at, engine.now);
  EXPECT_EQ(engine.state.running_count(), 1U);
  EXPECT_EQ(engine.state.pending_count(), 0U);
}

TEST_F(DecideStart, ALaterAttemptIsCausedByTheRetryThatDecidedIt) {
  PutDefinition put = Engine::settings("r");
  put.retry = {3, seconds(1), hours(1), 1000, 0};
  engine.definition(put);
  const JobId job = engine.create("r");
  Token token = engine.start(job).token;
  EXPECT_EQ(engine.cause, job.key());
  for (int again = 0; again < 2; ++again) {
    engine.ok<ReportOutcome>(engine.failure(token));
    const Seq retried = engine.log.last();
    engine.now = engine.now + seconds(1);
    engine.restart();
    token = engine.start(job).token;
    EXPECT_EQ(engine.cause, retried);
  }
}

TEST_F(DecideStart, MissingParametersAreAnEmptyObject) {
  const JobId job = engine.create("d");
  engine.state.keep_parameters(job, R"({"kept":1})");
  EXPECT_EQ(engine.start(job).parameters, R"({"kept":1})");
}

TEST_F(DecideStart, OneMicrosecondEarlyIsRefusedAndOnTimeIsNot) {
  const JobId job = engine.create("d", engine.now + seconds(1));
  engine.now = Micros{kStart.value + 999'999};
  EXPECT_EQ(engine.refusal(start(job)), "JOB_NOT_DUE");
  engine.now = kStart + seconds(1);
  engine.start(job);
}

TEST_F(DecideStart, RunningEndedOrUnknownJobIsRefused) {
  const JobId job = engine.create("d");
  const Token token = engine.start(job).token;
  EXPECT_EQ(engine.refusal(start(job)), "JOB_RUNNING");
  engine.ok<ReportOutcome>(engine.completion(token));
  EXPECT_EQ(engine.refusal(start(job)), "NOT_FOUND");
  EXPECT_EQ(engine.refusal(start(JobId::make(kStart, 0, Seq{9999}))), "NOT_FOUND");
}

TEST_F(DecideStart, IdWithAnotherTimeIsAnotherJob) {
  const JobId job = engine.create("d");
  EXPECT_EQ(engine.refusal(start(JobId::make(kStart + hours(1), 0, job.key()))), "NOT_FOUND");
}

TEST_F(DecideStart, PausedDefinitionStartsNothingUntilItGoesOn) {
  PutDefinition put = Engine::settings("d");
  put.paused = true;
  engine.definition(put);
  const JobId job = engine.create("d");
  EXPECT_EQ(engine.refusal(start(job)), "DEFINITION_PAUSED");
  engine.definition("d");
  engine.start(job);
}

TEST_F(DecideStart, ConcurrencyIsHeldOverEndsRetriesAndRestarts) {
  PutDefinition put = Engine::settings("d");
  put.concurrency = 2;
  put.retry.max_attempts = 2;
  engine.definition(put);
  const Token first = engine.start(engine.create("d")).token;
  const Token second = engine.start(engine.create("d")).token;
  const JobId third = engine.create("d");
  EXPECT_EQ(engine.refusal(start(third)), "CONCURRENCY_LIMIT");
  engine.restart();
  EXPECT_EQ(engine.refusal(start(third)), "CONCURRENCY_LIMIT");
  engine.ok<ReportOutcome>(engine.failure(first));
  engine.start(third);
  const JobId fourth = engine.create("d");
  EXPECT_EQ(engine.refusal(start(fourth)), "CONCURRENCY_LIMIT");
  engine.ok<ReportOutcome>(engine.completion(second));
  engine.start(fourth);
}

TEST_F(DecideStart, NoSpanHoldsMoreStartsThanTheRateLimit) {
  PutDefinition put = Engine::settings("d");
  put.rate_count = 2;
  put.rate_per = seconds(10);
  engine.definition(put);
  engine.start(engine.create("d"));
  engine.now = engine.now + seconds(4);
  engine.start(engine.create("d"));
  const JobId third = engine.create("d");
  EXPECT_EQ(engine.refusal(start(third)), "RATE_LIMIT");
  engine.restart();
  engine.now = Micros{kStart.value + 9'999'999};
  EXPECT_EQ(engine.refusal(start(third)), "RATE_LIMIT");
  engine.now = kStart + seconds(10);
  engine.start(third);
  const JobId fourth = engine.create("d");
  EXPECT_EQ(engine.refusal(start(fourth)), "RATE_LIMIT");  // the second start still counts
  engine.restart();
  EXPECT_EQ(engine.refusal(start(fourth)), "RATE_LIMIT");
  engine.now = kStart + seconds(14);
  engine.start(fourth);
}

TEST_F(DecideStart, JobOfADeletedDefinitionFailsWhenItComesDueAndNotBefore) {
  const JobId job = engine.create("d", engine.now + seconds(1));
  engine.ok<DefinitionOutcome>(DeleteDefinition{"d"});
  EXPECT_EQ(engine.refusal(start(job)), "JOB_NOT_DUE");
  engine.now = engine.now + seconds(1);
  EXPECT_FALSE(engine.ok<StartOutcome>(start(job)).started);
  EXPECT_EQ(engine.written, Names{"JobFailed"});
  EXPECT_TRUE(engine.state.is_ended(job));
}

TEST_F(DecideStart, JobWithoutItsComponentFails) {
  const JobId job = engine.create("d");
  engine.ok<ComponentOutcome>(DeleteComponent{"c"});
  EXPECT_FALSE(engine.ok<StartOutcome>(start(job)).started);
  EXPECT_EQ(engine.written, Names{"JobFailed"});
  EXPECT_TRUE(engine.state.is_ended(job));
}

TEST_F(DecideStart, OnlyWorkersLeaseAndOnlyTheirComponents) {
  EXPECT_EQ(engine.refusal(start(engine.create("d"), true)), "WRONG_RUNTIME");
  EXPECT_EQ(engine.refusal(start(engine.create("leased"), false)), "WRONG_RUNTIME");
}

TEST_F(DecideStart, LeaseAndTimeoutCountFromTheStart) {
  const StartedJob usual = engine.start(engine.create("leased"), true);
  EXPECT_EQ(usual.lease_until, engine.now + seconds(60));
  PutDefinition put = Engine::settings("leased", "w");
  put.lease = seconds(7);
  put.timeout = seconds(90);
  engine.definition(put);
  const StartedJob own = engine.start(engine.create("leased"), true);
  EXPECT_EQ(own.lease_until, engine.now + seconds(7));
  EXPECT_EQ(own.timeout_at, engine.now + seconds(90));
}

TEST_F(DecideStart, SecondAttemptHasAHigherToken) {
  PutDefinition put = Engine::settings("d");
  put.retry.max_attempts = 2;
  engine.definition(put);
  const JobId job = engine.create("d");
  const StartedJob first = engine.start(job);
  engine.ok<ReportOutcome>(engine.failure(first.token));
  engine.now = engine.state.find_job(job)->run_at;
  const StartedJob second = engine.start(job);
  EXPECT_EQ(second.attempt, Attempt{2});
  EXPECT_GT(second.token.started, first.token.started);
}

TEST_F(DecideStart, WorkGoesOnWhileTheDiskIsFull) {
  const JobId job = engine.create("d");
  engine.closed = make_error(Code::kNoSpace, "NO_SPACE", "the disk is full");
  engine.ok<ReportOutcome>(engine.completion(engine.start(job).token));
}

}  // namespace
}  // namespace daybook::scheduler
