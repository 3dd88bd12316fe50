#include "tests/scheduler/engine.h"

namespace daybook::scheduler {
namespace {

class DecideCancel : public EngineTest {
 protected:
  void SetUp() override {
    engine.component("c");
    PutDefinition put = Engine::settings("d");
    put.retry.max_attempts = 3;
    engine.definition(put);
  }

  static ReportAttempt stopped(const Token& token) {
    ReportAttempt report;
    report.token = token;
    report.cancelled = true;
    report.digest = 3;
    return report;
  }
};

TEST_F(DecideCancel, PendingJobIsCancelledForGood) {
  const JobId job = engine.create("d");
  EXPECT_TRUE(engine.ok<CancelOutcome>(CancelJob{job}).cancelled);
  EXPECT_EQ(engine.written, Names{"JobCancelled"});
  EXPECT_FALSE(engine.state.find_job(job));
  EXPECT_TRUE(engine.state.is_ended(job));
  EXPECT_EQ(engine.refusal(StartJob{job, kSecret, "", false}), "NOT_FOUND");
  EXPECT_EQ(engine.refusal(CancelJob{job}), "JOB_ENDED");
  EXPECT_EQ(engine.refusal(RequestCancel{job}), "JOB_ENDED");
}

TEST_F(DecideCancel, RequestCancelsAPendingJobToo) {
  const JobId job = engine.create("d");
  EXPECT_TRUE(engine.ok<CancelOutcome>(RequestCancel{job}).cancelled);
  EXPECT_TRUE(engine.state.is_ended(job));
}

TEST_F(DecideCancel, JobWaitingToBeTriedAgainIsCancelled) {
  const JobId job = engine.create("d");
  engine.ok<ReportOutcome>(engine.failure(engine.start(job).token));
  EXPECT_TRUE(engine.ok<CancelOutcome>(CancelJob{job}).cancelled);
  EXPECT_TRUE(engine.state.is_ended(job));
}

TEST_F(DecideCancel, UnknownJobIsNotFound) {
  const JobId nobody = JobId::make(kStart, 0, Seq{999});
  EXPECT_EQ(engine.refusal(CancelJob{nobody}), "NOT_FOUND");
  EXPECT_EQ(engine.refusal(RequestCancel{nobody}), "NOT_FOUND");
}

TEST_F(DecideCancel, RunningJobIsAskedOnceAndKeepsRunning) {
  const JobId job = engine.create("d");
  const StartedJob started = engine.start(job);
  EXPECT_EQ(engine.refusal(CancelJob{job}), "JOB_RUNNING");
  EXPECT_FALSE(engine.ok<CancelOutcome>(RequestCancel{job}).cancelled);
  EXPECT_EQ(engine.written, Names{"JobCancelRequested"});
  EXPECT_EQ(engine.cause, started.token.started);
  EXPECT_FALSE(engine.ok<CancelOutcome>(RequestCancel{job}).cancelled);
  EXPECT_TRUE(engine.written.empty());
  engine.restart();
  EXPECT_TRUE(engine.state.find_job(job)->cancel_requested);
  EXPECT_TRUE(engine.state.find_job(job)->running);
}

TEST_F(DecideCancel, AskedJobThatStopsIsCancelled) {
  const JobId job = engine.create("d");
  const Token token = engine.start(job).token;
  engine.ok<CancelOutcome>(RequestCancel{job});
  EXPECT_EQ(engine.ok<ReportOutcome>(stopped(token)).result, AttemptResult::kCancelled);
  EXPECT_EQ(engine.written, Names{"JobCancelled"});
  EXPECT_TRUE(engine.ok<ReportOutcome>(stopped(token)).repeated);
}

TEST_F(DecideCancel, AskedJobThatCompletesFirstIsCompleted) {
  const JobId job = engine.create("d");
  const Token token = engine.start(job).token;
  engine.ok<CancelOutcome>(RequestCancel{job});
  EXPECT_EQ(engine.ok<ReportOutcome>(engine.completion(token)).result, AttemptResult::kCompleted);
  EXPECT_EQ(engine.refusal(stopped(token)), "TOKEN_STALE token");
  EXPECT_EQ(engine.refusal(RequestCancel{job}), "JOB_ENDED");
}

TEST_F(DecideCancel, AskedJobThatFailsIsCancelledAndNotTriedAgain) {
  const JobId job = engine.create("d");
  const Token token = engine.start(job).token;
  engine.ok<CancelOutcome>(RequestCancel{job});
  EXPECT_EQ(engine.ok<ReportOutcome>(engine.failure(token)).result, AttemptResult::kCancelled);
  EXPECT_TRUE(engine.state.is_ended(job));
}

TEST_F(DecideCancel, JobThatStopsUnaskedHasFailedAndIsTriedAgain) {
  const JobId job = engine.create("d");
  const Token token = engine.start(job).token;
  EXPECT_EQ(engine.ok<ReportOutcome>(stopped(token)).result, AttemptResult::kRetryScheduled);
  EXPECT_FALSE(engine.state.find_job(job)->cancel_requested);
}

TEST_F(DecideCancel, RequestAfterTheEndOfOneAttemptDoesNotReachTheNext) {
  const JobId job = engine.create("d");
  engine.ok<ReportOutcome>(engine.failure(engine.start(job).token));
  engine.now = engine.state.find_job(job)->run_at;
  engine.start(job);
  EXPECT_FALSE(engine.state.find_job(job)->cancel_requested);
}

}  // namespace
}  // namespace daybook::scheduler
