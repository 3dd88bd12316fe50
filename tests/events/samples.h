// One event of every type, every member filled, with texts that need escaping. Texts are literals,
// so they last.
#pragma once

#include <vector>

#include "base/sha256.h"
#include "events/types.h"

namespace daybook::events::samples {

inline constexpr Micros kTime{1'763'251'200'000'000};  // 2025-11-16T00:00:00Z

inline JobId job(std::uint64_t key) {
  return JobId::make(kTime, 0, Seq{key});
}

inline DefinitionPut definition_put() {
  DefinitionPut e;
  e.definition = "mail";
  e.component = "mail/send";
  e.display_name = "Send a mail";
  e.retry = {5, seconds(2), hours(1), 3000, 250};
  e.timeout = seconds(30);
  e.lease = seconds(60);
  e.concurrency = 4;
  e.rate_count = 100;
  e.rate_per = seconds(60);
  e.priority = -7;
  e.retention = hours(24);
  e.paused = true;
  e.on_failure = {R"([{"effect":"httpPost","url":"https://a.example/"}])"};
  return e;
}

inline JobStarted job_started(std::uint64_t key) {
  JobStarted e;
  e.job = job(key);
  e.attempt = Attempt{2};
  e.definition = "mail";
  e.component = "mail/send";
  e.spec_hash = sha256("spec");
  e.secret = {0x1111'2222'3333'4444, 0x5555'6666'7777'8888};
  e.worker = "worker-1";
  e.due = kTime;
  e.lease_until = kTime + seconds(60);
  e.timeout_at = kTime + seconds(30);
  e.planned = Micros{kTime.value - seconds(5).value};
  return e;
}

inline SendingId sending() {
  return {0x0123'4567'89ab'8def, 0x8123'4567'89ab'cdef};
}

inline ComponentPut component_put() {
  return ComponentPut{"mail/send",
                      Runtime::kHttp,
                      {R"({"url":"http://127.0.0.1/"})"},
                      sha256("spec"),
                      "Mail",
                      "sends \xc3\xa4 mail",
                      "v2",
                      {"lib/text", "lib/time"},
                      {R"({"parameters":[]})"},
                      sha256("texts")};
}

inline std::vector<Event> all() {
  const JobId id = job(42);
  const AttemptEnd end{Attempt{2},
                       Seq{50},
                       kTime,
                       0xfeed'beef,
                       {R"([{"query":"jobs","answer":[]}])"},
                       Micros{kTime.value - seconds(1).value},
                       Micros{kTime.value - seconds(2).value}};
  const Json skipped{R"([{"effect":1,"code":"UNIQUE_KEY_TAKEN","message":"m","jobId":null}])"};
  const Failure failure{"E_SMTP", "refused:\n\"busy\"", {R"({"code":451})"}};
  return {
      ServerStarted{Epoch{3}, "1.2.3", "host-a", 4711, seconds(12)},
      component_put(),
      ComponentDeleted{"mail/send"},
      definition_put(),
      DefinitionDeleted{"mail", 12},
      JobCreated{id,
                 "mail",
                 {R"({"to":"a@b"})"},
                 kTime + seconds(300),
                 9,
                 {"red", "blue"},
                 "key-1",
                 job(7),
                 Seq{41},
                 1,
                 2,
                 true,
                 "ci"},
      job_started(42),
      JobCompleted{id, "mail", end, {R"({"ok":true})"}, 2, {}, skipped},
      JobFailed{id, "mail", end, failure, 1, skipped, {"[7]"}, {R"({"to":"a@b"})"}},
      JobRetryScheduled{id, "mail", end, failure, kTime + seconds(10), 1},
      JobCancelRequested{id, Attempt{2}, "mail"},
      JobCancelled{id, "mail", end},
      LeaseExtended{id, Attempt{2}, kTime + seconds(90)},
      LeaseExpired{id, Attempt{2}, "mail", Seq{50}, ExpiryCause::kTimeout},
      JobRemoved{id, "mail", RemovalReason::kDeleted},
      IdempotencyKeyUsed{"k-1", sha256("body"), Seq{42}},
      LogTrimmed{Seq{1000}, sha256("chain"), "archive-1.ndjson"},
      RetentionApplied{kTime, 17},
      SendingCreated{sending(),
                     Transport::kActor,
                     "ticket/17",
                     "reactor",
                     {R"({"subject":"a \"b\""})"},
                     id,
                     Seq{41},
                     3},
      SendingRetryScheduled{sending(), Attempt{1}, failure, kTime + seconds(10)},
      SendingSent{sending(), Attempt{2}, "250 2.0.0 Ok: queued"},
      SendingBounced{sending(), Attempt{2}, failure},
      SendingCancelled{sending()},
      SendingRemoved{sending(), Seq{43}, RemovalReason::kDeleted},
      RulePut{"on-done", {R"([{"componentId":"a.hrule","parameters":{}}])"}, "When done"},
      RuleDeleted{"on-done"},
      RuleApplied{"on-done", "a.hrule", sha256("spec"), Seq{40}, 2, {R"([1])"}, failure, skipped},
      RulesAdvanced{Seq{40}},
      ClockStepped{ClockStep::kForward, seconds(90), {seconds(60), seconds(30)}, seconds(5)},
      ContractDerived{"mail/send", {R"({"parameters":null})"}, sha256("texts"), {"lib/text"}},
      TokenCreated{"ci", "CI", {"jobs/mail:write", "jobs:read"}, sha256("secret"), kTime},
      TokenRotated{"ci", sha256("new")},
      TokenRevoked{"ci"},
      TokenExpired{"ci"},
  };
}

// What the release of tokens wrote: today's, until an event has more to say.
inline std::vector<Event> all_of_v5() {
  return all();
}

// The samples of the release before tokens.
inline std::vector<Event> all_of_v4() {
  std::vector<Event> out = all_of_v5();
  std::get<JobCreated>(out[5]).owner = {};
  out.erase(out.begin() + 30, out.end());
  return out;
}

// The samples of the release before contracts.
inline std::vector<Event> all_of_v3() {
  std::vector<Event> out = all_of_v4();
  std::get<ComponentPut>(out[1]).contract = {};
  std::get<ComponentPut>(out[1]).contract_of = {};
  out.erase(out.begin() + 29, out.end());
  return out;
}

// The samples of the releases before clock steps and what is done on a failure.
inline std::vector<Event> all_of_v2() {
  std::vector<Event> out = all_of_v3();
  const auto plain = [](auto& e) { e.end.due = e.end.planned = Micros{}; };
  std::get<DefinitionPut>(out[3]).on_failure = {};
  std::get<JobStarted>(out[6]).planned = Micros{};
  plain(std::get<JobCompleted>(out[7]));
  std::get<JobCompleted>(out[7]).skipped = {};
  auto& failed = std::get<JobFailed>(out[8]);
  failed = {failed.job, failed.definition, failed.end, failed.failure};
  plain(failed);
  plain(std::get<JobRetryScheduled>(out[9]));
  plain(std::get<JobCancelled>(out[11]));
  std::get<RuleApplied>(out[26]).skipped = {};
  out.erase(out.begin() + 28, out.end());
  std::get<ServerStarted>(out[0]).away = {};
  std::get<JobCreated>(out[5]).delayed = false;
  std::get<JobRetryScheduled>(out[9]).uncounted = 0;
  return out;
}

// The samples that releases before sendings and rules had: their types, their members.
inline std::vector<Event> all_of_v1() {
  std::vector<Event> out = all_of_v2();
  out.erase(out.begin() + 18, out.end());
  std::get<ComponentPut>(out[1]).imports.clear();
  std::get<JobCreated>(out[5]).rule_depth = 0;
  std::get<JobCompleted>(out[7]).end.answers = {};
  std::get<JobFailed>(out[8]).end.answers = {};
  std::get<JobRetryScheduled>(out[9]).end.answers = {};
  std::get<JobCancelled>(out[11]).end.answers = {};
  return out;
}

}  // namespace daybook::events::samples
