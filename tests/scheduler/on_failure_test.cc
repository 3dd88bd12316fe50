// What a definition asks for when one of its jobs fails for good.
#include "scheduler/on_failure.h"

#include "base/limits/definitions.h"
#include "base/limits/rules.h"
#include "base/time_text.h"
#include "tests/scheduler/engine.h"

namespace daybook::scheduler {
namespace {

class OnFailure : public EngineTest {
 protected:
  void SetUp() override { engine.component("c"); }

  void definition(const std::string& on_failure, std::uint32_t attempts = 1) {
    PutDefinition put = Engine::settings("d");
    put.retry.max_attempts = attempts;
    put.on_failure = on_failure;
    engine.definition(put);
    engine.definition("rescue");
  }
  JobId job(const std::string& parameters, const std::string& key = "") {
    NewJob out;
    out.definition = "d";
    out.parameters = parameters;
    out.unique_key = key;
    return engine.create(out);
  }
  ReportOutcome fail(JobId id, const std::string& message = "it failed") {
    ReportAttempt report = Engine::failure(engine.start(id).token);
    report.failed->message = message;
    return engine.ok<ReportOutcome>(report);
  }
  std::string parameters(JobId id) { return std::string(engine.created(id).parameters.text); }
};

constexpr std::string_view kRescue =
    R"([{"effect":"scheduleJob","definition":"rescue","after":"5m","parameters":)"
    R"({"job":"${jobId}","all":"${parameters}","n":"${parameters.a.b}","gone":"${parameters.x}",)"
    R"("text":"${error.code}: ${error.message}","details":"${error.details}","at":"${attempt}",)"
    R"("planned":"${runAt}","literal":"$${jobId}"}}])";

TEST_F(OnFailure, JobsAreMadeInTheBatchOfTheFinalFailureWithWhatIsKnown) {
  definition(std::string(kRescue));
  const JobId failed = job(R"({"a":{"b":[1,2]}})");
  engine.now = engine.now + seconds(7);
  const auto outcome = fail(failed);
  EXPECT_EQ(outcome.result, AttemptResult::kFailed);
  EXPECT_EQ(engine.written, (Names{"JobFailed", "JobCreated"}));
  ASSERT_EQ(outcome.scheduled.size(), 1U);
  const auto made = engine.state.find_job(outcome.scheduled[0]);
  ASSERT_TRUE(made);
  EXPECT_EQ(made->run_at, engine.now + seconds(300));
  EXPECT_EQ(parameters(outcome.scheduled[0]),
            R"({"job":")" + failed.text() +
                R"(","all":{"a":{"b":[1,2]}},"n":[1,2],"gone":null,"text":"E_TEST: it failed",)"
                R"("details":{"n":1},"at":1,"planned":")" +
                format_time(kStart) + R"(","literal":"${jobId}"})");
  const auto event = engine.last<events::JobCreated>();
  EXPECT_EQ(event.parent, failed);
  EXPECT_EQ(event.effect_of,
            engine.last<events::JobFailed>().effects == 1 ? Seq{event.job.key().value - 1} : Seq{});
}

TEST_F(OnFailure, ParametersMayBeOnePlaceholderForAnObject) {
  definition(R"([{"effect":"scheduleJob","definition":"rescue","parameters":"${parameters}"},)"
             R"({"effect":"scheduleJob","definition":"rescue","parameters":"${parameters.a}"},)"
             R"({"effect":"scheduleJob","definition":"rescue","parameters":"${parameters.b}"}])");
  const auto outcome = fail(job(R"({"a":{"b":[1,2]}})"));
  ASSERT_EQ(outcome.scheduled.size(), 2U);
  EXPECT_EQ(parameters(outcome.scheduled[0]), R"({"a":{"b":[1,2]}})");
  EXPECT_EQ(parameters(outcome.scheduled[1]), R"({"b":[1,2]})");
  ASSERT_EQ(outcome.skipped.size(), 1U);
  EXPECT_EQ(outcome.skipped[0].code, "INVALID_FIELD");
}

TEST_F(OnFailure, NothingIsDoneWhileThereAreAttemptsLeftNorForACancelledJob) {
  definition(std::string(kRescue), 2);
  const JobId id = job("{}");
  EXPECT_EQ(fail(id).result, AttemptResult::kRetryScheduled);
  EXPECT_EQ(engine.written, Names{"JobRetryScheduled"});
  engine.now = engine.now + hours(1);
  EXPECT_EQ(fail(id).scheduled.size(), 1U);
  const JobId other = job("{}");
  const Token token = engine.start(other).token;
  engine.ok<CancelOutcome>(RequestCancel{other});
  EXPECT_EQ(engine.ok<ReportOutcome>(Engine::failure(token)).result, AttemptResult::kCancelled);
  EXPECT_EQ(engine.written, Names{"JobCancelled"});
}

// Every way to fail: a lease that ran out, a component that is gone.
TEST_F(OnFailure, ItIsDoneHoweverTheJobFailed) {
  engine.component("w", events::Runtime::kWorker);
  PutDefinition put = Engine::settings("d", "w");
  put.on_failure = kRescue;
  engine.definition(put);
  engine.definition("rescue");
  const StartedJob started = engine.start(job("{}"), true);
  engine.now = engine.now + hours(1);
  const auto lost = engine.ok<ReportOutcome>(
      ExpireLease{started.job, started.token.started, events::ExpiryCause::kLease, 0});
  EXPECT_EQ(engine.written, (Names{"LeaseExpired", "JobFailed", "JobCreated"}));
  EXPECT_EQ(lost.scheduled.size(), 1U);
  EXPECT_EQ(engine.last<events::JobCreated>().effect_of.value + 1, lost.scheduled[0].key().value);
  const JobId unstarted = job("{}");
  engine.ok<ComponentOutcome>(DeleteComponent{"w"});
  engine.ok<StartOutcome>(StartJob{unstarted, kSecret, "worker", true});
  EXPECT_EQ(engine.written, (Names{"JobFailed", "JobCreated"}));
}

TEST_F(OnFailure, ADeletedDefinitionAsksForNothing) {
  definition(std::string(kRescue));
  const JobId id = job("{}");
  engine.ok<DefinitionOutcome>(DeleteDefinition{"d"});
  engine.ok<StartOutcome>(StartJob{id, kSecret, "", false});
  EXPECT_EQ(engine.written, Names{"JobFailed"});
}

TEST_F(OnFailure, TheFailedJobHandsItsKeyOnAndAKeyThatIsTakenIsSkipped) {
  definition(R"([{"effect":"scheduleJob","definition":"d","after":"1d","uniqueKey":"chain"}])");
  const auto next = fail(job("{}", "chain")).scheduled;
  ASSERT_EQ(next.size(), 1U);
  EXPECT_EQ(engine.state.find_unique("d", "chain"), next[0]);
  const auto by_hand = fail(job("{}"));
  EXPECT_TRUE(by_hand.scheduled.empty());
  ASSERT_EQ(by_hand.skipped.size(), 1U);
  EXPECT_EQ(by_hand.skipped[0].code, "UNIQUE_KEY_TAKEN");
  EXPECT_EQ(by_hand.skipped[0].holder, next[0]);
}

TEST_F(OnFailure, WhatCannotBeIsSkippedAndTheRestIsDone) {
  definition(R"([{"effect":"scheduleJob","definition":"gone"},)"
             R"({"effect":"scheduleJob","definition":"rescue","uniqueKey":"${parameters.long}"},)"
             R"({"effect":"scheduleJob","definition":"rescue","after":"1h"}])");
  const auto outcome = fail(job(R"({"long":")" + std::string(200, 'x') + "\"}"));
  EXPECT_EQ(outcome.result, AttemptResult::kFailed);
  EXPECT_EQ(outcome.scheduled.size(), 1U);
  ASSERT_EQ(outcome.skipped.size(), 2U);
  EXPECT_EQ(outcome.skipped[0].code, "DEFINITION_NOT_FOUND");
  EXPECT_EQ(outcome.skipped[1].effect, 1U);
  EXPECT_EQ(outcome.skipped[1].code, "TOO_LONG");
  EXPECT_EQ(engine.last<events::JobCreated>().effect_index, 2U);
}

TEST_F(OnFailure, MailsAndPostsAreRecordedFilledIn) {
  definition(
      R"([{"effect":"sendEmail","to":"ops@example.org","category":"reactor",)"
      R"("subject":"${jobDefinitionId} ${error.message}",)"
      R"("body":{"plainText":"${error.message}","html":"<b>${error.message}</b>"}},)"
      R"({"effect":"httpPost","url":"https://hooks.example.org/x","body":{"id":"${jobId}"}}])");
  const JobId id = job("{}");
  const auto outcome = fail(id, "a <b>\nc & \"d\"");
  EXPECT_EQ(engine.written, (Names{"JobFailed", "SendingCreated", "SendingCreated"}));
  ASSERT_EQ(outcome.sendings.size(), 2U);
  EXPECT_NE(outcome.sendings[0], outcome.sendings[1]);
  const auto post = engine.last<events::SendingCreated>();
  EXPECT_EQ(post.recipient, "https://hooks.example.org/x");
  EXPECT_EQ(post.transport, Transport::kHttp);
  EXPECT_EQ(post.content.text, R"({"body":{"id":")" + id.text() + "\"}}");
  EXPECT_EQ(post.job, id);
  const auto mail = fill_in(
      engine.state.find_definition("d")->settings.on_failure,
      {id, "d", Attempt{1}, "{}", kStart, kStart, kStart, {"E", "a <b>\nc & \"d\"", {}}, Seq{9}});
  EXPECT_EQ(std::get<NewSending>(mail.effects[0]).content,
            R"({"subject":"d a <b> c & \"d\"","body":{"plainText":"a <b>\nc & \"d\"",)"
            R"("html":"<b>a &lt;b&gt;\nc &amp; &quot;d&quot;</b>"}})");
}

// A job that fails at once and schedules itself again at once is a loop, and ends like one.
TEST_F(OnFailure, ALoopEndsAtTheDepthOfRules) {
  definition(R"([{"effect":"scheduleJob","definition":"d","after":"0s"}])");
  JobId id = job("{}");
  for (std::uint32_t round = 0; round < kRuleDepthMax; ++round) {
    const auto outcome = fail(id);
    ASSERT_EQ(outcome.scheduled.size(), 1U) << round;
    id = outcome.scheduled[0];
  }
  const auto last = fail(id);
  EXPECT_TRUE(last.scheduled.empty());
  EXPECT_EQ(last.skipped.at(0).code, "RULE_DEPTH");
}

// However large what is put in is, and however often.
TEST_F(OnFailure, FillingInIsBounded) {
  std::string many = R"([{"effect":"scheduleJob","definition":"rescue","parameters":{"x":[)";
  for (int i = 0; i < 2000; ++i) {
    many += std::string(i > 0 ? "," : "") + "\"${parameters}\"";
  }
  many += "]}}]";
  definition(many);
  const auto outcome = fail(job(R"({"x":")" + std::string(200'000, 'x') + "\"}"));
  EXPECT_EQ(outcome.skipped.at(0).code, "TOO_LARGE");
}

TEST_F(OnFailure, DeeperThanAValueMayBeIsSkipped) {
  definition(
      R"([{"effect":"scheduleJob","definition":"rescue","parameters":{"again":"${parameters}"}}])");
  std::string deep = "1";
  for (int i = 0; i < 32; ++i) {
    deep = "{\"a\":" + deep + "}";
  }
  EXPECT_EQ(fail(job(deep)).skipped.at(0).code, "TOO_DEEP");
}

TEST(OnFailurePlaceholders, AreNamedAndOthersAreRefused) {
  for (const std::string_view known :
       {"${jobId}", "a ${error.code} b ${parameters}", "${parameters.a.b}", "$${anything}", "$",
        "{}", "${runAt}${dueAt}${failedAt}"}) {
    EXPECT_EQ(unknown_placeholder(known), "") << known;
  }
  EXPECT_EQ(unknown_placeholder("x ${jobid} y"), "${jobid}");
  EXPECT_EQ(unknown_placeholder("${parameters.}"), "${parameters.}");
  EXPECT_EQ(unknown_placeholder("${error}"), "${error}");
  EXPECT_EQ(unknown_placeholder("a ${jobId"), "${jobId");
  EXPECT_EQ(unknown_placeholder("${}"), "${}");
}

TEST(OnFailureForm, WhateverStandsInALogIsNoneOrSkipped) {
  const FailedJob job{{1, 2}, "d", Attempt{1}, "{}", kStart, kStart, kStart, {}, Seq{9}};
  for (const std::string_view text : {"", "{", "{}", "7", "[1,null]", "[]"}) {
    const Asked asked = fill_in(text, job);
    EXPECT_TRUE(asked.effects.empty()) << text;
  }
  EXPECT_EQ(fill_in(R"([{"effect":"scheduleJob","after":"x"}])", job).skipped.size(), 1U);
}

}  // namespace
}  // namespace daybook::scheduler
