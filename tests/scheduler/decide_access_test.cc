// What tokens may, and in whose name jobs, chains and rules do what they do.
#include "base/limits/access.h"
#include "tests/scheduler/access_engine.h"

namespace daybook::scheduler {
namespace {

class DecideAccess : public AccessTest {
 protected:
  static NewJob job_of(const std::string& definition) {
    NewJob out;
    out.definition = definition;
    return out;
  }
  static CreateJobs jobs_of(const std::string& definition) { return {{job_of(definition)}}; }
  static ReportAttempt with_effects(const Token& token, std::vector<Effect> effects) {
    ReportAttempt out = Engine::completion(token);
    out.effects = std::move(effects);
    return out;
  }
  static Effect schedule(const std::string& definition) {
    return ScheduleEffect{job_of(definition), {}};
  }
  static Effect mail() {
    NewSending out;
    out.id = {8, 8};
    out.transport = Transport::kEmail;
    out.recipient = "a@example.org";
    out.content = "{}";
    return out;
  }
  JobId create_as(const std::string& actor, const std::string& definition = "d") {
    return as<Created>(actor, jobs_of(definition)).jobs.front();
  }
  std::string owner_of(JobId job) const {
    const auto view = engine.state.find_job(job);
    return view ? std::string(view->owner) : "gone";
  }
};

TEST_F(DecideAccess, JobsAreCreatedWherePermitted) {
  engine.definition("e");
  add_token("ci", {"jobs/d:write"});
  const JobId job = create_as("ci");
  EXPECT_EQ(owner_of(job), "ci");
  EXPECT_EQ(refusal_to("ci", jobs_of("e")), "FORBIDDEN jobDefinitionId");
  // What is not there is no more than what may not be.
  EXPECT_EQ(refusal_to("ci", jobs_of("nothing")), "FORBIDDEN jobDefinitionId");
  EXPECT_EQ(refusal_to("nobody", jobs_of("d")), "UNAUTHORIZED");
  EXPECT_EQ(refusal_to("ci", CreateJobs{{job_of("d"), job_of("e")}}),
            "FORBIDDEN [1].jobDefinitionId");
}

TEST_F(DecideAccess, WhoMayNotReadAJobIsToldThatThereIsNone) {
  engine.definition("e");
  add_token("d-only", {"jobs/d:*"});
  add_token("reader", {"jobs:read"});
  const JobId job = engine.create("e", engine.now + hours(1));
  EXPECT_EQ(refusal_to("d-only", CancelJob{job}), "NOT_FOUND");
  EXPECT_EQ(refusal_to("d-only", RequestCancel{job}), "NOT_FOUND");
  EXPECT_EQ(refusal_to("reader", CancelJob{job}), "FORBIDDEN");
  EXPECT_EQ(refusal_to("reader", RequestCancel{job, true}), "FORBIDDEN");
  const JobId ended = engine.ended("e");
  EXPECT_EQ(refusal_to("d-only", RemoveJobs{{{ended, "e"}}, {}}), "NOT_FOUND");
  EXPECT_EQ(refusal_to("reader", RemoveJobs{{{ended, "e"}}, {}}), "FORBIDDEN");
  EXPECT_EQ(refusal_to("d-only", RemoveJobs{{{job, "e"}}, {}}), "NOT_FOUND");
  EXPECT_EQ(refusal_to("d-only", RetryJob{ended, job_of("e"), {}}), "NOT_FOUND");
  EXPECT_EQ(refusal_to("reader", RetryJob{ended, job_of("e"), {}}), "FORBIDDEN");
}

TEST_F(DecideAccess, WorkersLeaseAndReportWherePermitted) {
  engine.component("w", events::Runtime::kWorker);
  engine.definition("x", "w");
  engine.definition("y", "w");
  add_token("wx", {"workers/x:lease"});
  const JobId x = engine.create("x");
  const JobId y = engine.create("y");
  EXPECT_EQ(refusal_to("wx", StartJob{y, kSecret, "me", true}), "FORBIDDEN");
  const auto started = as<StartOutcome>("wx", StartJob{x, kSecret, "me", true}).started;
  ASSERT_TRUE(started);
  const StartedJob other = engine.start(y, true);
  EXPECT_EQ(refusal_to("wx", Engine::completion(other.token)), "FORBIDDEN");
  EXPECT_EQ(refusal_to("wx", ExtendLease{other.token, {}}), "FORBIDDEN");
  as<LeaseOutcome>("wx", ExtendLease{started->token, {}});
  as<ReportOutcome>("wx", Engine::completion(started->token));
}

TEST_F(DecideAccess, AChainHasTheOwnerOfWhoScheduledIt) {
  add_token("ci", {"jobs/d:write"});
  const JobId first = create_as("ci");
  const auto outcome =
      engine.ok<ReportOutcome>(with_effects(engine.start(first).token, {schedule("d")}));
  ASSERT_EQ(outcome.scheduled.size(), 1U);
  EXPECT_EQ(owner_of(outcome.scheduled.front()), "ci");
  EXPECT_EQ(engine.created(outcome.scheduled.front()).owner, "ci");
  // A worker that reports lends the chain nothing of its own rights, nor takes its place.
  EXPECT_EQ(engine.created(first).owner, "");
}

TEST_F(DecideAccess, AChainMayNoMoreThanWhoScheduledIt) {
  engine.definition("e");
  add_token("ci", {"jobs/d:write"});
  engine.ok<ReportOutcome>(
      with_effects(engine.start(create_as("ci")).token, {schedule("d"), schedule("e")}));
  EXPECT_EQ(engine.written, Names{"JobFailed"});
  auto failed = engine.last<events::JobFailed>();
  EXPECT_EQ(failed.failure.code, "EFFECT_REFUSED");
  EXPECT_NE(failed.failure.message.find("jobs/e:write"), std::string_view::npos);
  EXPECT_NE(failed.failure.message.find("ci"), std::string_view::npos);
  engine.ok<ReportOutcome>(with_effects(engine.start(create_as("ci")).token, {mail()}));
  failed = engine.last<events::JobFailed>();
  EXPECT_EQ(failed.failure.code, "EFFECT_REFUSED");
  EXPECT_NE(failed.failure.message.find("sendings:write"), std::string_view::npos);
  // What the server's own user scheduled may everything.
  engine.ok<ReportOutcome>(with_effects(engine.start(engine.create("d")).token, {mail()}));
  EXPECT_EQ(engine.written, (Names{"JobCompleted", "SendingCreated"}));
}

TEST_F(DecideAccess, ARevokedTokensJobsFailWhenTheyComeDue) {
  PutDefinition put = Engine::settings("d");
  put.retry.max_attempts = 5;
  put.on_failure = R"([{"scheduleJob":{"definition":"d","at":"1h"}}])";
  engine.definition(put);
  add_token("ci", {"jobs/d:write"});
  const JobId waiting = create_as("ci");
  const StartedJob running = engine.start(create_as("ci"));
  engine.ok<Done>(RevokeToken{"ci"});
  const auto outcome = engine.ok<StartOutcome>(StartJob{waiting, kSecret, "", false});
  EXPECT_FALSE(outcome.started);
  EXPECT_EQ(engine.written, Names{"JobFailed"});
  const auto failed = engine.last<events::JobFailed>();
  EXPECT_EQ(failed.failure.code, "OWNER_GONE");
  EXPECT_NE(failed.skipped.text.find("OWNER_GONE"), std::string_view::npos);
  // What runs may end, but nothing follows.
  engine.ok<ReportOutcome>(with_effects(running.token, {schedule("d")}));
  EXPECT_EQ(engine.last<events::JobFailed>().failure.code, "EFFECT_REFUSED");
  EXPECT_EQ(engine.state.pending_count(), 0U);
}

TEST_F(DecideAccess, AnExpiredTokensJobsFailToo) {
  CreateToken brief = token("brief", {"jobs/d:write"});
  brief.expires_at = engine.now + seconds(10);
  engine.ok<Done>(brief);
  const JobId job = create_as("brief");
  engine.now = engine.now + seconds(10);
  engine.ok<StartOutcome>(StartJob{job, kSecret, "", false});
  EXPECT_EQ(engine.last<events::JobFailed>().failure.code, "OWNER_GONE");
}

TEST_F(DecideAccess, ARotatedTokensJobsGoOn) {
  add_token("ci", {"jobs/d:write"});
  const JobId job = create_as("ci");
  engine.ok<Done>(RotateToken{"ci", sha256("new")});
  engine.start(job);
}

TEST_F(DecideAccess, ARuleActsInTheNameOfWhoPutIt) {
  engine.component("a.hrule", events::Runtime::kReactor);
  add_token("ruler", {"rules/r:write", "jobs/d:write"});
  as<RuleOutcome>("ruler", PutRule{"r", {{"a.hrule", ""}}, ""});
  const Seq put = engine.state.find_rule("r")->versions.back().put;
  const JobId about = engine.create("d");
  const auto apply = [&](std::vector<Effect> effects) {
    ApplyRule out;
    out.rule = "r";
    out.version = put;
    out.component = {"a.hrule", sha256("a.hrule")};
    out.on = engine.state.applied();
    out.job = about;
    out.effects = std::move(effects);
    return out;
  };
  const auto made = engine.ok<AppliedOutcome>(apply({schedule("d")}));
  ASSERT_EQ(made.scheduled.size(), 1U);
  EXPECT_EQ(owner_of(made.scheduled.front()), "ruler");
  engine.create("d");
  EXPECT_TRUE(engine.ok<AppliedOutcome>(apply({mail()})).failed);
  engine.create("d");
  engine.ok<Done>(RevokeToken{"ruler"});
  EXPECT_TRUE(engine.ok<AppliedOutcome>(apply({schedule("d")})).failed);
  EXPECT_NE(engine.last<events::RuleApplied>().failure.message.find("ruler"),
            std::string_view::npos);
}

TEST_F(DecideAccess, WhoPutsARuleAnewOwnsItFromThenOn) {
  engine.component("a.hrule", events::Runtime::kReactor);
  add_token("ruler", {"rules:write"});
  const PutRule put{"r", {{"a.hrule", ""}}, ""};
  engine.ok<RuleOutcome>(put);
  as<RuleOutcome>("ruler", put);
  const Rule* rule = engine.state.find_rule("r");
  ASSERT_EQ(rule->versions.size(), 2U);
  EXPECT_EQ(rule->versions[0].owner, "");
  EXPECT_EQ(rule->versions[1].owner, "ruler");
  as<RuleOutcome>("ruler", put);
  EXPECT_EQ(engine.state.find_rule("r")->versions.size(), 2U);
}

TEST_F(DecideAccess, OwnersComeBackWithTheState) {
  add_token("a", {"jobs:write"});
  add_token("b", {"jobs:write"});
  std::vector<JobId> jobs;
  for (const char* actor : {"local", "a", "a", "b", "local", "b"}) {
    jobs.push_back(create_as(actor));
  }
  engine.reload();
  engine.restart();
  const std::vector<std::string> owners = {"", "a", "a", "b", "", "b"};
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    EXPECT_EQ(owner_of(jobs[i]), owners[i]);
  }
  for (const JobId job : jobs) {
    engine.ok<CancelOutcome>(CancelJob{job});
    engine.reload();
  }
}

TEST_F(DecideAccess, TheFormIsTheOneBeforeOnceNoTokenIsLeft) {
  const std::uint32_t before = format_of(engine.state);
  add_token("a", {"jobs:write"});
  EXPECT_EQ(format_of(engine.state), kStateFormat);
  const JobId job = create_as("a");
  engine.ok<Done>(RevokeToken{"a"});
  EXPECT_EQ(format_of(engine.state), kStateFormat);  // its job is there still
  engine.ok<CancelOutcome>(CancelJob{job});
  EXPECT_EQ(format_of(engine.state), before);
}

TEST_F(DecideAccess, JobsOfSoManyOwnersWaitAtMost) {
  for (std::uint32_t i = 0; i <= kOwnersMax; ++i) {
    const std::string id = "t" + std::to_string(i);
    add_token(id, {"jobs:write"});
    if (i < kOwnersMax) {
      create_as(id);
    }
  }
  const std::string last = "t" + std::to_string(kOwnersMax);
  EXPECT_EQ(refusal_to(last, jobs_of("d")), "TOO_MANY_OWNERS");
  create_as("t0");
  create_as("local");
}

TEST_F(DecideAccess, SendingsAreAskedForWherePermitted) {
  add_token("ci", {"jobs:write"});
  add_token("mailer", {"sendings:write"});
  const CreateSending command{std::get<NewSending>(mail())};
  EXPECT_EQ(refusal_to("ci", command), "FORBIDDEN");
  as<Done>("mailer", command);
}

}  // namespace
}  // namespace daybook::scheduler
