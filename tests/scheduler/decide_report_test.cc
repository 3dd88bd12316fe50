#include "base/limits/resources.h"
#include "base/limits/state.h"
#include "tests/scheduler/engine.h"

namespace daybook::scheduler {
namespace {

class DecideReport : public EngineTest {
 protected:
  void SetUp() override {
    engine.component("c");
    PutDefinition put = Engine::settings("d");
    put.retry = {3, seconds(10), hours(1), 3000, 0};
    engine.definition(put);
    job = engine.create("d");
    token = engine.start(job).token;
  }

  JobId job;
  Token token;
};

TEST_F(DecideReport, CompletionEndsTheJob) {
  const auto outcome = engine.ok<ReportOutcome>(engine.completion(token));
  EXPECT_EQ(outcome.job, job);
  EXPECT_EQ(outcome.result, AttemptResult::kCompleted);
  EXPECT_FALSE(outcome.repeated);
  EXPECT_EQ(engine.written, Names{"JobCompleted"});
  EXPECT_EQ(engine.cause, token.started);
  EXPECT_TRUE(engine.state.is_ended(job));
  EXPECT_EQ(engine.state.running_count(), 0U);
  EXPECT_EQ(engine.state.pending_count(), 0U);
}

TEST_F(DecideReport, FailureIsTriedAgainLaterUntilTheAttemptsAreUsed) {
  auto outcome = engine.ok<ReportOutcome>(engine.failure(token));
  EXPECT_EQ(outcome.result, AttemptResult::kRetryScheduled);
  EXPECT_EQ(outcome.retry_at, engine.now + seconds(10));
  EXPECT_EQ(engine.state.pending_count(), 1U);
  engine.now = *outcome.retry_at;
  outcome = engine.ok<ReportOutcome>(engine.failure(engine.start(job).token));
  EXPECT_EQ(outcome.retry_at, engine.now + seconds(30));
  engine.restart();
  engine.now = *outcome.retry_at;
  outcome = engine.ok<ReportOutcome>(engine.failure(engine.start(job).token));
  EXPECT_EQ(outcome.result, AttemptResult::kFailed);
  EXPECT_FALSE(outcome.retry_at);
  EXPECT_EQ(engine.written, Names{"JobFailed"});
  EXPECT_TRUE(engine.state.is_ended(job));
}

TEST_F(DecideReport, FailureThatIsNotRetryableEndsTheJob) {
  EXPECT_EQ(engine.ok<ReportOutcome>(engine.failure(token, false)).result, AttemptResult::kFailed);
  EXPECT_TRUE(engine.state.is_ended(job));
}

TEST_F(DecideReport, FewerAttemptsSinceTheStartEndTheJob) {
  engine.definition("d");
  EXPECT_EQ(engine.ok<ReportOutcome>(engine.failure(token)).result, AttemptResult::kFailed);
}

TEST_F(DecideReport, SameReportAgainGetsTheFirstAnswerAndChangesNothing) {
  engine.ok<ReportOutcome>(engine.completion(token));
  engine.restart();
  const auto again = engine.ok<ReportOutcome>(engine.completion(token));
  EXPECT_TRUE(again.repeated);
  EXPECT_EQ(again.job, job);
  EXPECT_EQ(again.result, AttemptResult::kCompleted);
  EXPECT_TRUE(engine.written.empty());
}

TEST_F(DecideReport, SameFailureAgainNamesTheSameTimeOfTheNextAttempt) {
  const auto first = engine.ok<ReportOutcome>(engine.failure(token));
  engine.now = engine.now + seconds(3);
  const auto again = engine.ok<ReportOutcome>(engine.failure(token));
  EXPECT_TRUE(again.repeated);
  EXPECT_EQ(again.result, AttemptResult::kRetryScheduled);
  EXPECT_EQ(again.retry_at, first.retry_at);
}

TEST_F(DecideReport, AnotherReportOfAnAttemptThatIsOverIsRefused) {
  engine.ok<ReportOutcome>(engine.completion(token, 1));
  EXPECT_EQ(engine.refusal(engine.completion(token, 99)), "TOKEN_STALE token");
  EXPECT_EQ(engine.refusal(engine.failure(token)), "TOKEN_STALE token");
  EXPECT_EQ(engine.refusal(engine.completion(token, 0)), "TOKEN_STALE token");
}

TEST_F(DecideReport, ReportWithoutDigestIsNeverTakenForARepeatedOne) {
  engine.ok<ReportOutcome>(engine.completion(token, 0));
  EXPECT_EQ(engine.refusal(engine.completion(token, 0)), "TOKEN_STALE token");
}

TEST_F(DecideReport, WrongSecretIsRefusedBeforeAndAfterTheEnd) {
  Token guessed = token;
  guessed.secret.low ^= 1;
  EXPECT_EQ(engine.refusal(engine.completion(guessed)), "TOKEN_STALE token");
  engine.ok<ReportOutcome>(engine.completion(token));
  EXPECT_EQ(engine.refusal(engine.completion(guessed)), "TOKEN_STALE token");
  guessed = token;
  guessed.secret.high ^= 1;
  EXPECT_EQ(engine.refusal(engine.completion(guessed)), "TOKEN_STALE token");
}

TEST_F(DecideReport, NameOfAnotherJobIsRefusedBeforeAndAfterTheEnd) {
  ReportAttempt report = engine.completion(token);
  report.job = engine.create("d");
  EXPECT_EQ(engine.refusal(report), "TOKEN_STALE token");
  report.job = job;
  engine.ok<ReportOutcome>(report);
  EXPECT_TRUE(engine.ok<ReportOutcome>(report).repeated);
  report.job = JobId::make(kStart, 0, Seq{9999});
  EXPECT_EQ(engine.refusal(report), "TOKEN_STALE token");
}

TEST_F(DecideReport, UnknownAttemptIsRefused) {
  EXPECT_EQ(engine.refusal(engine.completion({Seq{9999}, kSecret})), "TOKEN_STALE token");
  EXPECT_EQ(engine.refusal(engine.completion({job.key(), kSecret})), "TOKEN_STALE token");
}

TEST_F(DecideReport, OldAttemptCannotEndTheNextOne) {
  engine.ok<ReportOutcome>(engine.failure(token));
  engine.now = engine.state.find_job(job)->run_at;
  const Token second = engine.start(job).token;
  EXPECT_EQ(engine.refusal(engine.completion(token)), "TOKEN_STALE token");
  EXPECT_TRUE(engine.ok<ReportOutcome>(engine.failure(token)).repeated);
  EXPECT_TRUE(engine.state.find_open(second.started));
}

TEST_F(DecideReport, TextsOverTheirLimitsAreRefused) {
  ReportAttempt large = engine.completion(token);
  large.result.assign(kResultBytesMax + 1, ' ');
  EXPECT_EQ(engine.refusal(large), "TOO_LARGE result");
  ReportAttempt message = engine.failure(token);
  message.failed->message.assign(kErrorMessageBytesMax + 1, 'x');
  EXPECT_EQ(engine.refusal(message), "TOO_LARGE error.message");
  ReportAttempt details = engine.failure(token);
  details.failed->details.assign(kErrorDetailsBytesMax + 1, ' ');
  EXPECT_EQ(engine.refusal(details), "TOO_LARGE error.details");
  large.result.resize(kResultBytesMax);
  engine.ok<ReportOutcome>(large);
}

TEST_F(DecideReport, MemoryOfReportsIsBoundedAndForgetsTheOldest) {
  engine.ok<ReportOutcome>(engine.completion(token));
  for (std::size_t i = 1; i < kReportMemory; ++i) {
    const JobId other = engine.create("d");
    ASSERT_TRUE(engine.run(engine.completion(engine.start(other).token)));
  }
  EXPECT_TRUE(engine.ok<ReportOutcome>(engine.completion(token)).repeated);
  engine.ended("d");
  EXPECT_EQ(engine.refusal(engine.completion(token)), "TOKEN_STALE token");
}

}  // namespace
}  // namespace daybook::scheduler
