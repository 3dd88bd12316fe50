#include "dispatch/rule_runner.h"

#include "base/limits/rules.h"
#include "base/time_text.h"
#include "replay/checker.h"
#include "tests/dispatch/rule_rig.h"

namespace daybook::dispatch {
namespace {

using Texts = std::vector<std::string>;

// Schedules `pack` when `pick` completed.
constexpr const char* kPack =
    "param input: OnJobCompleted\n"
    "param delay: duration = 1 hours\n"
    "from input.jobDefinitionId match\n"
    "  'pick' |> [{ effect = 'scheduleJob', definition = 'pack', at = input.event.time + delay,\n"
    "               parameters = { pick = input.jobId, result = input.result } }]\n"
    "  |> []\n";
// Schedules another `d` for every `d`.
constexpr const char* kLoop =
    "param input: OnJobCreated\n"
    "from { effect = 'scheduleJob', definition = 'd', at = input.event.time + 1 seconds,\n"
    "       parameters = {} }\n";

class RuleRunnerTest : public RuleRig {
 protected:
  // A definition whose jobs nobody runs.
  void waiting(const std::string& id) { worker_definition(id); }
};

TEST_F(RuleRunnerTest, CompletionSchedulesTheNextJob) {
  open_rules();
  exec_definition("pick", R"(["echo","{\"n\":7}"])");
  waiting("pack");
  component("pack.hrule", kPack);
  rule("after-pick", {"pack.hrule"}, R"({"delay":"15 minutes"})");
  const JobId pick = create("pick");
  Micros completed;
  await<events::JobCompleted>(pick, &completed);
  eventually([&] { return applications() == Texts{"after-pick pack.hrule"}; });
  const auto created = all<events::JobCreated>([&](const events::JobCreated& e) {
    return std::string(e.definition) + " " + std::string(e.parameters.text) + " " +
           std::to_string((e.run_at - completed).value / 60'000'000) + " " +
           std::to_string(e.rule_depth);
  });
  ASSERT_EQ(created.size(), 2U);
  EXPECT_EQ(created[1], "pack {\"pick\":\"" + pick.text() + "\",\"result\":{\"n\":7}} 15 0");
}

TEST_F(RuleRunnerTest, EachComponentRunsOnceForAnEventAcrossRestarts) {
  open_rules();
  waiting("d");
  waiting("e");
  const std::string schedules =
      "param input: OnJobCreated\n"
      "from input.jobDefinitionId match\n"
      "  'd' |> [{ effect = 'scheduleJob', definition = 'e', at = now + 2 hours, parameters = {} "
      "}]\n"
      "  |> []\n";
  component("a.hrule", schedules);
  component("b.hrule", schedules + "\n");
  rule("r", {"a.hrule", "b.hrule"});
  for (int i = 0; i < 5; ++i) {
    create("d");
    restart();
  }
  settled(log.last());
  eventually([&] { return applications().size() == 10; });
  restart();
  settled(log.last());
  EXPECT_EQ(applications().size(), 10U);
  EXPECT_EQ(jobs_created().size(), 15U);
}

TEST_F(RuleRunnerTest, AClockThatWasSetBeforeThereWereRulesIsKnown) {
  open_rules();
  waiting("d");
  waiting("e");
  clock.jump(Duration{-hours(2).value});
  create("d");
  component("now.hrule",
            "param input: OnJobCreated\n"
            "from input.jobDefinitionId match\n"
            "  'd' |> [{ effect = 'scheduleJob', definition = 'e',\n"
            "           parameters = { now = now } }]\n"
            "  |> []\n");
  rule("r", {"now.hrule"});
  const std::string before = format_time(Micros{clock.wall().value - seconds(1).value});
  create("d");
  eventually([&] { return jobs_created().size() == 3; });
  const std::string after = format_time(clock.wall() + seconds(1));
  const auto parameters = all<events::JobCreated>(
      [&](const events::JobCreated& e) { return std::string(e.parameters.text); });
  EXPECT_GE(parameters.back(), "{\"now\":\"" + before);
  EXPECT_LE(parameters.back(), "{\"now\":\"" + after + "\"}");
}

TEST_F(RuleRunnerTest, ARuleThatFeedsItselfStops) {
  open_rules();
  waiting("d");
  component("loop.hrule", kLoop);
  rule("r", {"loop.hrule"});
  create("d");
  eventually([&] { return applications().size() == kRuleDepthMax + 1; });
  settled(log.last());
  EXPECT_EQ(applications().back(), "r loop.hrule RULE_DEPTH");
  EXPECT_EQ(jobs_created().size(), kRuleDepthMax + 1);
  EXPECT_EQ(jobs_created().back(), "d 16");
}

TEST_F(RuleRunnerTest, RuleSendsWhatItAsksFor) {
  open_rules();
  exec_definition("bad", R"(["false"])");
  component("mail.hrule",
            "param input: OnJobFailed\n"
            "from { effect = 'sendEmail', to = 'ops@example.org', subject = input.error.code,\n"
            "       body = { plainText = input.error.message } }\n");
  rule("r", {"mail.hrule"});
  create("bad");
  eventually([&] { return applications() == Texts{"r mail.hrule"}; });
  const auto sendings = all<events::SendingCreated>([](const events::SendingCreated& e) {
    EXPECT_FALSE(e.sending.is_null());
    EXPECT_GT(e.effect_of.value, 0U);
    return std::string(e.recipient) + " " + std::string(e.content.text);
  });
  ASSERT_EQ(sendings.size(), 1U);
  EXPECT_EQ(sendings[0].substr(0, 16), "ops@example.org ");
  EXPECT_NE(sendings[0].find("EXIT_NONZERO"), std::string::npos);
}

TEST_F(RuleRunnerTest, FailureIsRecordedAndTheNextEventRuns) {
  open_rules();
  waiting("d");
  component("bad.hrule",
            "param input: OnJobCreated\n"
            "param words: text\n"
            "from { effect = 'scheduleJob', definition = words, parameters = {} }\n");
  rule("r", {"bad.hrule"}, R"({"words":"missing"})");
  rule("s", {"bad.hrule"});
  create("d");
  create("d");
  eventually([&] { return applications().size() == 4; });
  EXPECT_EQ(applications(), (Texts{"r bad.hrule EFFECT_REFUSED", "s bad.hrule PARAMETER",
                                   "r bad.hrule EFFECT_REFUSED", "s bad.hrule PARAMETER"}));
}

TEST_F(RuleRunnerTest, UnionOfHooksTellsWhichItWas) {
  open_rules();
  exec_definition("good", R"(["true"])");
  exec_definition("bad", R"(["false"])");
  waiting("after");
  component("ended.hrule",
            "param input: OnJobCompleted | OnJobFailed\n"
            "from { effect = 'scheduleJob', definition = 'after', at = now + 1 hours,\n"
            "       parameters = { was = input match\n"
            "         OnJobFailed |> input.error.code\n"
            "         |> 'fine' } }\n");
  rule("r", {"ended.hrule"});
  const auto was = [&] {
    Texts out = all<events::JobCreated>(
        [](const events::JobCreated& e) { return std::string(e.parameters.text); });
    std::erase(out, "{}");
    return out;
  };
  create("good");
  eventually([&] { return was().size() == 1; });
  create("bad");
  eventually([&] { return was().size() == 2; });
  EXPECT_EQ(was(), (Texts{R"({"was":"fine"})", R"({"was":"EXIT_NONZERO"})"}));
}

TEST_F(RuleRunnerTest, ModulesAreThoseThatAreStored) {
  open_rules();
  waiting("d");
  waiting("e");
  component("lib.module.hrc", "export target(x: text) => 'e'\n");
  component("a.hrule",
            "import { target } from 'lib.module.hrc'\n"
            "param input: OnJobCreated\n"
            "from input.jobDefinitionId match\n"
            "  'd' |> [{ effect = 'scheduleJob', definition = target('x'), at = now + 1 hours,\n"
            "            parameters = {} }]\n"
            "  |> []\n",
            {"lib.module.hrc"});
  rule("r", {"a.hrule"});
  create("d");
  eventually([&] { return applications().size() == 1; });
  component("lib.module.hrc", "export target(x: text) => 'd2'\n");
  create("d");
  eventually([&] { return applications().size() == 2; });
  EXPECT_EQ(applications(), (Texts{"r a.hrule", "r a.hrule EFFECT_REFUSED"}));
}

TEST_F(RuleRunnerTest, NothingIsWrittenWithoutRulesOrWithoutEffects) {
  open_rules();
  waiting("d");
  component("quiet.hrule", "param input: OnJobCreated\nfrom []\n");
  const Seq put = rule("r", {"quiet.hrule"});
  create("d");
  settled(next(put));
  ok(scheduler::DeleteRule{"r"});
  create("d");
  restart();
  EXPECT_TRUE(applications().empty());
  EXPECT_TRUE(all<events::RulesAdvanced>([](const auto&) { return std::string(); }).empty());
}

TEST_F(RuleRunnerTest, HowFarRulesRanIsSaidNowAndThen) {
  open_rules();
  waiting("d");
  component("quiet.hrule", "param input: OnJobCreated\nfrom []\n");
  rule("r", {"quiet.hrule"});
  const auto advanced = [&] {
    return all<events::RulesAdvanced>(
        [](const auto& e) { return std::to_string(e.through.value); });
  };
  ok(jobs("d", kRulesAdvanceEvents / 2));
  settled(log.last());
  EXPECT_TRUE(advanced().empty());
  ok(jobs("d", kRulesAdvanceEvents / 2));
  eventually([&] { return !advanced().empty(); });
  settled(log.last());
  EXPECT_EQ(advanced().size(), 1U);
}

// Else nothing of a log with few events could ever be compacted.
TEST_F(RuleRunnerTest, AnOrderlyStopSaysHowFarRulesRanButNotTwice) {
  open_rules();
  waiting("d");
  component("quiet.hrule", "param input: OnJobCreated\nfrom []\n");
  rule("r", {"quiet.hrule"});
  create("d");
  const Seq last = log.last();
  settled(last);
  const auto advanced = [&] {
    return all<events::RulesAdvanced>(
        [](const auto& e) { return std::to_string(e.through.value); });
  };
  EXPECT_TRUE(advanced().empty());
  restart();
  EXPECT_EQ(advanced(), (std::vector<std::string>{std::to_string(last.value)}));
  restart();
  restart();
  EXPECT_EQ(advanced().size(), 1U) << "a server that starts and stops does not make the log grow";
  create("d");
  settled(log.last());
  restart();
  EXPECT_EQ(advanced().size(), 2U);
}

TEST_F(RuleRunnerTest, ChangedComponentIsNotRunForWhatWasLookedAt) {
  open_rules();
  waiting("d");
  waiting("e");
  component("a.hrule", "param input: OnJobCreated\nfrom []\n");
  rule("r", {"a.hrule"});
  create("d");
  settled(log.last());
  component("a.hrule",
            "param input: OnJobCreated\n"
            "from { effect = 'scheduleJob', definition = 'gone', parameters = {} }\n");
  settled(log.last());
  restart();
  settled(log.last());
  EXPECT_TRUE(applications().empty());
  create("d");
  eventually([&] { return applications().size() == 1; });
}

TEST_F(RuleRunnerTest, ManyEventsAreRunForInOrder) {
  open_rules();
  waiting("d");
  waiting("e");
  component("a.hrule",
            "param input: OnJobCreated\n"
            "from input.jobDefinitionId match\n"
            "  'd' |> [{ effect = 'scheduleJob', definition = 'e', at = now + 1 hours,\n"
            "            parameters = { on = input.event.seq } }]\n"
            "  |> []\n");
  rule("r", {"a.hrule"});
  const std::size_t count = 3 * kRuleRoundMax + 5;
  ok(jobs("d", count));
  eventually([&] { return applications().size() == count; });
  Seq last;
  const auto on = all<events::RuleApplied>([&](const events::RuleApplied& e) {
    EXPECT_GT(e.on, last);
    last = e.on;
    return std::to_string(e.on.value);
  });
  EXPECT_EQ(on.size(), count);
}

TEST_F(RuleRunnerTest, ComponentThatIsChangedAllTheTimeIsAppliedAsItWasStored) {
  open_rules();
  waiting("d");
  waiting("e");
  const auto version = [&](int n) {
    component("a.hrule",
              "param input: OnJobCreated\n"
              "from input.jobDefinitionId match\n"
              "  'd' |> [{ effect = 'scheduleJob', definition = 'e', at = now + 1 hours,\n"
              "            parameters = { v = " +
                  std::to_string(n) +
                  " } }]\n"
                  "  |> []\n");
  };
  version(0);
  rule("r", {"a.hrule"});
  for (int i = 1; i <= 20; ++i) {
    ok(jobs("d", 10));
    version(i);
  }
  eventually([&] { return applications().size() == 200; });
  settled(log.last());
  EXPECT_EQ(applications().size(), 200U);
  close_rules();
  const auto report = replay::check_log(log);
  ASSERT_TRUE(report);
  EXPECT_TRUE(report->sound()) << report->text();
}

TEST_F(RuleRunnerTest, ComponentWithoutAHookNeverRuns) {
  open_rules();
  waiting("d");
  component("a.hrule", "param input: text = ''\nfrom []\n");
  rule("r", {"a.hrule", "missing.hrule"});
  create("d");
  settled(log.last());
  EXPECT_TRUE(applications().empty());
}

}  // namespace
}  // namespace daybook::dispatch
