#include "replay/rerun.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/sha256.h"
#include "tests/replay/log_script.h"

namespace daybook::replay {
namespace {

using testing::HasSubstr;

constexpr std::string_view kNext =
    R"({"code":"param day: number\nfrom { effect = 'scheduleJob', definition = 'd', at = now + 1 )"
    R"(hours, parameters = { day = day + 1 } }\nfrom day"})";
constexpr std::string_view kThen =
    R"({"code":"param input: OnJobCreated\nparam word: text\nfrom { effect = 'scheduleJob',)"
    R"( definition = 'd', at = now + 1 minutes, parameters = { word = word } }"})";

events::ComponentPut component(std::string_view id, std::string_view spec) {
  return {id, events::Runtime::kReactor, {spec}, sha256(spec), {}, {}, {}};
}

events::JobCreated created(JobId job, Micros run_at, std::string_view parameters, Seq effect_of) {
  events::JobCreated e;
  e.job = job;
  e.definition = "d";
  e.parameters = {parameters};
  e.run_at = run_at;
  e.effect_of = effect_of;
  return e;
}

// One attempt that schedules the next job, and one run of a rule that schedules another.
class RerunTest : public testing::Test {
 protected:
  RerunTest() {
    script_.add("server", 0, {events::ServerStarted{Epoch{1}, "1", "h", 1}});
    script_.add("next", 1, {component("next", kNext)});
    script_.add("then", 1, {component("then", kThen)});
    script_.add("rule.old", 1, {rule("old")});
    script_.add("rule", 1, {rule("new")});
    job_ = script_.next_job(2);
    const Seq on = script_.next_seq();
    script_.add("create", 2, {created(job_, at(2), R"({"day":1})", {})});
    script_.add("rule.later", 3, {rule("later")});
    const Seq started = script_.next_seq();
    events::JobStarted start;
    start.job = job_;
    start.attempt = Attempt{1};
    start.definition = "d";
    start.component = "next";
    start.spec_hash = sha256(kNext);
    script_.add("start", 4, {start});
    const Seq completed = script_.next_seq();
    script_.add("complete", 5,
                {events::JobCompleted{job_, "d", {Attempt{1}, started, at(4), 9}, {"1"}, 1},
                 created(script_.next_job(5, 1), at(3605), R"({"day":2})", completed)});
    events::RuleApplied applied;
    applied.rule = "r";
    applied.component = "then";
    applied.spec_hash = sha256(kThen);
    applied.on = on;
    applied.effects = 1;
    const Seq seq = script_.next_seq();
    script_.add("apply", 6,
                {applied, created(script_.next_job(6, 1), at(62), R"({"word":"new"})", seq)});
  }

  static events::RulePut rule(const std::string& word) {
    static std::map<std::string, std::string> texts;  // events borrow
    std::string& text = texts[word];
    text = R"([{"componentId":"then","parameters":{"word":")" + word + "\"}}]";
    return {"r", {text}, ""};
  }

  Rerun attempt() { return only(rerun_attempts(log(), {}, {}, tell())); }
  Rerun rule_run() { return only(rerun_rules(log(), {}, {}, tell())); }

  Script script_;
  JobId job_;

 private:
  log::Log& log() {
    log_ = std::make_unique<log::MemoryLog>();
    append_all(*log_, encode(script_.records()));
    return *log_;
  }
  TellRerun tell() {
    told_.clear();
    return [this](const Rerun& run) { told_.push_back(run); };
  }
  Rerun only(const Result<RerunReport>& report) {
    EXPECT_TRUE(report) << report.error().text();
    EXPECT_EQ(told_.size(), 1U);
    return told_.empty() ? Rerun() : told_.front();
  }
  std::unique_ptr<log::MemoryLog> log_;
  std::vector<Rerun> told_;
};

TEST_F(RerunTest, AttemptComesOutAsItWasRecorded) {
  const Rerun run = attempt();
  EXPECT_TRUE(run.identical()) << run.diff();
  EXPECT_EQ(run.run, job_.text() + " attempt 1 of d (next)");
  EXPECT_EQ(run.recorded,
            (std::vector<std::string>{"completed 1",
                                      R"(scheduleJob d at 2025-11-16T01:00:05Z {"day":2})"}));
}

TEST_F(RerunTest, AttemptThatWasRecordedDifferentlyIsShown) {
  script_.event<events::JobCreated>("complete", 1).parameters = {R"({"day":3})"};
  const Rerun run = attempt();
  EXPECT_FALSE(run.identical());
  EXPECT_EQ(run.diff(),
            "- scheduleJob d at 2025-11-16T01:00:05Z {\"day\":3}\n"
            "+ scheduleJob d at 2025-11-16T01:00:05Z {\"day\":2}\n");
}

TEST_F(RerunTest, AttemptThatTheServerEndedIsNotRepeatable) {
  script_.at("complete").events = {events::JobFailed{
      job_, "d", {Attempt{1}, Seq{8}, at(4), 9}, {"EFFECT_REFUSED", "no such definition", {}}}};
  EXPECT_THAT(attempt().not_repeatable, HasSubstr("EFFECT_REFUSED"));
}

TEST_F(RerunTest, RunOfARuleIsOfTheVersionThatItsEventFell) {
  const Rerun run = rule_run();
  EXPECT_EQ(run.not_repeatable, "");
  EXPECT_TRUE(run.identical()) << run.diff();
  EXPECT_EQ(run.run, "rule r for event 6 (then)");
  EXPECT_EQ(run.recorded,
            (std::vector<std::string>{"applied",
                                      R"(scheduleJob d at 2025-11-16T00:01:02Z {"word":"new"})"}));
}

TEST_F(RerunTest, RunOfARuleThatWasRecordedDifferentlyIsShown) {
  auto& applied = script_.event<events::RuleApplied>("apply");
  applied.effects = 0;
  applied.failure = {"PARAMETER", "no word", {}};
  script_.at("apply").events.pop_back();
  EXPECT_EQ(rule_run().diff(),
            "- failed PARAMETER: no word\n+ applied\n"
            "+ scheduleJob d at 2025-11-16T00:01:02Z {\"word\":\"new\"}\n");
}

TEST_F(RerunTest, RunOfARuleWhoseRuleOrComponentIsGoneFromTheLogIsNotRepeatable) {
  script_.event<events::RuleApplied>("apply").spec_hash = sha256("another text");
  EXPECT_THAT(rule_run().not_repeatable, HasSubstr("left the log"));
  script_.event<events::RuleApplied>("apply").spec_hash = sha256(kThen);
  script_.event<events::RuleApplied>("apply").on = Seq{4};  // not behind the first RulePut
  EXPECT_THAT(rule_run().not_repeatable, HasSubstr("left the log"));
}

TEST_F(RerunTest, OneRuleIsChosenByItsId) {
  log::MemoryLog log;
  append_all(log, encode(script_.records()));
  std::size_t told = 0;
  const auto report = rerun_rules(log, {"other"}, {}, [&](const Rerun&) { ++told; });
  ASSERT_TRUE(report);
  EXPECT_EQ(told + report->identical, 0U);
  EXPECT_EQ(rerun_rules(log, {"r"}, {}, [](const Rerun&) {})->identical, 1U);
}

}  // namespace
}  // namespace daybook::replay
