// Sendings: created, tried, ended once, removed.
#include "base/limits/resources.h"
#include "base/limits/sendings.h"
#include "scheduler/decide_parts.h"
#include "tests/scheduler/engine.h"

namespace daybook::scheduler {
namespace {

class DecideSending : public EngineTest {
 protected:
  void SetUp() override {
    engine.component("c");
    engine.definition("d");
  }
  static NewSending mail(std::uint64_t number) {
    return {{0x8000, number}, Transport::kEmail, "a@example.org", "reactor", "{}"};
  }
  SendingId created(std::uint64_t number = 1) {
    engine.ok<Done>(CreateSending{mail(number)});
    return mail(number).id;
  }
  static ReportSending failed(SendingId id, std::uint32_t attempt, bool retryable = true) {
    return {id, Attempt{attempt}, {}, Failed{"SMTP_REFUSED", "451 later", {}, retryable}, 0};
  }
  static ReportSending sent(SendingId id, std::uint32_t attempt) {
    return {id, Attempt{attempt}, "250 ok", {}, 0};
  }
};

TEST_F(DecideSending, IsDueAtOnceAndNamesItsCreation) {
  const SendingId id = created();
  EXPECT_EQ(engine.written, Names{"SendingCreated"});
  const auto sending = engine.state.find_sending(id);
  ASSERT_TRUE(sending);
  EXPECT_EQ(sending->created, engine.log.last());
  EXPECT_EQ(sending->due, engine.now);
  EXPECT_EQ(sending->attempt, Attempt{0});
}

TEST_F(DecideSending, IdThatIsTakenIsRefused) {
  created();
  EXPECT_EQ(engine.refusal(CreateSending{mail(1)}), "SENDING_EXISTS sendingId");
  EXPECT_EQ(engine.refusal(CreateSending{NewSending{}}), "SENDING_EXISTS sendingId");
}

TEST_F(DecideSending, ContentOverItsLimitIsRefused) {
  NewSending large = mail(1);
  large.content = std::string(kSendingContentBytesMax + 1, ' ');
  EXPECT_EQ(engine.refusal(CreateSending{large}), "TOO_LARGE body");
}

TEST_F(DecideSending, NewOnesAreRefusedWhileTheDiskIsFull) {
  engine.closed = make_error(Code::kNoSpace, "DISK_FULL", "full");
  EXPECT_EQ(engine.refusal(CreateSending{mail(1)}), "DISK_FULL");
}

TEST_F(DecideSending, EffectsFollowTheCompletionInTheirOrder) {
  const JobId job = engine.create("d");
  ReportAttempt report = engine.completion(engine.start(job).token);
  NewJob next;
  next.definition = "d";
  report.effects = {mail(1), ScheduleEffect{next, {}}, mail(2)};
  const auto outcome = engine.ok<ReportOutcome>(report);
  EXPECT_EQ(engine.written,
            (Names{"JobCompleted", "SendingCreated", "JobCreated", "SendingCreated"}));
  EXPECT_EQ(outcome.sendings, (std::vector<SendingId>{mail(1).id, mail(2).id}));
  EXPECT_EQ(outcome.scheduled.size(), 1U);
  EXPECT_EQ(engine.state.sending_count(), 2U);
}

TEST_F(DecideSending, EffectWhoseIdIsTakenFailsTheAttemptWhole) {
  const JobId job = engine.create("d");
  ReportAttempt report = engine.completion(engine.start(job).token);
  report.effects = {mail(1), mail(1)};
  EXPECT_EQ(engine.ok<ReportOutcome>(report).result, AttemptResult::kFailed);
  EXPECT_EQ(engine.written, Names{"JobFailed"});
  EXPECT_EQ(engine.state.sending_count(), 0U);
}

TEST_F(DecideSending, IsTriedFourTimesWithGrowingDelaysAndThenBounces) {
  const SendingId id = created();
  const std::int64_t delays[] = {10, 60, 300};
  for (std::uint32_t attempt = 1; attempt < kSendingAttemptsMax; ++attempt) {
    const auto outcome = engine.ok<SendingOutcome>(failed(id, attempt));
    EXPECT_EQ(outcome.result, SendingResult::kRetryScheduled);
    const Duration delay = seconds(delays[attempt - 1]);
    EXPECT_EQ(*outcome.retry_at, engine.now + Duration{delay.value * 9 / 10});
    EXPECT_EQ(engine.state.find_sending(id)->due, *outcome.retry_at);
    EXPECT_EQ(engine.state.find_sending(id)->attempt, Attempt{attempt});
  }
  EXPECT_EQ(engine.ok<SendingOutcome>(failed(id, 4)).result, SendingResult::kBounced);
  EXPECT_EQ(engine.written, Names{"SendingBounced"});
  EXPECT_FALSE(engine.state.find_sending(id));
}

TEST_F(DecideSending, DelaysSpreadByATenth) {
  for (const std::uint64_t random : {0UL, 1UL, 999'999UL, 1'000'000UL, ~0UL}) {
    const Duration delay = sending_delay(Attempt{1}, random);
    EXPECT_GE(delay, seconds(9)) << random;
    EXPECT_LE(delay, seconds(11)) << random;
  }
  EXPECT_EQ(sending_delay(Attempt{2}, 6'000'000), seconds(60));
  EXPECT_EQ(sending_delay(Attempt{9}, 0), sending_delay(Attempt{3}, 0));
}

TEST_F(DecideSending, RefusedForGoodBouncesAtOnce) {
  const SendingId id = created();
  EXPECT_EQ(engine.ok<SendingOutcome>(failed(id, 1, false)).result, SendingResult::kBounced);
  EXPECT_FALSE(engine.state.find_sending(id));
}

TEST_F(DecideSending, GivenUpWithoutATryBounces) {
  const SendingId id = created();
  EXPECT_EQ(engine.refusal(failed(id, 0)), "ATTEMPT_STALE attempt");
  EXPECT_EQ(engine.refusal(sent(id, 0)), "ATTEMPT_STALE attempt");
  EXPECT_EQ(engine.ok<SendingOutcome>(failed(id, 0, false)).result, SendingResult::kBounced);
}

TEST_F(DecideSending, ReportOfAnotherTryIsRefused) {
  const SendingId id = created();
  engine.ok<SendingOutcome>(failed(id, 1));
  EXPECT_EQ(engine.refusal(failed(id, 1)), "ATTEMPT_STALE attempt");
  EXPECT_EQ(engine.refusal(sent(id, 3)), "ATTEMPT_STALE attempt");
  EXPECT_EQ(engine.ok<SendingOutcome>(sent(id, 2)).result, SendingResult::kSent);
  EXPECT_EQ(engine.refusal(sent(id, 2)), "NOT_FOUND");
}

TEST_F(DecideSending, OnlyAPendingOneIsCancelled) {
  const SendingId id = created();
  engine.ok<Done>(CancelSending{id});
  EXPECT_EQ(engine.written, Names{"SendingCancelled"});
  EXPECT_EQ(engine.refusal(CancelSending{id}), "NOT_FOUND");
  EXPECT_EQ(engine.refusal(sent(id, 1)), "NOT_FOUND");
}

TEST_F(DecideSending, TextsOverTheirLimitAreRefused) {
  const SendingId id = created();
  auto large = sent(id, 1);
  large.response = std::string(kErrorMessageBytesMax + 1, 'x');
  EXPECT_EQ(engine.refusal(large), "TOO_LARGE response");
  auto report = failed(id, 1);
  report.failed->details = std::string(kErrorDetailsBytesMax + 1, 'x');
  EXPECT_EQ(engine.refusal(report), "TOO_LARGE error");
}

TEST_F(DecideSending, OnlyEndedOnesAreRemovedAndOnce) {
  const SendingId ended = created(1);
  const Seq ended_at = engine.log.last();
  const SendingId pending = created(2);
  const Seq pending_at = engine.log.last();
  engine.ok<SendingOutcome>(sent(ended, 1));
  RemoveSendings sweep{{{ended, ended_at}, {pending, pending_at}, {ended, ended_at}}, engine.now};
  EXPECT_EQ(engine.ok<RemoveOutcome>(sweep).removed, 1U);
  EXPECT_EQ(engine.written, Names{"SendingRemoved"});
  EXPECT_EQ(engine.ok<RemoveOutcome>(sweep).removed, 0U);
  sweep.cutoff = engine.now + seconds(1);
  EXPECT_EQ(engine.refusal(sweep), "CUTOFF_AHEAD");
}

}  // namespace
}  // namespace daybook::scheduler
