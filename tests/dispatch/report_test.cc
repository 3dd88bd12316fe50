#include "dispatch/report.h"

#include <gtest/gtest.h>

#include "base/limits.h"

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
  EXPECT_EQ(report.effects[0].job.definition, "next");
  EXPECT_EQ(report.effects[0].job.run_at, Micros{5});
  EXPECT_EQ(report.effects[0].job.priority, 3);
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
  EXPECT_EQ(report.failed->message.size(), kErrorMessageBytesMax - 1);
  EXPECT_TRUE(report.failed->details.empty());
  const auto large = make_report(kToken, kJob, completed(std::string(kResultBytesMax + 1, '1')));
  ASSERT_TRUE(large.failed);
  EXPECT_EQ(large.failed->code, "OUTPUT_TOO_LARGE");
}

TEST(Report, TextThatIsNotUtf8IsCut) {
  EXPECT_EQ(make_report(kToken, kJob, failed("X", "good\xff bad")).failed->message, "good");
}

TEST(Report, DigestTellsOutcomesApart) {
  EXPECT_EQ(digest(completed("1")), digest(completed("1")));
  EXPECT_NE(digest(completed("1")), digest(completed("2")));
  EXPECT_NE(digest(failed("ab", "c")), digest(failed("a", "bc")));
  RunOutcome cancelled;
  cancelled.cancelled = true;
  EXPECT_NE(digest(cancelled), digest(completed("")));
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
