#include "events/hooks.h"

#include <gtest/gtest.h>

#include "components/reactor/nominal.h"
#include "events/catalogue.h"
#include "tests/events/samples.h"

namespace daybook::events {
namespace {

Meta meta() {
  Meta out;
  out.seq = Seq{7};
  out.time = Micros{1'763'251'200'000'000};
  out.actor = "token-1";
  return out;
}

constexpr std::string_view kAbout = R"({"event":{"seq":7,"time":"2025-11-16T00:00:00Z","type":")";
const JobId kJob = JobId::make(Micros{1'763'251'200'000'000}, 0, Seq{5});

TEST(Hooks, EveryHookOfTheLanguageIsAnEventAndTheOtherWayRound) {
  std::size_t hooks = 0;
  for (const auto& entry : catalogue()) {
    const bool known = reactor::is_hook("On" + std::string(entry.name));
    EXPECT_EQ(has_hook(entry.type), known) << entry.name;
    hooks += known ? 1U : 0U;
  }
  std::size_t nominals = 0;
  for (const auto& nominal : reactor::nominals()) {
    nominals += reactor::is_hook(nominal.name) ? 1U : 0U;
  }
  EXPECT_EQ(hooks, nominals);
  EXPECT_FALSE(has_hook(0));
  EXPECT_FALSE(has_hook(1000));
}

TEST(Hooks, RecordHasTheFieldsThatTheLanguageDeclares) {
  for (const Event& event : samples::all()) {
    const std::string hook = hook_of(event);
    if (hook.empty()) {
      continue;
    }
    const std::string record = hook_record({meta(), event}, {});
    for (const auto& [name, type] : reactor::find_nominal(hook)->record.fields) {
      EXPECT_NE(record.find("\"" + std::string(name) + "\":"), std::string::npos)
          << hook << " " << name << " " << record;
    }
  }
}

TEST(Hooks, CompletionTellsItsResult) {
  JobCompleted e;
  e.job = kJob;
  e.definition = "pick";
  e.end.attempt = Attempt{2};
  e.end.started_at = Micros{1'763'251'200'500'000};
  e.result = {R"({"n":1})"};
  EXPECT_EQ(hook_of(e), "OnJobCompleted");
  EXPECT_EQ(hook_record({meta(), e}, {}),
            std::string(kAbout) + R"(JobCompleted","actor":"token-1"},"jobId":")" + kJob.text() +
                R"(","jobDefinitionId":"pick","attempt":2,)" +
                R"("startedAt":"2025-11-16T00:00:00.500Z","result":{"n":1}})");
}

TEST(Hooks, AnEndTellsWhatTheJobWasPlannedForAndWhenTheAttemptWasDue) {
  JobFailed e;
  e.job = kJob;
  e.end.attempt = Attempt{2};
  e.end.due = Micros{1'763'251'260'000'000};
  e.end.planned = Micros{1'763'251'200'000'000};
  e.parameters = {R"({"a":1})"};
  const std::string record = hook_record({meta(), e}, {});
  EXPECT_NE(record.find(R"("runAt":"2025-11-16T00:00:00Z","dueAt":"2025-11-16T00:01:00Z",)"
                        R"("parameters":{"a":1})"),
            std::string::npos)
      << record;
}

// A program that counts from them gives times for the wall clock.
TEST(Hooks, TimesAreThoseThatTheWallClockShowed) {
  constexpr Duration kHour{3'600'000'000};
  const Micros shown{1'763'251'200'000'000};
  const ClockOffsets back{{}, kHour};
  Meta about = meta();
  about.time = back.at_wall(shown);
  JobCompleted e;
  e.job = kJob;
  e.end.started_at = e.end.due = back.at_wall(shown);
  e.end.planned = shown;
  const std::string ended = hook_record({about, e}, back);
  for (const char* name : {"time", "startedAt", "runAt", "dueAt"}) {
    EXPECT_NE(ended.find("\"" + std::string(name) + R"(":"2025-11-16T00:00:00Z")"),
              std::string::npos)
        << name << " " << ended;
  }
  JobCreated given;
  given.job = kJob;
  given.parameters = {"{}"};
  given.run_at = shown;
  JobCreated delayed = given;
  delayed.delayed = true;
  delayed.run_at = back.at_wall(shown);
  EXPECT_EQ(hook_record({about, given}, back), hook_record({about, delayed}, back));
}

TEST(Hooks, WhatIsNotThereIsNull) {
  JobFailed failed;
  failed.job = kJob;
  failed.definition = "pick";
  failed.failure = {"DEFINITION_DELETED", "a \"b\"", {}};
  const std::string record = hook_record({meta(), failed}, {});
  EXPECT_NE(record.find(R"("startedAt":null,"error":{"code":"DEFINITION_DELETED",)"
                        R"("message":"a \"b\"","details":null}})"),
            std::string::npos)
      << record;
  JobCreated created;
  created.job = kJob;
  created.parameters = {"{}"};
  created.tags = {"x", "y\n"};
  const std::string other = hook_record({meta(), created}, {});
  EXPECT_NE(other.find(R"("tags":["x","y\n"],"parentJobId":null})"), std::string::npos) << other;
}

}  // namespace
}  // namespace daybook::events
