// Effects: jobs that an attempt schedules, in the batch of its completion.
#include "base/limits/definitions.h"
#include "base/limits/resources.h"
#include "tests/scheduler/engine.h"

namespace daybook::scheduler {
namespace {

class DecideEffects : public EngineTest {
 protected:
  void SetUp() override {
    engine.component("c");
    PutDefinition put = Engine::settings("d");
    put.retry.max_attempts = 5;
    engine.definition(put);
    job = engine.create(named("self"));
    token = engine.start(job).token;
    report = engine.completion(token);
  }

  static NewJob named(const std::string& unique_key, const std::string& definition = "d") {
    NewJob out;
    out.definition = definition;
    out.unique_key = unique_key;
    return out;
  }
  void schedule(NewJob next, std::optional<Duration> after = {}) {
    report.effects.push_back(ScheduleEffect{std::move(next), after});
  }
  // The report's effect is refused: the attempt has failed for good and nothing else has happened.
  void expect_refused() {
    const std::uint64_t pending = engine.state.pending_count();
    const auto outcome = engine.ok<ReportOutcome>(report);
    EXPECT_EQ(outcome.result, AttemptResult::kFailed);
    EXPECT_TRUE(outcome.scheduled.empty());
    EXPECT_EQ(engine.written, Names{"JobFailed"});
    EXPECT_TRUE(engine.state.is_ended(job));
    EXPECT_EQ(engine.state.pending_count(), pending);
  }

  JobId job;
  Token token;
  ReportAttempt report;
};

TEST_F(DecideEffects, JobsFollowTheCompletionInOneBatch) {
  schedule(named(""));
  schedule(named("next"));
  const auto outcome = engine.ok<ReportOutcome>(report);
  ASSERT_EQ(outcome.scheduled.size(), 2U);
  EXPECT_EQ(engine.written, (Names{"JobCompleted", "JobCreated", "JobCreated"}));
  engine.restart();
  EXPECT_TRUE(engine.state.find_job(outcome.scheduled[0]));
  EXPECT_EQ(engine.state.find_unique("d", "next"), outcome.scheduled[1]);
}

TEST_F(DecideEffects, RelativeTimeCountsFromTheCompletion) {
  schedule(named(""), seconds(300));
  engine.now = engine.now + seconds(45);
  const auto outcome = engine.ok<ReportOutcome>(report);
  EXPECT_EQ(engine.state.find_job(outcome.scheduled.at(0))->run_at, kStart + seconds(345));
}

TEST_F(DecideEffects, FixedTimeStandsAndOneInThePastIsNow) {
  NewJob fixed = named("");
  fixed.run_at = kStart + hours(2);
  schedule(fixed);
  fixed.run_at = kStart;
  schedule(fixed);
  engine.now = engine.now + seconds(45);
  const auto outcome = engine.ok<ReportOutcome>(report);
  EXPECT_EQ(engine.state.find_job(outcome.scheduled.at(0))->run_at, kStart + hours(2));
  EXPECT_EQ(engine.state.find_job(outcome.scheduled.at(1))->run_at, kStart);
  EXPECT_LE(engine.state.find_job(outcome.scheduled.at(1))->due, engine.now);
}

TEST_F(DecideEffects, JobMayScheduleItsOwnNextRunUnderItsOwnKey) {
  schedule(named("self"), hours(24));
  const auto outcome = engine.ok<ReportOutcome>(report);
  EXPECT_EQ(outcome.result, AttemptResult::kCompleted);
  ASSERT_EQ(outcome.scheduled.size(), 1U);
  EXPECT_EQ(engine.state.find_unique("d", "self"), outcome.scheduled[0]);
  engine.restart();
  EXPECT_EQ(engine.state.find_unique("d", "self"), outcome.scheduled[0]);
}

// The work is done: a key that is taken is no reason to fail it.
TEST_F(DecideEffects, ItsOwnKeyTwiceGivesOneJob) {
  schedule(named("self"));
  schedule(named("self"));
  const auto outcome = engine.ok<ReportOutcome>(report);
  EXPECT_EQ(outcome.result, AttemptResult::kCompleted);
  EXPECT_EQ(outcome.scheduled.size(), 1U);
  ASSERT_EQ(outcome.skipped.size(), 1U);
  EXPECT_EQ(outcome.skipped[0].effect, 1U);
  EXPECT_EQ(outcome.skipped[0].code, "UNIQUE_KEY_TAKEN");
  EXPECT_EQ(engine.written, (Names{"JobCompleted", "JobCreated"}));
}

TEST_F(DecideEffects, AKeyOfAnotherLiveJobIsSkippedAndItsHolderNamed) {
  const JobId other = engine.create(named("other"));
  schedule(named("other"));
  schedule(named("next"));
  const auto outcome = engine.ok<ReportOutcome>(report);
  EXPECT_EQ(outcome.result, AttemptResult::kCompleted);
  EXPECT_TRUE(outcome.error_code.empty());
  ASSERT_EQ(outcome.scheduled.size(), 1U);
  EXPECT_EQ(engine.state.find_unique("d", "next"), outcome.scheduled[0]);
  ASSERT_EQ(outcome.skipped.size(), 1U);
  EXPECT_EQ(outcome.skipped[0].effect, 0U);
  EXPECT_EQ(outcome.skipped[0].holder, other);
}

// Started by hand while its next run waits, it does not fork the chain.
TEST_F(DecideEffects, AChainThatHandsItsKeyOnStaysSingle) {
  schedule(named("self"), hours(24));
  const JobId next = engine.ok<ReportOutcome>(report).scheduled.at(0);
  report = engine.completion(engine.start(engine.create("d")).token);
  schedule(named("self"), hours(24));
  const auto by_hand = engine.ok<ReportOutcome>(report);
  EXPECT_EQ(by_hand.result, AttemptResult::kCompleted);
  EXPECT_EQ(by_hand.skipped.at(0).holder, next);
  EXPECT_EQ(engine.state.pending_count(), 1U);
}

TEST_F(DecideEffects, RefusedOnesSayWhyAndTheWorkIsKept) {
  schedule(named("", "unknown"));
  const auto outcome = engine.ok<ReportOutcome>(report);
  EXPECT_EQ(outcome.error_code, "EFFECT_REFUSED");
  EXPECT_NE(outcome.error_message.find("effects[0].definition"), std::string::npos);
  const auto failed = engine.last<events::JobFailed>();
  EXPECT_EQ(failed.result.text, report.result);
}

TEST_F(DecideEffects, RefusedOnesSayWhereTheyWereAskedFor) {
  schedule(named(""));
  schedule(named("", "unknown"));
  report.effect_places = {R"("line":1)", R"("line":2,"column":6)"};
  engine.ok<ReportOutcome>(report);
  EXPECT_EQ(engine.last<events::JobFailed>().failure.details.text,
            R"({"field":"effects[1].definition","line":2,"column":6,)"
            R"("message":"there is no job definition unknown"})");
}

TEST_F(DecideEffects, UnknownDefinitionIsRefused) {
  schedule(named(""));
  schedule(named("", "unknown"));
  expect_refused();
}

TEST_F(DecideEffects, ItsOwnDefinitionThatWasDeletedIsRefusedAndForgotten) {
  engine.ok<DefinitionOutcome>(DeleteDefinition{"d"});
  schedule(named(""));
  expect_refused();
  EXPECT_EQ(engine.state.find_definition("d"), nullptr);
}

TEST_F(DecideEffects, LastJobOfADeletedDefinitionMayScheduleAnother) {
  engine.definition("e");
  engine.ok<DefinitionOutcome>(DeleteDefinition{"d"});
  schedule(named("self", "e"));
  EXPECT_EQ(engine.ok<ReportOutcome>(report).scheduled.size(), 1U);
  EXPECT_EQ(engine.state.find_definition("d"), nullptr);
  EXPECT_EQ(engine.state.find_definition("e")->pending, 1U);
}

TEST_F(DecideEffects, LongestRelativeTimeIsTakenAndMoreIsRefusedWithoutOverflow) {
  schedule(named(""), Duration{kRunAtAheadMaxUs});
  EXPECT_EQ(engine.ok<ReportOutcome>(report).scheduled.size(), 1U);
  job = engine.create("d");
  report = engine.completion(engine.start(job).token);
  schedule(named(""), Duration{INT64_MAX});
  expect_refused();
}

TEST_F(DecideEffects, RefusedReportAgainGetsTheSameAnswer) {
  schedule(named("", "unknown"));
  expect_refused();
  const auto again = engine.ok<ReportOutcome>(report);
  EXPECT_TRUE(again.repeated);
  EXPECT_EQ(again.result, AttemptResult::kFailed);
}

TEST_F(DecideEffects, AskedToCancelButRefusedIsCancelledWithoutEffects) {
  engine.ok<CancelOutcome>(RequestCancel{job});
  schedule(named(""));
  schedule(named("", "unknown"));
  EXPECT_EQ(engine.ok<ReportOutcome>(report).result, AttemptResult::kCancelled);
  EXPECT_EQ(engine.written, Names{"JobCancelled"});
}

TEST_F(DecideEffects, FailedAttemptHasNone) {
  report.failed = Failed{"E", "no", "", true};
  schedule(named(""));
  const auto outcome = engine.ok<ReportOutcome>(report);
  EXPECT_EQ(outcome.result, AttemptResult::kRetryScheduled);
  EXPECT_EQ(engine.written, Names{"JobRetryScheduled"});
}

TEST_F(DecideEffects, LargestNumberIsOneBatch) {
  for (std::size_t i = 0; i < kEffectsMax; ++i) {
    schedule(named(""), seconds(1));
  }
  EXPECT_EQ(engine.ok<ReportOutcome>(report).scheduled.size(), kEffectsMax);
  EXPECT_EQ(engine.written.size(), kEffectsMax + 1);
}

}  // namespace
}  // namespace daybook::scheduler
