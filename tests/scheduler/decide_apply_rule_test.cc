#include "base/limits/resources.h"
#include "base/limits/rules.h"
#include "tests/scheduler/engine.h"

namespace daybook::scheduler {
namespace {

class DecideApplyRule : public EngineTest {
 protected:
  void SetUp() override {
    engine.component("c");
    engine.component("a.hrule", events::Runtime::kReactor);
    engine.component("b.hrule", events::Runtime::kReactor);
    engine.component("lib.hrc", events::Runtime::kReactor);
    engine.definition("d");
    put();
  }

  void put(std::vector<std::string> components = {"a.hrule", "b.hrule"}) {
    PutRule rule;
    rule.rule = "r";
    for (std::string& component : components) {
      rule.components.push_back({std::move(component), "{}"});
    }
    engine.ok<RuleOutcome>(rule);
  }
  // What component a.hrule asks for on that event: one job.
  ApplyRule application(Seq on, const std::string& component = "a.hrule") {
    ApplyRule out;
    out.rule = "r";
    out.version = engine.state.find_rule("r")->versions.back().put;
    out.component = {component, sha256(component)};
    out.on = on;
    ScheduleEffect effect;
    effect.job.definition = "d";
    out.effects.push_back(std::move(effect));
    return out;
  }
  // An event that a rule may run for.
  Seq happened() {
    engine.create("d");
    return engine.state.applied();
  }
  static ScheduleEffect& job_of(ApplyRule& apply, std::size_t index = 0) {
    return std::get<ScheduleEffect>(apply.effects.at(index));
  }
  static NewSending mail(std::uint64_t number) {
    NewSending out;
    out.id = {number, number};
    out.recipient = "a@example.org";
    out.category = "rule";
    out.content = "{}";
    return out;
  }
  std::uint32_t depth(JobId job) { return engine.state.find_job(job)->rule_depth; }
};

TEST_F(DecideApplyRule, ApplicationAndItsEffectsAreOneBatch) {
  const Seq on = happened();
  ApplyRule apply = application(on);
  apply.effects.push_back(apply.effects.front());
  job_of(apply, 1).after = hours(1);
  apply.answers = R"([{"n":1}])";
  const auto outcome = engine.ok<AppliedOutcome>(apply);
  EXPECT_EQ(engine.written, (Names{"RuleApplied", "JobCreated", "JobCreated"}));
  EXPECT_EQ(engine.cause, on);
  EXPECT_FALSE(outcome.failed);
  ASSERT_EQ(outcome.scheduled.size(), 2U);
  EXPECT_EQ(engine.state.find_job(outcome.scheduled[0])->run_at, engine.now);
  EXPECT_EQ(engine.state.find_job(outcome.scheduled[1])->run_at, engine.now + hours(1));
}

TEST_F(DecideApplyRule, AJobThatARuleSchedulesHasTheJobOfTheEventAsItsParent) {
  const JobId about = engine.create("d");
  ApplyRule apply = application(engine.state.applied());
  apply.job = about;
  engine.ok<AppliedOutcome>(apply);
  EXPECT_EQ(engine.last<events::JobCreated>().parent, about);
}

// The job of the event may still run, and holds its key then: only who ends in the batch gives it.
TEST_F(DecideApplyRule, AKeyThatIsTakenIsSkippedAlsoWhenTheJobOfTheEventHoldsIt) {
  NewJob keyed;
  keyed.definition = "d";
  keyed.unique_key = "chain";
  const JobId holder = engine.create(keyed);
  ApplyRule apply = application(engine.state.applied());
  apply.job = holder;
  apply.effects.push_back(apply.effects.front());
  job_of(apply, 0).job.unique_key = "chain";
  const auto outcome = engine.ok<AppliedOutcome>(apply);
  EXPECT_FALSE(outcome.failed);
  EXPECT_EQ(engine.written, (Names{"RuleApplied", "JobCreated"}));
  ASSERT_EQ(outcome.skipped.size(), 1U);
  EXPECT_EQ(outcome.skipped[0].holder, holder);
  EXPECT_EQ(engine.last<events::RuleApplied>().effects, 1U);
  EXPECT_EQ(engine.last<events::JobCreated>().effect_index, 1U);
  EXPECT_EQ(engine.state.find_unique("d", "chain"), holder);
}

TEST_F(DecideApplyRule, NothingIsWrittenForNothing) {
  ApplyRule apply = application(happened());
  apply.effects.clear();
  engine.ok<AppliedOutcome>(apply);
  EXPECT_TRUE(engine.written.empty());
}

TEST_F(DecideApplyRule, EachComponentRunsOnceForAnEventInTheLogsOrder) {
  const Seq first = happened();
  const Seq second = happened();
  engine.ok<AppliedOutcome>(application(second));
  EXPECT_EQ(engine.refusal(application(second)), "RULE_APPLIED on");
  EXPECT_EQ(engine.refusal(application(first)), "RULE_APPLIED on");
  engine.ok<AppliedOutcome>(application(first, "b.hrule"));
  engine.ok<AppliedOutcome>(application(second, "b.hrule"));
  engine.restart();
  EXPECT_EQ(engine.refusal(application(second)), "RULE_APPLIED on");
  EXPECT_EQ(engine.refusal(application(second, "b.hrule")), "RULE_APPLIED on");
}

TEST_F(DecideApplyRule, NothingRunsForWhatRulesHavePassed) {
  const Seq on = happened();
  engine.ok<AppliedOutcome>(application(on));
  engine.ok<Done>(AdvanceRules{on});
  EXPECT_EQ(engine.written, Names{"RulesAdvanced"});
  EXPECT_TRUE(engine.state.find_rule("r")->applied.empty());
  EXPECT_EQ(engine.refusal(application(on)), "RULE_APPLIED on");
  EXPECT_EQ(engine.refusal(application(on, "b.hrule")), "RULE_APPLIED on");
  engine.ok<Done>(AdvanceRules{on});
  EXPECT_TRUE(engine.written.empty());
  EXPECT_EQ(engine.refusal(AdvanceRules{Seq{1000}}), "ON_AHEAD through");
}

TEST_F(DecideApplyRule, RulesDoNotAdvanceWhenThereAreNone) {
  engine.ok<Done>(DeleteRule{"r"});
  engine.ok<Done>(AdvanceRules{engine.state.applied()});
  EXPECT_TRUE(engine.written.empty());
}

TEST_F(DecideApplyRule, EventIsForTheRuleAsItWasThen) {
  const Seq before = happened();
  const ApplyRule old = application(before);
  put({"a.hrule"});
  const Seq behind = happened();
  EXPECT_EQ(engine.refusal(application(before)), "RULE_CHANGED");
  engine.ok<AppliedOutcome>(old);
  ApplyRule stale = application(behind);
  stale.version = old.version;
  EXPECT_EQ(engine.refusal(stale), "RULE_CHANGED");
  engine.ok<AppliedOutcome>(application(behind));
  engine.ok<Done>(AdvanceRules{before});
  EXPECT_EQ(engine.state.find_rule("r")->versions.size(), 2U);
  engine.ok<Done>(AdvanceRules{behind});
  EXPECT_EQ(engine.state.find_rule("r")->versions.size(), 1U);
}

TEST_F(DecideApplyRule, RuleIsForEventsBehindItOnly) {
  ApplyRule apply = application(Seq{1});
  EXPECT_EQ(engine.refusal(apply), "RULE_CHANGED");
  apply.on = apply.version;
  EXPECT_EQ(engine.refusal(apply), "RULE_CHANGED");
  apply.on = Seq{1000};
  EXPECT_EQ(engine.refusal(apply), "ON_AHEAD on");
}

TEST_F(DecideApplyRule, DeletedRuleAppliesToNothing) {
  const ApplyRule apply = application(happened());
  engine.ok<Done>(DeleteRule{"r"});
  EXPECT_EQ(engine.refusal(apply), "NOT_FOUND");
}

TEST_F(DecideApplyRule, WhatRanMustBeWhatIsStored) {
  ApplyRule apply = application(happened());
  apply.modules = {{"lib.hrc", sha256("lib.hrc")}, {"prelude.module.hrc", {}}};
  ApplyRule changed = apply;
  changed.component.spec_hash = sha256("old");
  EXPECT_EQ(engine.refusal(changed), "COMPONENT_CHANGED");
  changed = apply;
  changed.modules[0].spec_hash = sha256("old");
  EXPECT_EQ(engine.refusal(changed), "COMPONENT_CHANGED");
  changed = apply;
  changed.component = {"gone", {}};
  EXPECT_EQ(engine.refusal(changed), "COMPONENT_CHANGED");
  engine.ok<AppliedOutcome>(apply);
}

TEST_F(DecideApplyRule, FailureIsRecordedWithoutEffects) {
  const Seq on = happened();
  ApplyRule apply = application(on);
  apply.effects.clear();
  apply.failed = Failed{"RUN_TYPE", "no such field (a.hrule:3:7)", {}, false};
  EXPECT_TRUE(engine.ok<AppliedOutcome>(apply).failed);
  EXPECT_EQ(engine.written, Names{"RuleApplied"});
  EXPECT_EQ(engine.refusal(apply), "RULE_APPLIED on");
}

TEST_F(DecideApplyRule, EffectThatCannotBeIsAFailureAndNothingOfItIsDone) {
  ApplyRule apply = application(happened());
  apply.effects.push_back(apply.effects.front());
  job_of(apply, 1).job.definition = "missing";
  const auto outcome = engine.ok<AppliedOutcome>(apply);
  EXPECT_TRUE(outcome.failed);
  EXPECT_TRUE(outcome.scheduled.empty());
  EXPECT_EQ(engine.written, Names{"RuleApplied"});
  EXPECT_EQ(engine.state.pending_count(), 1U);
}

// A given time is one of the wall clock, which may show less than the log.
TEST_F(DecideApplyRule, AScheduleIsNoLoopThoughTheClockWasSetBack) {
  ApplyRule apply = application(happened());
  engine.set_back(hours(12));
  apply.depth = 4;
  apply.effects.resize(2, apply.effects.front());
  const Micros wall = engine.state.offsets().wall(engine.now);
  job_of(apply, 0).job.run_at = wall + Duration{kRuleLoopWindowUs};
  job_of(apply, 1).job.run_at = wall + Duration{kRuleLoopWindowUs + 1};
  const auto outcome = engine.ok<AppliedOutcome>(apply);
  ASSERT_EQ(outcome.scheduled.size(), 2U);
  EXPECT_EQ(depth(outcome.scheduled[0]), 5U);
  EXPECT_EQ(depth(outcome.scheduled[1]), 0U);
}

// However late the rule is come to, and whatever the wall clock shows meanwhile.
TEST_F(DecideApplyRule, ADelayCountsFromTheEventInRunningTime) {
  ApplyRule apply = application(happened());
  const Micros event = engine.now;
  job_of(apply, 0).after = seconds(600);
  job_of(apply, 0).since = event;
  engine.now = engine.now + seconds(60);
  engine.set_back(hours(24));
  const auto outcome = engine.ok<AppliedOutcome>(apply);
  ASSERT_EQ(outcome.scheduled.size(), 1U);
  const auto job = engine.state.find_job(outcome.scheduled[0]);
  EXPECT_TRUE(job->delayed);
  EXPECT_EQ(job->due, event + seconds(600));
}

TEST_F(DecideApplyRule, WhatComesSoonIsDeeperAndWhatComesLateBeginsAnew) {
  ApplyRule apply = application(happened());
  apply.depth = 4;
  apply.effects.resize(3, apply.effects.front());
  job_of(apply, 1).after = Duration{kRuleLoopWindowUs};
  job_of(apply, 2).after = Duration{kRuleLoopWindowUs + 1};
  const auto outcome = engine.ok<AppliedOutcome>(apply);
  ASSERT_EQ(outcome.scheduled.size(), 3U);
  EXPECT_EQ(depth(outcome.scheduled[0]), 5U);
  EXPECT_EQ(depth(outcome.scheduled[1]), 5U);
  EXPECT_EQ(depth(outcome.scheduled[2]), 0U);
}

TEST_F(DecideApplyRule, TooDeepIsRefused) {
  ApplyRule apply = application(happened());
  apply.depth = kRuleDepthMax - 1;
  EXPECT_EQ(depth(engine.ok<AppliedOutcome>(apply).scheduled.at(0)), kRuleDepthMax);
  apply = application(happened());
  apply.depth = kRuleDepthMax;
  const auto outcome = engine.ok<AppliedOutcome>(apply);
  EXPECT_TRUE(outcome.failed);
  EXPECT_EQ(engine.written, Names{"RuleApplied"});
  apply = application(happened());
  apply.depth = kRuleDepthMax;
  job_of(apply).after = hours(1);
  EXPECT_EQ(depth(engine.ok<AppliedOutcome>(apply).scheduled.at(0)), 0U);
}

TEST_F(DecideApplyRule, WhatIsSentIsAlwaysDeeper) {
  ApplyRule apply = application(happened());
  apply.effects = {mail(1)};
  apply.depth = kRuleDepthMax - 1;
  const auto outcome = engine.ok<AppliedOutcome>(apply);
  EXPECT_EQ(outcome.sendings, std::vector<SendingId>{mail(1).id});
  EXPECT_EQ(engine.written, (Names{"RuleApplied", "SendingCreated"}));
  apply = application(happened());
  apply.effects = {mail(2)};
  apply.depth = kRuleDepthMax;
  EXPECT_TRUE(engine.ok<AppliedOutcome>(apply).failed);
  EXPECT_FALSE(engine.state.find_sending(mail(2).id));
}

TEST_F(DecideApplyRule, JobPassesItsDepthToWhatItSchedulesSoon) {
  ApplyRule apply = application(happened());
  const JobId job = engine.ok<AppliedOutcome>(apply).scheduled.at(0);
  ReportAttempt report = Engine::completion(engine.start(job).token);
  report.effects.resize(2);
  for (Effect& effect : report.effects) {
    std::get<ScheduleEffect>(effect).job.definition = "d";
  }
  std::get<ScheduleEffect>(report.effects[1]).after = hours(1);
  const auto done = engine.ok<ReportOutcome>(report);
  ASSERT_EQ(done.scheduled.size(), 2U);
  EXPECT_EQ(depth(done.scheduled[0]), 1U);
  EXPECT_EQ(depth(done.scheduled[1]), 0U);
}

TEST_F(DecideApplyRule, SizesAreBounded) {
  const Seq on = happened();
  ApplyRule apply = application(on);
  apply.answers = std::string(kAnswersBytesMax + 1, ' ');
  EXPECT_EQ(engine.refusal(apply), "TOO_LARGE answers");
  apply = application(on);
  apply.effects.resize(kEffectsMax + 1, apply.effects.front());
  EXPECT_EQ(engine.refusal(apply), "TOO_LARGE effects");
  apply = application(on);
  apply.failed = Failed{"E", std::string(kErrorMessageBytesMax + 1, 'x'), {}, false};
  EXPECT_EQ(engine.refusal(apply), "TOO_LARGE error");
}

TEST_F(DecideApplyRule, LogIsNotTrimmedPastWhatRulesHaveNotComeTo) {
  const Seq put = engine.state.find_rule("r")->versions.back().put;
  const Seq on = happened();
  engine.ok<Done>(RecordTrim{put, {}, "a"});
  EXPECT_EQ(engine.refusal(RecordTrim{on, {}, "a"}), "RULES_BEHIND through");
  engine.ok<Done>(AdvanceRules{on});
  engine.ok<Done>(RecordTrim{on, {}, "a"});
}

}  // namespace
}  // namespace daybook::scheduler
