#include "dispatch/report.h"

#include <gtest/gtest.h>

#include "base/limits/resources.h"

namespace daybook::dispatch {
namespace {

using components::RunOutcome;

const scheduler::Token kToken{Seq{9}, {1, 2}};
const JobId kJob = JobId::make(Micros{1}, 0, Seq{3});

RunOutcome failed(std::string code, std::string message, std::string details = {}) {
  RunOutcome out;
  out.failure = components::Failure{std::move(code), std::move(message), std::move(details), false};
  return out;
}

RunOutcome completed(std::string result) {
  RunOutcome out;
  out.result = std::move(result);
  return out;
}

std::uint64_t digest(RunOutcome outcome) {
  return make_report(kToken, kJob, std::move(outcome)).digest;
}

TEST(Report, CarriesTheOutcome) {
  auto outcome = completed("7");
  components::ScheduleJobEffect effect;
  effect.definition = "next";
  effect.parameters = "{}";
  effect.at = Micros{5};
  effect.priority = 3;
  effect.tags = {"t"};
  outcome.effects.push_back(effect);
  const auto report = make_report(kToken, kJob, std::move(outcome));
  EXPECT_EQ(report.token, kToken);
  EXPECT_EQ(report.job, kJob);
  EXPECT_EQ(report.result, "7");
  ASSERT_EQ(report.effects.size(), 1U);
  const auto& made = std::get<scheduler::ScheduleEffect>(report.effects[0]);
  EXPECT_EQ(made.job.definition, "next");
  EXPECT_EQ(made.job.run_at, Micros{5});
  EXPECT_EQ(made.job.priority, 3);
  EXPECT_FALSE(report.failed);
}

TEST(Report, FailureLosesResultAndEffects) {
  auto outcome = failed("X", "m", "{}");
  outcome.result = "1";
  outcome.effects.emplace_back();
  const auto report = make_report(kToken, kJob, std::move(outcome));
  ASSERT_TRUE(report.failed);
  EXPECT_EQ(report.failed->code, "X");
  EXPECT_FALSE(report.failed->retryable);
  EXPECT_TRUE(report.result.empty());
  EXPECT_TRUE(report.effects.empty());
}

TEST(Report, LimitsAreKept) {
  const auto report = make_report(kToken, kJob,
                                  failed("X", std::string(kErrorMessageBytesMax - 1, 'm') + "é",
                                         std::string(kErrorDetailsBytesMax + 1, ' ')));
  ASSERT_TRUE(report.failed);
  EXPECT_EQ(report.failed->message.size(), kErrorMessageBytesMax);
  EXPECT_TRUE(report.failed->message.ends_with("m…"));
  EXPECT_EQ(report.failed->details,
            "{\"omittedBytes\":" + std::to_string(kErrorDetailsBytesMax + 1) + "}");
  const auto large = make_report(kToken, kJob, completed(std::string(kResultBytesMax + 1, '1')));
  ASSERT_TRUE(large.failed);
  EXPECT_EQ(large.failed->code, "OUTPUT_TOO_LARGE");
}

TEST(Report, TextThatIsNotUtf8IsMadeSo) {
  EXPECT_EQ(make_report(kToken, kJob, failed("X", "good\xff bad")).failed->message,
            "good\xef\xbf\xbd bad");
}

TEST(Report, CodesKeepWhatCanBeAskedFor) {
  EXPECT_EQ(make_report(kToken, kJob, failed("a b\n1.2-C_", "")).failed->code, "a_b_1.2-C_");
  EXPECT_EQ(make_report(kToken, kJob, failed("", "")).failed->code, "FAILED");
}

TEST(Report, DigestTellsOutcomesApart) {
  EXPECT_EQ(digest(completed("1")), digest(completed("1")));
  EXPECT_NE(digest(completed("1")), digest(completed("2")));
  EXPECT_NE(digest(failed("ab", "c")), digest(failed("a", "bc")));
  RunOutcome cancelled;
  cancelled.cancelled = true;
  EXPECT_NE(digest(cancelled), digest(completed("")));
}

components::SendEffect send(Transport transport) {
  components::SendEffect out;
  out.transport = transport;
  out.recipient = "r";
  out.category = "reactor";
  out.content = "{}";
  return out;
}

TEST(Report, SendingsGetTheIdThatFollowsFromTheTokenAndTheirPlace) {
  auto outcome = completed("1");
  outcome.effects = {send(Transport::kEmail), send(Transport::kHttp)};
  auto given = send(Transport::kEmail);
  given.id = SendingId{5, 6};
  outcome.effects.emplace_back(given);
  const auto ids_of = [](const scheduler::ReportAttempt& report) {
    std::vector<SendingId> ids;
    for (const auto& effect : report.effects) {
      ids.push_back(std::get<scheduler::NewSending>(effect).id);
    }
    return ids;
  };
  const auto ids = ids_of(make_report(kToken, kJob, outcome));
  ASSERT_EQ(ids.size(), 3U);
  EXPECT_EQ(ids[0], scheduler::derive_sending_id(kToken, 0));
  EXPECT_NE(ids[0], ids[1]);
  EXPECT_EQ(ids[2], (SendingId{5, 6}));
  EXPECT_EQ(ids_of(make_report(kToken, kJob, outcome)), ids);
  const scheduler::Token other{Seq{10}, {1, 2}};
  EXPECT_NE(ids_of(make_report(other, kJob, outcome))[0], ids[0]);
}

TEST(Report, MessageToAnActorNeedsAnEndpoint) {
  auto outcome = completed("1");
  outcome.effects = {send(Transport::kEmail), send(Transport::kActor)};
  const auto refused = make_report(kToken, kJob, outcome);
  ASSERT_TRUE(refused.failed);
  EXPECT_EQ(refused.failed->code, "EFFECT_NOT_SUPPORTED");
  EXPECT_NE(refused.failed->message.find("effects[1]"), std::string::npos);
  EXPECT_FALSE(refused.failed->retryable);
  EXPECT_TRUE(refused.effects.empty());
  EXPECT_TRUE(refused.result.empty());
  EXPECT_EQ(make_report(kToken, kJob, outcome, {.actors = true}).effects.size(), 2U);
}

TEST(Report, AnswersStandWithEveryEndAndAreBounded) {
  auto outcome = failed("X", "m");
  outcome.answers = "[1]";
  EXPECT_EQ(make_report(kToken, kJob, outcome).answers, "[1]");
  auto large = completed("1");
  large.answers = std::string(kAnswersBytesMax + 1, ' ');
  const auto report = make_report(kToken, kJob, large);
  ASSERT_TRUE(report.failed);
  EXPECT_EQ(report.failed->code, "ANSWERS_TOO_LARGE");
  EXPECT_TRUE(report.answers.empty());
}

TEST(Report, RefusalBecomesAFailureThatIsNotTriedAgain) {
  const auto report = make_refused_report(
      kToken, kJob, make_error(Code::kTooLarge, "TOO_LARGE", "over its limit", "result"));
  ASSERT_TRUE(report.failed);
  EXPECT_EQ(report.failed->code, "REPORT_REFUSED");
  EXPECT_EQ(report.failed->message, "TOO_LARGE: over its limit (result)");
  EXPECT_FALSE(report.failed->retryable);
}

}  // namespace
}  // namespace daybook::dispatch
