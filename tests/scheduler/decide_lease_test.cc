#include "tests/scheduler/engine.h"

namespace daybook::scheduler {
namespace {

using events::ExpiryCause;

class DecideLease : public EngineTest {
 protected:
  void SetUp() override {
    engine.ok<Done>(StartServer{"1", "host", 1});
    engine.component("c");
    engine.component("w", events::Runtime::kWorker);
    PutDefinition own = Engine::settings("own");
    own.timeout = seconds(100);
    own.retry = {2, seconds(10), hours(1), 2000, 0};
    engine.definition(own);
    PutDefinition leased = own;
    leased.definition = "leased";
    leased.component = "w";
    leased.lease = seconds(30);
    engine.definition(leased);
    job = engine.create("leased");
    token = engine.start(job, true).token;
  }

  static ExpireLease expire(JobId job, const Token& token, ExpiryCause cause) {
    return ExpireLease{job, token.started, cause, 0};
  }

  JobId job;
  Token token;
};

TEST_F(DecideLease, HeartbeatMovesTheEndAndTellsOfACancellation) {
  engine.now = engine.now + seconds(20);
  auto outcome = engine.ok<LeaseOutcome>(ExtendLease{token, {}});
  EXPECT_EQ(engine.written, Names{"LeaseExtended"});
  EXPECT_EQ(outcome.lease_until, engine.now + seconds(30));
  EXPECT_FALSE(outcome.cancel_requested);
  engine.ok<CancelOutcome>(RequestCancel{job});
  outcome = engine.ok<LeaseOutcome>(ExtendLease{token, seconds(90)});
  EXPECT_TRUE(outcome.cancel_requested);
  EXPECT_EQ(outcome.lease_until, engine.now + seconds(90));
  engine.restart();
  EXPECT_EQ(engine.state.find_job(job)->lease_until, engine.now + seconds(90));
}

TEST_F(DecideLease, ShorterHeartbeatDoesNotShortenTheLease) {
  const auto outcome = engine.ok<LeaseOutcome>(ExtendLease{token, seconds(1)});
  EXPECT_EQ(outcome.lease_until, kStart + seconds(30));
}

TEST_F(DecideLease, HeartbeatWithoutTheTokenOrWithoutALeaseIsRefused) {
  Token guessed = token;
  guessed.secret.high ^= 1;
  EXPECT_EQ(engine.refusal(ExtendLease{guessed, {}}), "TOKEN_STALE token");
  EXPECT_EQ(engine.refusal(ExtendLease{{Seq{9999}, kSecret}, {}}), "TOKEN_STALE token");
  const Token own = engine.start(engine.create("own")).token;
  EXPECT_EQ(engine.refusal(ExtendLease{own, {}}), "NOT_LEASED token");
  engine.ok<ReportOutcome>(engine.completion(token));
  EXPECT_EQ(engine.refusal(ExtendLease{token, {}}), "TOKEN_STALE token");
}

TEST_F(DecideLease, LeaseExpiresAtItsEndAndNotBefore) {
  engine.now = Micros{kStart.value + 29'999'999};
  EXPECT_EQ(engine.refusal(expire(job, token, ExpiryCause::kLease)), "ATTEMPT_NOT_OVER");
  engine.now = kStart + seconds(30);
  const auto outcome = engine.ok<ReportOutcome>(expire(job, token, ExpiryCause::kLease));
  EXPECT_EQ(engine.written, (Names{"LeaseExpired", "JobRetryScheduled"}));
  EXPECT_EQ(engine.cause, token.started);
  EXPECT_EQ(outcome.result, AttemptResult::kRetryScheduled);
  EXPECT_EQ(outcome.retry_at, engine.now + seconds(10));
  EXPECT_FALSE(engine.state.find_job(job)->running);
}

TEST_F(DecideLease, HeartbeatThatCameFirstKeepsTheAttempt) {
  engine.now = kStart + seconds(30);
  engine.ok<LeaseOutcome>(ExtendLease{token, {}});
  EXPECT_EQ(engine.refusal(expire(job, token, ExpiryCause::kLease)), "ATTEMPT_NOT_OVER");
}

TEST_F(DecideLease, HeartbeatAndReportThatCameLateChangeNothing) {
  engine.now = kStart + seconds(30);
  engine.ok<ReportOutcome>(expire(job, token, ExpiryCause::kLease));
  EXPECT_EQ(engine.refusal(ExtendLease{token, {}}), "TOKEN_STALE token");
  EXPECT_EQ(engine.refusal(engine.completion(token)), "TOKEN_STALE token");
  EXPECT_EQ(engine.refusal(expire(job, token, ExpiryCause::kLease)), "TOKEN_STALE");
}

TEST_F(DecideLease, ReportAfterTheEndOfTheLeaseButBeforeItsExpiryCounts) {
  engine.now = kStart + seconds(31);
  engine.ok<ReportOutcome>(engine.completion(token));
  EXPECT_EQ(engine.refusal(expire(job, token, ExpiryCause::kLease)), "TOKEN_STALE");
}

TEST_F(DecideLease, LastAttemptThatExpiresFailsTheJob) {
  engine.now = kStart + seconds(30);
  engine.ok<ReportOutcome>(expire(job, token, ExpiryCause::kLease));
  engine.now = engine.state.find_job(job)->run_at;
  const Token second = engine.start(job, true).token;
  EXPECT_EQ(engine.refusal(expire(job, token, ExpiryCause::kLease)), "TOKEN_STALE");
  engine.now = engine.now + seconds(30);
  EXPECT_EQ(engine.ok<ReportOutcome>(expire(job, second, ExpiryCause::kLease)).result,
            AttemptResult::kFailed);
  EXPECT_EQ(engine.written, (Names{"LeaseExpired", "JobFailed"}));
}

TEST_F(DecideLease, ExpiredAttemptOfAnAskedJobIsCancelled) {
  engine.ok<CancelOutcome>(RequestCancel{job});
  engine.now = kStart + seconds(30);
  EXPECT_EQ(engine.ok<ReportOutcome>(expire(job, token, ExpiryCause::kLease)).result,
            AttemptResult::kCancelled);
  EXPECT_EQ(engine.written, (Names{"LeaseExpired", "JobCancelled"}));
}

TEST_F(DecideLease, ExpiredLastJobOfADeletedDefinitionTakesItAlong) {
  engine.ok<DefinitionOutcome>(DeleteDefinition{"leased"});
  engine.now = kStart + seconds(30);
  EXPECT_EQ(engine.ok<ReportOutcome>(expire(job, token, ExpiryCause::kLease)).result,
            AttemptResult::kFailed);
  EXPECT_EQ(engine.state.find_definition("leased"), nullptr);
}

TEST_F(DecideLease, TimeoutEndsAnAttemptHoweverItsLeaseStands) {
  engine.now = kStart + seconds(99);
  engine.ok<LeaseOutcome>(ExtendLease{token, {}});
  EXPECT_EQ(engine.refusal(expire(job, token, ExpiryCause::kTimeout)), "ATTEMPT_NOT_OVER");
  engine.now = kStart + seconds(100);
  engine.ok<ReportOutcome>(expire(job, token, ExpiryCause::kTimeout));
}

TEST_F(DecideLease, AttemptWithoutTimeoutOrLeaseHasNeitherEnd) {
  engine.definition("free");
  const JobId free = engine.create("free");
  const Token own = engine.start(free).token;
  engine.now = engine.now + hours(1000);
  EXPECT_EQ(engine.refusal(expire(free, own, ExpiryCause::kTimeout)), "ATTEMPT_NOT_OVER");
  EXPECT_EQ(engine.refusal(expire(free, own, ExpiryCause::kLease)), "ATTEMPT_NOT_OVER");
}

TEST_F(DecideLease, RestartEndsTheServersOwnAttemptsAndNoLeasedOnes) {
  const JobId own = engine.create("own");
  const Token before = engine.start(own).token;
  EXPECT_EQ(engine.refusal(expire(own, before, ExpiryCause::kRestart)), "ATTEMPT_NOT_OVER");
  engine.restart();
  engine.ok<Done>(StartServer{"1", "host", 2});
  EXPECT_EQ(engine.refusal(expire(job, token, ExpiryCause::kRestart)), "ATTEMPT_NOT_OVER");
  EXPECT_EQ(engine.ok<ReportOutcome>(expire(own, before, ExpiryCause::kRestart)).result,
            AttemptResult::kRetryScheduled);
  EXPECT_EQ(engine.state.find_job(own)->run_at, engine.now);
  EXPECT_EQ(engine.state.find_job(own)->uncounted, 1U);
  const Token after = engine.start(own).token;
  EXPECT_EQ(engine.refusal(expire(own, after, ExpiryCause::kRestart)), "ATTEMPT_NOT_OVER");
}

TEST_F(DecideLease, ExpiryOfAPendingUnknownOrOtherAttemptIsRefused) {
  const JobId waiting = engine.create("leased");
  EXPECT_EQ(engine.refusal(expire(waiting, token, ExpiryCause::kLease)), "TOKEN_STALE");
  EXPECT_EQ(engine.refusal(expire(JobId::make(kStart, 0, Seq{9999}), token, ExpiryCause::kLease)),
            "TOKEN_STALE");
}

}  // namespace
}  // namespace daybook::scheduler
