#include "tests/replay/log_script.h"

#include <gtest/gtest.h>

#include "base/sha256.h"

namespace daybook::replay {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view kLong = "long";    // worker, leased, one at a time, retried
constexpr std::string_view kShort = "short";  // exec, two starts a minute, never retried

events::DefinitionPut definition(std::string_view id) {
  events::DefinitionPut e;
  e.definition = id;
  e.component = id == kLong ? "work"sv : "run"sv;
  if (id == kLong) {
    e.retry = {3, seconds(10), hours(1), 2000, 100};
    e.timeout = seconds(300);
    e.lease = seconds(30);
    e.concurrency = 1;
  } else {
    e.rate_count = 2;
    e.rate_per = seconds(60);
  }
  return e;
}

events::JobStarted started(JobId job, std::string_view definition, std::uint32_t attempt,
                           std::int64_t due) {
  events::JobStarted e;
  e.job = job;
  e.attempt = Attempt{attempt};
  e.definition = definition;
  e.component = definition == kLong ? "work"sv : "run"sv;
  e.spec_hash = sha256(e.component);
  e.secret = {7, attempt};
  e.due = at(due);
  return e;
}

events::JobStarted leased(JobId job, std::uint32_t attempt, std::int64_t due, std::int64_t now) {
  events::JobStarted e = started(job, kLong, attempt, due);
  e.lease_until = at(now + 30);
  e.timeout_at = at(now + 300);
  return e;
}

events::AttemptEnd end(std::uint32_t attempt, Seq started_by, std::int64_t second) {
  return {Attempt{attempt}, started_by, at(second), 99};
}

events::JobCreated created(JobId job, std::string_view definition, std::int64_t run_at) {
  events::JobCreated e;
  e.job = job;
  e.definition = definition;
  e.parameters = {"{}"};
  e.run_at = at(run_at);
  return e;
}

// A job that fails once, is tried again, asked to stop, and cancelled.
void add_cancelled_job(Script& s) {
  const JobId job = s.next_job(2);
  s.add("create.a", 2,
        {created(job, kLong, 10), events::IdempotencyKeyUsed{"key-a", sha256("a"), s.next_seq()}});
  const Seq first = s.next_seq();
  s.add("start.a1", 10, {leased(job, 1, 10, 10)});
  s.add("extend.a1", 12, {events::LeaseExtended{job, Attempt{1}, at(42)}});
  s.add("retry.a1", 13,
        {events::JobRetryScheduled{job, kLong, end(1, first, 10), {"E", "no", {}}, at(23)}});
  const Seq second = s.next_seq();
  s.add("start.a2", 23, {leased(job, 2, 23, 23)});
  s.add("ask.a2", 24, {events::JobCancelRequested{job, Attempt{2}, kLong}});
  s.add("cancel.a2", 25, {events::JobCancelled{job, kLong, end(2, second, 23)}});
}

// A job whose lease runs out, that then completes and schedules the next one; gives that one.
JobId add_chain_job(Script& s) {
  const JobId job = s.next_job(26);
  events::JobCreated create = created(job, kLong, 26);
  create.unique_key = "u";
  create.tags = {"red"sv, "blue"sv};
  s.add("create.b", 26, {create});
  const Seq first = s.next_seq();
  s.add("start.b1", 30, {leased(job, 1, 26, 30)});
  s.add("expire.b1", 60,
        {events::LeaseExpired{job, Attempt{1}, kLong, first, events::ExpiryCause::kLease},
         events::JobRetryScheduled{
             job, kLong, end(1, first, 30), {"LEASE_EXPIRED", "", {}}, at(70)}});
  const Seq second = s.next_seq();
  s.add("start.b2", 70, {leased(job, 2, 70, 70)});
  const JobId child = s.next_job(75, 1);
  events::JobCreated effect = created(child, kLong, 100);
  effect.parent = job;
  effect.effect_of = s.next_seq();
  s.add("complete.b2", 75,
        {events::JobCompleted{job, kLong, end(2, second, 70), {"{}"}, 1}, effect});
  return child;
}

}  // namespace

Micros at(std::int64_t second) {
  return Script::kStart + seconds(second);
}

Script sample_script_v1() {
  Script s;
  s.add("server.1", 0, {events::ServerStarted{Epoch{1}, "1", "h", 1}});
  s.add(
      "component.work", 1,
      {events::ComponentPut{"work", events::Runtime::kWorker, {"{}"}, sha256("work"), {}, {}, {}}});
  s.add("component.run", 1,
        {events::ComponentPut{"run", events::Runtime::kExec, {"{}"}, sha256("run"), {}, {}, {}}});
  s.add("definition.long", 1, {definition(kLong)});
  s.add("definition.short", 1, {definition(kShort)});
  add_cancelled_job(s);
  const JobId child = add_chain_job(s);
  const JobId c = s.next_job(76);
  const JobId d = s.next_job(76, 1);
  const JobId e = s.next_job(76, 2);
  s.add("create.cde", 76, {created(c, kShort, 76), created(d, kShort, 76), created(e, kShort, 90)});
  const Seq c1 = s.next_seq();
  s.add("start.c1", 77, {started(c, kShort, 1, 76)});
  const Seq d1 = s.next_seq();
  s.add("start.d1", 78, {started(d, kShort, 1, 76)});
  s.add("fail.c1", 79, {events::JobFailed{c, kShort, end(1, c1, 77), {"E", "no", {}}}});
  s.add("cancel.e", 80, {events::JobCancelled{e, kShort, {}}});
  s.add("server.2", 81, {events::ServerStarted{Epoch{2}, "1", "h", 2}}, 2);
  s.add("expire.d1", 82,
        {events::LeaseExpired{d, Attempt{1}, kShort, d1, events::ExpiryCause::kRestart},
         events::JobFailed{d, kShort, end(1, d1, 78), {"ATTEMPT_LOST", "", {}}}},
        2);
  s.add("delete.long", 83, {events::DefinitionDeleted{kLong, 1}}, 2);
  s.add("fail.child", 100, {events::JobFailed{child, kLong, {}, {"DEFINITION_DELETED", "", {}}}},
        2);
  s.add("remove.ce", 200,
        {events::JobRemoved{c, kShort, events::RemovalReason::kRetention},
         events::JobRemoved{e, kShort, events::RemovalReason::kRetention},
         events::RetentionApplied{at(150), 2}},
        2);
  s.add("component.gone", 201, {events::ComponentDeleted{"work"}}, 2);
  s.add("trim", 202, {events::LogTrimmed{Seq{3}, sha256("x"), "a.ndjson"}}, 2);
  const JobId last = s.next_job(300);
  s.add("create.last", 300, {created(last, kShort, 400)}, 2);
  s.freeze();
  return s;
}

namespace {

SendingId sending(std::uint64_t number) {
  return {0x8000, 0x8000'0000'0000'0000ULL | number};
}

// A job that sends two mails and schedules the next run in between: one mail is sent at its second
// try, the other is given up. A third sending is withdrawn.
void add_sendings(Script& s) {
  const JobId job = s.next_job(500);
  s.add("create.m", 500, {created(job, kShort, 500)}, 2);
  const Seq start = s.next_seq();
  s.add("start.m1", 501, {started(job, kShort, 1, 500)}, 2);
  const Seq end_seq = s.next_seq();
  events::JobCreated next_run = created(s.next_job(502, 2), kShort, 900);
  next_run.parent = job;
  next_run.effect_of = end_seq;
  next_run.effect_index = 1;
  events::AttemptEnd ended = end(1, start, 501);
  ended.answers = {R"([{"count":2}])"};
  const events::Json content{R"({"subject":"s","body":{"plainText":"p"}})"};
  s.add("complete.m1", 502,
        {events::JobCompleted{job, kShort, ended, {"{}"}, 3},
         events::SendingCreated{sending(1), Transport::kEmail, "a@example.org", "reactor", content,
                                job, end_seq, 0},
         next_run,
         events::SendingCreated{sending(2),
                                Transport::kHttp,
                                "https://example.org/",
                                "reactor",
                                {R"({"body":{}})"},
                                job,
                                end_seq,
                                2}},
        2);
  const Seq asked = s.next_seq();
  s.add(
      "sending.3", 503,
      {events::SendingCreated{
          sending(3), Transport::kActor, "ticket/1", "reactor", {R"({"messages":[]})"}, {}, {}, 0}},
      2);
  const events::Failure busy{"SMTP_REFUSED", "451 later", {}};
  s.add("sending.1.retry", 504,
        {events::SendingRetryScheduled{sending(1), Attempt{1}, busy, at(514)}}, 2);
  s.add("sending.3.cancel", 505, {events::SendingCancelled{sending(3)}}, 2);
  s.add("sending.1.sent", 514, {events::SendingSent{sending(1), Attempt{2}, "250 ok"}}, 2);
  s.add("sending.2.bounce", 515, {events::SendingBounced{sending(2), Attempt{1}, busy}}, 2);
  s.add("sending.3.remove", 516,
        {events::SendingRemoved{sending(3), asked, events::RemovalReason::kRetention}}, 2);
  s.add("sending.4", 517,
        {events::SendingCreated{
            sending(4), Transport::kEmail, "b@example.org", "reactor", content, {}, {}, 0}},
        2);
}

// A rule that runs for two events, with a mail and a job as effects, and one that is deleted.
void add_rules(Script& s) {
  events::ComponentPut component{
      "a.hrule", events::Runtime::kReactor, {"{}"}, sha256("a.hrule"), {}, {}, {}};
  component.imports = {"lib/text"sv};
  s.add("component.rule", 600, {component}, 2);
  const events::Json components{R"([{"componentId":"a.hrule","parameters":{}}])"};
  const Seq put = s.next_seq();
  s.add("rule.put", 601, {events::RulePut{"r", components, "R"}}, 2);
  s.add("rule.other", 601, {events::RulePut{"other", components, {}}}, 2);
  const Seq applied = s.next_seq();
  events::JobCreated job = created(s.next_job(602, 2), kShort, 990);
  job.effect_of = applied;
  job.effect_index = 1;
  job.rule_depth = 1;
  s.add("rule.applied", 602,
        {events::RuleApplied{"r", "a.hrule", sha256("a.hrule"), put, 2, {"[]"}, {}},
         events::SendingCreated{sending(5),
                                Transport::kEmail,
                                "c@example.org",
                                "rule",
                                {R"({"subject":"s"})"},
                                {},
                                applied,
                                0},
         job},
        2);
  s.add("rule.failed", 603,
        {events::RuleApplied{
             "r", "a.hrule", sha256("a.hrule"), applied, 0, {}, {"SCRIPT_ERROR", "no", {}}},
         events::RulesAdvanced{applied}},
        2);
  s.add("rule.deleted", 604, {events::RuleDeleted{"other"}}, 2);
}

// A wall clock that is set in both directions, a delay that does not notice, an attempt that a
// restart ended and that does not count.
void add_clock_steps(Script& s) {
  using events::ClockStep;
  s.add("clock.back", 700,
        {events::ClockStepped{ClockStep::kBack, seconds(-600), {{}, seconds(600)}, {}}}, 2);
  const JobId job = s.next_job(701);
  events::JobCreated create = created(job, kShort, 731);
  create.delayed = true;
  s.add("create.x", 701, {create}, 2);
  s.add("clock.slew", 702,
        {events::ClockStepped{ClockStep::kSlew, seconds(10), {seconds(-10), seconds(590)}, {}}}, 2);
  const Seq first = s.next_seq();
  s.add("start.x1", 721, {started(job, kShort, 1, 721)}, 2);
  s.add("clock.forward", 790,
        {events::ClockStepped{ClockStep::kForward, seconds(650), {seconds(50), {}}, {}}}, 2);
  s.add("server.3", 800, {events::ServerStarted{Epoch{3}, "1", "h", 3, seconds(10)}}, 3);
  s.add("expire.x1", 801,
        {events::LeaseExpired{job, Attempt{1}, kShort, first, events::ExpiryCause::kRestart},
         events::JobRetryScheduled{
             job, kShort, end(1, first, 721), {"ATTEMPT_LOST", "", {}}, at(801), 1}},
        3);
  const Seq second = s.next_seq();
  s.add("start.x2", 802, {started(job, kShort, 2, 801)}, 3);
  s.add("clock.away", 810,
        {events::ClockStepped{ClockStep::kAway, {}, {seconds(50), {}}, seconds(5)}}, 3);
  s.add("complete.x2", 811, {events::JobCompleted{job, kShort, end(2, second, 802), {"{}"}, 0}}, 3);
}

// A token whose chain and rule act in its name, one that expires, and their ends.
void add_tokens(Script& s) {
  const auto by = [&](const char* actor) { s.batches.back().actor = actor; };
  s.add("token.ci", 850,
        {events::TokenCreated{"ci", "CI", {"jobs/short:write", "rules/owned:*"}, sha256("ci"), {}}},
        3);
  s.add("token.brief", 850,
        {events::TokenCreated{"brief", {}, {"jobs:*"}, sha256("brief"), at(855)}}, 3);
  const JobId job = s.next_job(851);
  s.add("create.t", 851, {created(job, kShort, 851)}, 3);
  by("ci");
  const Seq first = s.next_seq();
  s.add("start.t1", 852, {started(job, kShort, 1, 851)}, 3);
  events::JobCreated next = created(s.next_job(853, 1), kShort, 990);
  next.parent = job;
  next.effect_of = s.next_seq();
  next.owner = "ci";
  s.add("complete.t1", 853,
        {events::JobCompleted{job, kShort, end(1, first, 852), {"{}"}, 1}, next}, 3);
  const events::Json components{R"([{"componentId":"a.hrule","parameters":{}}])"};
  s.add("rule.owned", 854, {events::RulePut{"owned", components, {}}}, 3);
  by("ci");
  const Seq on = s.next_seq();
  s.add("token.rotated", 854, {events::TokenRotated{"brief", sha256("new")}}, 3);
  by("brief");
  events::JobCreated effect = created(s.next_job(855, 1), kShort, 990);
  effect.effect_of = s.next_seq();
  effect.owner = "ci";
  s.add("owned.applied", 855,
        {events::RuleApplied{"owned", "a.hrule", sha256("a.hrule"), on, 1, {}, {}}, effect}, 3);
  s.add("token.expired", 856, {events::TokenExpired{"brief"}}, 3);
  s.add("token.revoked", 857, {events::TokenRevoked{"ci"}}, 3);
}

// A component without a contract gets one, and imports another module.
void add_contracts(Script& s) {
  s.add("contract", 820,
        {events::ContractDerived{"a.hrule",
                                 {R"({"parameters":[{"name":"e","type":"OnJobCompleted",)"
                                  R"("required":true,"event":true}]})"},
                                 sha256("texts"),
                                 {"lib/text"sv, "lib/time"sv}}},
        3);
}

}  // namespace

Script sample_script() {
  Script s = sample_script_v1();
  add_sendings(s);
  add_rules(s);
  add_clock_steps(s);
  add_contracts(s);
  add_tokens(s);
  s.freeze();
  return s;
}

void append_traffic(log::Log& log, std::uint64_t jobs) {
  constexpr std::uint64_t kGroupEvents = 4096;
  events::GroupWriter writer(Seq{}, events::genesis(), Epoch{1});
  const auto add = [&](std::initializer_list<events::Event> list, std::uint64_t n) {
    const events::BatchInfo info{{1, n}, "local", at(static_cast<std::int64_t>(n / 1000)), {}};
    writer.add(info, {list.begin(), list.size()});
    if (writer.pending().count >= kGroupEvents) {
      ASSERT_TRUE(log.append(writer.take()));
    }
  };
  add({events::ServerStarted{Epoch{1}, "1", "h", 1}}, 0);
  add({events::ComponentPut{"run", events::Runtime::kExec, {"{}"}, sha256("run"), {}, {}, {}}}, 0);
  events::DefinitionPut open = definition(kShort);
  open.rate_count = 0;
  add({open}, 0);
  for (std::uint64_t n = 0; n < jobs; ++n) {
    const auto now = static_cast<std::int64_t>(n / 1000);
    const JobId job = JobId::make(at(now), 0, writer.next_seq());
    events::JobCreated create = created(job, kShort, now);
    create.parameters = {R"({"orderNumber":"12345678","customer":"a customer"})"};
    add({create}, n);
    const Seq token = writer.next_seq();
    add({started(job, kShort, 1, now)}, n);
    add({events::JobCompleted{job, kShort, end(1, token, now), {R"({"ok":true})"}, 0}}, n);
  }
  if (!writer.pending().empty()) {
    ASSERT_TRUE(log.append(writer.take()));
  }
}

}  // namespace daybook::replay
