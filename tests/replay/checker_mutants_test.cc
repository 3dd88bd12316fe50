// Planted violations: each mutant of a sound log breaks one rule, and the checker must say which.
// Every rule has one at least.
#include <functional>
#include <set>

#include <gtest/gtest.h>

#include "base/sha256.h"
#include "replay/checker.h"
#include "tests/replay/log_script.h"

namespace daybook::replay {
namespace {

using events::Event;

struct Mutant {
  const char* name;
  Rule rule;
  std::function<CheckReport()> run;
};

// Mutates the batches, before they are numbered.
Mutant by_script(const char* name, Rule rule, std::function<void(Script&)> mutate) {
  return {name, rule, [mutate] {
            Script script = sample_script();
            mutate(script);
            return check(encode(script.records()));
          }};
}

// Mutates headers and payloads, before they are encoded; the checksums and the chain fit again.
Mutant by_record(const char* name, Rule rule, std::function<void(std::vector<RawRecord>&)> mutate) {
  return {name, rule, [mutate] {
            auto records = sample_script().records();
            mutate(records);
            return check(encode(records));
          }};
}

// Mutates stored bytes.
Mutant by_bytes(const char* name, Rule rule,
                std::function<void(std::vector<std::vector<std::uint8_t>>&)> mutate) {
  return {name, rule, [mutate] {
            auto records = encode(sample_script().records());
            mutate(records);
            return check(records);
          }};
}

Mutant by_ledger(const char* name, Rule rule, std::function<void(Ledger&)> write) {
  return {name, rule, [write] {
            Ledger ledger;
            write(ledger);
            return check(encode(sample_script().records()), ledger);
          }};
}

template <typename E>
E& event(Script& s, const char* batch, std::size_t place = 0) {
  return s.event<E>(batch, place);
}

Micros second(std::int64_t n) {
  return Script::kStart + seconds(n);
}

// Chain hashes of the records from `from` on, made anew after the one before was changed.
void rechain(std::vector<std::vector<std::uint8_t>>& records, std::size_t from, Hash chain) {
  Sha256 digest;
  for (std::size_t i = from; i < records.size(); ++i) {
    const auto view = *events::read_record(records[i]);
    std::vector<std::uint8_t> out;
    chain = events::append_record(out, view.header, view.payload, chain, digest);
    records[i] = out;
  }
}

void add_shape_mutants(std::vector<Mutant>& out) {
  out.push_back(by_bytes("flip a header bit", Rule::kRecord, [](auto& r) { r[3][17] ^= 4; }));
  out.push_back(by_bytes("flip a payload bit", Rule::kRecord, [](auto& r) { r[5].back() ^= 1; }));
  out.push_back(by_bytes("cut a record", Rule::kRecord, [](auto& r) { r[5].pop_back(); }));
  out.push_back(by_bytes("drop a record", Rule::kDense, [](auto& r) { r.erase(r.begin() + 4); }));
  out.push_back(by_bytes("drop a record, rehash", Rule::kDense, [](auto& r) {
    const Hash before = events::read_record(r[3])->header.chain;
    r.erase(r.begin() + 4);
    rechain(r, 4, before);
  }));
  out.push_back(
      by_bytes("repeat a record", Rule::kDense, [](auto& r) { r.insert(r.begin() + 4, r[4]); }));
  out.push_back(by_bytes("swap two records", Rule::kDense, [](auto& r) { std::swap(r[3], r[4]); }));
  out.push_back(by_bytes("another history from the middle on", Rule::kChain,
                         [](auto& r) { rechain(r, 10, sha256("elsewhere")); }));
  out.push_back(by_bytes("another genesis", Rule::kChain,
                         [](auto& r) { rechain(r, 0, sha256("elsewhere")); }));
  out.push_back(by_record("unknown type", Rule::kPayload, [](auto& r) { r[2].header.type = 77; }));
  out.push_back(
      by_record("later version", Rule::kPayload, [](auto& r) { r[2].header.version = 9; }));
  out.push_back(by_record("payload of another type", Rule::kPayload,
                          [](auto& r) { r[5].payload = r[0].payload; }));
  out.push_back(by_record("empty payload", Rule::kPayload, [](auto& r) { r[5].payload.clear(); }));
  out.push_back(by_script("text that is not UTF-8", Rule::kText, [](Script& s) {
    event<events::DefinitionPut>(s, "definition.long").display_name = "\xff\xfe";
  }));
  out.push_back(by_script("document that is not JSON", Rule::kText, [](Script& s) {
    event<events::JobCreated>(s, "create.b").parameters = {"{\"a\":"};
  }));
  out.push_back(by_script("tag that is not UTF-8", Rule::kText, [](Script& s) {
    event<events::JobCreated>(s, "create.b").tags[1] = "\xc0\xaf";
  }));
  out.push_back(by_script("negative duration", Rule::kRange, [](Script& s) {
    event<events::DefinitionPut>(s, "definition.long").lease = Duration{-1};
  }));
  out.push_back(by_script("time beyond the calendar", Rule::kRange, [](Script& s) {
    event<events::JobCreated>(s, "create.last").run_at = Micros{INT64_MAX};
  }));
  out.push_back(by_record("batch count changes inside a batch", Rule::kBatch,
                          [](auto& r) { r.at(6).header.batch_count = 3; }));
  out.push_back(by_record("batch without its first record", Rule::kBatch,
                          [](auto& r) { r.at(5).header.batch_index = 1; }));
  out.push_back(by_record("batch of two requests", Rule::kBatch, [](auto& r) {
    r.at(6).header.command = CommandId{9, 9};
  }));
  out.push_back(by_record("log ends inside a batch", Rule::kBatch,
                          [](auto& r) { r.back().header.batch_count = 2; }));
  out.push_back(
      by_record("time goes back", Rule::kTime, [](auto& r) { r.at(8).header.time = second(3); }));
  out.push_back(by_script("epoch repeated", Rule::kEpoch, [](Script& s) {
    event<events::ServerStarted>(s, "server.2").epoch = Epoch{1};
  }));
  out.push_back(
      by_record("event of an old epoch", Rule::kEpoch, [](auto& r) { r.back().header.epoch = 1; }));
  out.push_back(by_record("cause after its effect", Rule::kCause,
                          [](auto& r) { r.at(4).header.cause = Seq{5}; }));
  out.push_back(by_script("trim beyond itself", Rule::kTrim, [](Script& s) {
    event<events::LogTrimmed>(s, "trim").through = Seq{1000};
  }));
}

void add_life_mutants(std::vector<Mutant>& out) {
  out.push_back(
      by_script("job never created", Rule::kCreated, [](Script& s) { s.drop("create.a"); }));
  out.push_back(by_record("job created with another's number", Rule::kCreated, [](auto& r) {
    r.push_back(r.at(5));  // of another batch, and of another epoch: it shows all the same
    r.back().header.seq = Seq{r.size()};
    r.back().header.batch_count = 1;
  }));
  out.push_back(by_script("two ends", Rule::kEnded, [](Script& s) { s.repeat("fail.c1"); }));
  out.push_back(by_script("completed after failed", Rule::kEnded, [](Script& s) {
    const auto failed = event<events::JobFailed>(s, "fail.c1");
    s.add("complete.c1", 301,
          {events::JobCompleted{failed.job, failed.definition, failed.end, {}, 0}}, 2);
  }));
  out.push_back(by_script("started after the end", Rule::kEnded, [](Script& s) {
    auto start = event<events::JobStarted>(s, "start.b2");
    start.attempt = Attempt{3};
    s.add("start.b3", 301, {start}, 2);
  }));
  out.push_back(by_script("started after cancelled", Rule::kCancelledFinal, [](Script& s) {
    const auto cancelled = event<events::JobCancelled>(s, "cancel.e");
    auto start = event<events::JobStarted>(s, "start.c1");
    start.job = cancelled.job;
    start.due = second(90);
    s.add("start.e", 301, {start}, 2);
  }));
  out.push_back(by_script("attempt skipped", Rule::kAttemptNumber, [](Script& s) {
    event<events::JobStarted>(s, "start.a2").attempt = Attempt{3};
  }));
  out.push_back(by_script("attempt repeated", Rule::kAttemptNumber, [](Script& s) {
    event<events::JobStarted>(s, "start.a2").attempt = Attempt{1};
  }));
  out.push_back(
      by_script("two open attempts", Rule::kOneOpen, [](Script& s) { s.repeat("start.c1"); }));
  out.push_back(by_script("end of the first attempt reported again", Rule::kToken, [](Script& s) {
    event<events::JobCancelled>(s, "cancel.a2").end =
        event<events::JobRetryScheduled>(s, "retry.a1").end;
  }));
  out.push_back(by_script("end with another's token", Rule::kToken, [](Script& s) {
    event<events::JobFailed>(s, "fail.c1").end.started =
        s.event<events::JobFailed>("expire.d1", 1).end.started;
  }));
  out.push_back(by_script("end of another attempt number", Rule::kToken, [](Script& s) {
    event<events::JobFailed>(s, "fail.c1").end.attempt = Attempt{2};
  }));
  out.push_back(
      by_script("completed without a start", Rule::kToken, [](Script& s) { s.drop("start.c1"); }));
  out.push_back(by_script("lease of a closed attempt given up", Rule::kToken, [](Script& s) {
    event<events::LeaseExpired>(s, "expire.b1").attempt = Attempt{2};
  }));
}

void add_start_mutants(std::vector<Mutant>& out) {
  out.push_back(by_script("started before its time", Rule::kNotBefore,
                          [](Script& s) { s.move_behind("start.a1", "create.a"); }));
  out.push_back(by_script("retry started before its time", Rule::kNotBefore,
                          [](Script& s) { s.at("start.a2").time = second(22); }));
  out.push_back(by_script("failed unstarted before its time", Rule::kNotBefore,
                          [](Script& s) { s.at("fail.child").time = second(84); }));
  out.push_back(by_script("started while paused", Rule::kPaused, [](Script& s) {
    event<events::DefinitionPut>(s, "definition.short").paused = true;
  }));
  out.push_back(by_script("too many attempts", Rule::kRetry, [](Script& s) {
    event<events::DefinitionPut>(s, "definition.long").retry.max_attempts = 1;
  }));
  out.push_back(by_script("retry too soon", Rule::kRetry, [](Script& s) {
    auto& retry = event<events::JobRetryScheduled>(s, "retry.a1");
    retry.run_at = second(21);
    event<events::JobStarted>(s, "start.a2").due = second(21);
  }));
  out.push_back(by_script("retry too late", Rule::kRetry, [](Script& s) {
    auto& retry = s.event<events::JobRetryScheduled>("expire.b1", 1);
    retry.run_at = second(72);
    s.at("start.b2").time = second(72);
    event<events::JobStarted>(s, "start.b2").due = second(72);
    s.event<events::JobCompleted>("complete.b2").end.started_at = second(72);
  }));
  out.push_back(by_script("job of no definition", Rule::kDefinition,
                          [](Script& s) { s.drop("definition.short"); }));
  out.push_back(by_script("job changes its definition", Rule::kDefinition, [](Script& s) {
    event<events::JobCancelled>(s, "cancel.e").definition = "long";
  }));
  out.push_back(
      by_script("started after the definition was deleted", Rule::kDefinition, [](Script& s) {
        s.add("delete.short", 301, {events::DefinitionDeleted{"short", 1}}, 2);
        auto start = event<events::JobStarted>(s, "start.c1");
        start.job = event<events::JobCreated>(s, "create.last").job;
        start.due = second(400);
        s.add("start.last", 400, {start}, 2);
      }));
  out.push_back(by_script("component missing", Rule::kComponent,
                          [](Script& s) { s.drop("component.work"); }));
  out.push_back(by_script("component of another version", Rule::kComponent, [](Script& s) {
    event<events::JobStarted>(s, "start.b2").spec_hash = sha256("older");
  }));
  out.push_back(by_script("component of another definition", Rule::kComponent, [](Script& s) {
    auto& start = event<events::JobStarted>(s, "start.c1");
    start.component = "work";
    start.spec_hash = sha256("work");
  }));
}

void add_more_life_mutants(std::vector<Mutant>& out) {
  out.push_back(by_script("lease given up too soon", Rule::kLease, [](Script& s) {
    event<events::JobStarted>(s, "start.b1").lease_until = second(61);
  }));
  out.push_back(by_script("timeout without one", Rule::kLease, [](Script& s) {
    event<events::LeaseExpired>(s, "expire.b1").cause = events::ExpiryCause::kTimeout;
  }));
  out.push_back(by_script("lost without a restart", Rule::kLease, [](Script& s) {
    s.move_behind("expire.d1", "start.d1");
    s.at("expire.d1").epoch = 1;
  }));
  out.push_back(by_script("given up and left open", Rule::kLease,
                          [](Script& s) { s.at("expire.b1").events.pop_back(); }));
  out.push_back(by_script("lease shortened", Rule::kLease, [](Script& s) {
    event<events::LeaseExtended>(s, "extend.a1").lease_until = second(20);
  }));
  out.push_back(by_script("lease of a closed attempt extended", Rule::kLease,
                          [](Script& s) { s.move_behind("extend.a1", "retry.a1"); }));
  out.push_back(by_script("effect lost", Rule::kEffects,
                          [](Script& s) { s.at("complete.b2").events.pop_back(); }));
  out.push_back(by_script("effect in a batch of its own", Rule::kEffects, [](Script& s) {
    auto& completion = s.at("complete.b2");
    const Event effect = completion.events.back();
    completion.events.pop_back();
    s.add("effect", 301, {effect}, 2);
  }));
  out.push_back(by_script("effect out of place", Rule::kEffects, [](Script& s) {
    s.event<events::JobCreated>("complete.b2", 1).effect_index = 1;
  }));
  out.push_back(by_script("effect of another parent", Rule::kEffects, [](Script& s) {
    s.event<events::JobCreated>("complete.b2", 1).parent =
        event<events::JobCancelled>(s, "cancel.e").job;
  }));
  out.push_back(by_script("running job cancelled unasked", Rule::kCancelRequest,
                          [](Script& s) { s.drop("ask.a2"); }));
  out.push_back(by_script("pending job asked to stop", Rule::kCancelRequest,
                          [](Script& s) { s.move_behind("ask.a2", "retry.a1"); }));
  out.push_back(
      by_script("tried again after it was asked to stop", Rule::kCancelRequest, [](Script& s) {
        const auto job = event<events::JobRetryScheduled>(s, "retry.a1").job;
        s.add("ask.a1", 12, {events::JobCancelRequested{job, Attempt{1}, "long"}});
        s.move_behind("ask.a1", "extend.a1");
      }));
  out.push_back(
      by_script("removed twice", Rule::kRemoved, [](Script& s) { s.repeat("remove.ce"); }));
  out.push_back(by_script("removed before its end", Rule::kRemoved, [](Script& s) {
    const auto job = event<events::JobCreated>(s, "create.last").job;
    s.add("remove.last", 301, {events::JobRemoved{job, "short", events::RemovalReason::kDeleted}},
          2);
  }));
  out.push_back(by_script("sweep miscounts", Rule::kRetention, [](Script& s) {
    s.event<events::RetentionApplied>("remove.ce", 2).removed = 3;
  }));
  out.push_back(by_script("sweep ahead of its time", Rule::kRetention, [](Script& s) {
    s.event<events::RetentionApplied>("remove.ce", 2).cutoff = second(201);
  }));
  out.push_back(by_script("sweep loses one", Rule::kRetention, [](Script& s) {
    auto& sweep = s.at("remove.ce").events;
    sweep.erase(sweep.begin());
  }));
}

void add_limit_mutants(std::vector<Mutant>& out) {
  out.push_back(by_script("more run than may", Rule::kConcurrency, [](Script& s) {
    event<events::DefinitionPut>(s, "definition.short").concurrency = 1;
  }));
  out.push_back(by_script("more start in a window than may", Rule::kRate, [](Script& s) {
    event<events::DefinitionPut>(s, "definition.short").rate_count = 1;
  }));
  out.push_back(by_script("unique key held twice", Rule::kUniqueKey, [](Script& s) {
    auto twin = event<events::JobCreated>(s, "create.b");
    twin.job = JobId::make(second(27), 0, Seq{5000});
    s.add("create.twin", 27, {twin});
    s.move_behind("create.twin", "create.b");
  }));
  out.push_back(by_script("idempotency key used twice", Rule::kIdempotency, [](Script& s) {
    auto again = event<events::JobCreated>(s, "create.last");
    again.job = JobId::make(second(301), 0, Seq{5001});
    const Seq first = s.next_seq();
    s.add("create.again", 301, {again, events::IdempotencyKeyUsed{"key-a", sha256("a"), first}}, 2);
  }));
  out.push_back(by_script("idempotency key names another batch", Rule::kIdempotency, [](Script& s) {
    s.event<events::IdempotencyKeyUsed>("create.a", 1).first = Seq{1};
  }));
  out.push_back(by_script("a rule's components of another form", Rule::kText, [](Script& s) {
    event<events::RulePut>(s, "rule.put").components = {R"([{"componentId":"a.hrule"}])"};
  }));
  out.push_back(
      by_script("idempotency key apart from its batch", Rule::kIdempotency, [](Script& s) {
        const Seq before{s.next_seq().value - 1};
        s.add("key", 301, {events::IdempotencyKeyUsed{"key-b", sha256("b"), before}}, 2);
      }));
  out.push_back(by_script("deletion miscounts what is pending", Rule::kCounts, [](Script& s) {
    event<events::DefinitionDeleted>(s, "delete.long").pending_jobs = 2;
  }));
  out.push_back(by_script("an end is lost", Rule::kCounts, [](Script& s) {
    s.drop("complete.b2");
    s.drop("fail.child");
  }));
  out.push_back({"the server miscounts", Rule::kCounts, [] {
                   JobTally server;
                   server.pending = 2;
                   return check(encode(sample_script().records()), {}, server);
                 }});
}

void add_ledger_mutants(std::vector<Mutant>& out) {
  out.push_back(by_ledger("acknowledged and changed", Rule::kLedgerAck, [](Ledger& ledger) {
    ledger.acknowledged.emplace(Seq{4}, sha256("other"));
  }));
  out.push_back(by_ledger("acknowledged and lost", Rule::kLedgerAck, [](Ledger& ledger) {
    ledger.acknowledged.emplace(Seq{4000}, sha256("lost"));
  }));
  out.push_back(by_ledger("refused and there", Rule::kLedgerRefused, [](Ledger& ledger) {
    ledger.refused.emplace(CommandId{0x4000, 6}, 0);
  }));
  out.push_back({"unknown and there twice", Rule::kLedgerUnknown, [] {
                   auto records = sample_script().records();
                   records[3].header.command = records[2].header.command;
                   Ledger ledger;
                   ledger.unknown.emplace(records[2].header.command, 1);
                   return check(encode(records), ledger);
                 }});
}

void add_sending_mutants(std::vector<Mutant>& out) {
  out.push_back(by_script("sending created twice", Rule::kSendingCreated,
                          [](Script& s) { s.repeat("sending.4"); }));
  out.push_back(by_script("sending never created", Rule::kSendingCreated,
                          [](Script& s) { s.drop("sending.3"); }));
  out.push_back(by_script("sending sent twice", Rule::kSendingEnded,
                          [](Script& s) { s.repeat("sending.1.sent"); }));
  out.push_back(by_script("sending tried again after its end", Rule::kSendingEnded,
                          [](Script& s) { s.move_behind("sending.1.retry", "sending.1.sent"); }));
  out.push_back(
      by_script("sending sent after it was cancelled", Rule::kSendingEnded, [](Script& s) {
        s.at("sending.2.bounce").events[0] = events::SendingSent{
            event<events::SendingCreated>(s, "sending.3").sending, Attempt{1}, "250 ok"};
      }));
  out.push_back(by_script("try of a sending left out", Rule::kSendingAttempt,
                          [](Script& s) { s.drop("sending.1.retry"); }));
  out.push_back(by_script("try of a sending repeated", Rule::kSendingAttempt,
                          [](Script& s) { s.repeat("sending.1.retry"); }));
  out.push_back(by_script("next try before the failed one", Rule::kSendingAttempt, [](Script& s) {
    event<events::SendingRetryScheduled>(s, "sending.1.retry").retry_at = second(1);
  }));
  out.push_back(by_script("sending removed twice", Rule::kSendingRemoved,
                          [](Script& s) { s.repeat("sending.3.remove"); }));
  out.push_back(by_script("pending sending removed", Rule::kSendingRemoved,
                          [](Script& s) { s.drop("sending.3.cancel"); }));
  out.push_back(by_script("removal names another creation", Rule::kSendingRemoved, [](Script& s) {
    event<events::SendingRemoved>(s, "sending.3.remove").created = Seq{2};
  }));
  out.push_back(by_script("sending of a completion left out", Rule::kEffects,
                          [](Script& s) { s.at("complete.m1").events.pop_back(); }));
  out.push_back(by_script(
      "sending of a completion names another job", Rule::kEffects,
      [](Script& s) { event<events::SendingCreated>(s, "complete.m1", 1).job = JobId{}; }));
  out.push_back(by_script("sending names a job that did not ask", Rule::kEffects, [](Script& s) {
    auto& e = event<events::SendingCreated>(s, "sending.4");
    e.job = event<events::JobCompleted>(s, "complete.m1").job;
  }));
}

void add_rule_mutants(std::vector<Mutant>& out) {
  out.push_back(by_script("rule that was never there runs", Rule::kRuleThere,
                          [](Script& s) { s.drop("rule.put"); }));
  out.push_back(by_script("rule deleted twice", Rule::kRuleThere,
                          [](Script& s) { s.repeat("rule.deleted"); }));
  out.push_back(by_script("rule runs for what is to come", Rule::kRuleOrder, [](Script& s) {
    event<events::RuleApplied>(s, "rule.applied").on = Seq{1000};
  }));
  out.push_back(by_script("rule runs for what was passed", Rule::kRuleOrder,
                          [](Script& s) { s.repeat("rule.failed"); }));
  out.push_back(by_script("rule goes back", Rule::kRuleOrder, [](Script& s) {
    event<events::RuleApplied>(s, "rule.failed").on = Seq{1};
  }));
  out.push_back(by_script("rules advance to what is to come", Rule::kRuleOrder, [](Script& s) {
    event<events::RulesAdvanced>(s, "rule.failed", 1).through = Seq{1000};
  }));
  out.push_back(by_script("rule runs for what was before it", Rule::kRuleOrder, [](Script& s) {
    event<events::RuleApplied>(s, "rule.applied").on = Seq{1};
  }));
  out.push_back(by_script("rule runs a component that is not there", Rule::kComponent,
                          [](Script& s) { s.drop("component.rule"); }));
  out.push_back(by_script(
      "rule runs another text of its component", Rule::kComponent,
      [](Script& s) { event<events::RuleApplied>(s, "rule.applied").spec_hash = sha256("x"); }));
  out.push_back(by_script("job of a rule is deeper than that", Rule::kRuleDepth, [](Script& s) {
    event<events::JobCreated>(s, "rule.applied", 2).rule_depth = 2;
  }));
  out.push_back(
      by_script("job of a rule that is due soon begins at zero", Rule::kRuleDepth, [](Script& s) {
        auto& job = event<events::JobCreated>(s, "rule.applied", 2);
        job.run_at = second(620);
        job.rule_depth = 0;
      }));
  out.push_back(by_script("requested job has a depth", Rule::kRuleDepth, [](Script& s) {
    event<events::JobCreated>(s, "create.last").rule_depth = 1;
  }));
  out.push_back(by_script("effect of a rule left out", Rule::kEffects,
                          [](Script& s) { s.at("rule.applied").events.pop_back(); }));
  out.push_back(by_script("failed rule has effects", Rule::kEffects, [](Script& s) {
    event<events::RuleApplied>(s, "rule.applied").failure.code = "E";
  }));
}

void add_clock_mutants(std::vector<Mutant>& out) {
  using events::ClockStepped;
  out.push_back(by_script(
      "clock stands elsewhere than its step left it", Rule::kClock,
      [](Script& s) { event<ClockStepped>(s, "clock.forward").offsets.ahead = seconds(1); }));
  out.push_back(by_script("clock goes back forwards", Rule::kClock, [](Script& s) {
    event<ClockStepped>(s, "clock.back").step = seconds(600);
  }));
  out.push_back(
      by_script("step left out", Rule::kNotBefore, [](Script& s) { s.drop("clock.slew"); }));
  out.push_back(by_script("absence of no time", Rule::kClock,
                          [](Script& s) { event<ClockStepped>(s, "clock.away").away = {}; }));
  out.push_back(by_script("delay that follows the wall clock", Rule::kNotBefore, [](Script& s) {
    event<events::JobCreated>(s, "create.x").delayed = false;
  }));
  out.push_back(by_script("attempt that nobody lost does not count", Rule::kRetry, [](Script& s) {
    event<events::JobRetryScheduled>(s, "retry.a1").uncounted = 1;
  }));
  out.push_back(by_script("lost attempt that counts", Rule::kRetry, [](Script& s) {
    event<events::JobRetryScheduled>(s, "expire.x1", 1).uncounted = 0;
  }));
  out.push_back(by_script("lost attempt that waits", Rule::kRetry, [](Script& s) {
    event<events::JobRetryScheduled>(s, "expire.x1", 1).run_at = second(802);
  }));
}

void add_access_mutants(std::vector<Mutant>& out) {
  out.push_back(by_script("actor that is no token", Rule::kActor,
                          [](Script& s) { s.at("create.x").actor = "stranger"; }));
  out.push_back(by_script("actor whose token was revoked", Rule::kActor, [](Script& s) {
    s.add("late", 870, {events::RuleDeleted{"owned"}}, 3);
    s.batches.back().actor = "ci";
  }));
  out.push_back(by_script("actor whose token is over", Rule::kActor, [](Script& s) {
    event<events::TokenCreated>(s, "token.brief").expires_at = second(854);
  }));
  out.push_back(
      by_script("token created twice", Rule::kTokenLife, [](Script& s) { s.repeat("token.ci"); }));
  out.push_back(by_script("token revoked twice", Rule::kTokenLife,
                          [](Script& s) { s.repeat("token.revoked"); }));
  out.push_back(by_script("token expired early", Rule::kTokenLife, [](Script& s) {
    event<events::TokenCreated>(s, "token.brief").expires_at = second(900);
  }));
  out.push_back(by_script("secret of no token", Rule::kTokenLife, [](Script& s) {
    event<events::TokenRotated>(s, "token.rotated").token = "nobody";
  }));
  out.push_back(
      by_script("job of a definition that its owner may not schedule", Rule::kOwner, [](Script& s) {
        event<events::TokenCreated>(s, "token.ci").permissions = {"jobs/long:write",
                                                                  "rules/owned:*"};
      }));
  out.push_back(by_script("chain that lost its owner", Rule::kOwner, [](Script& s) {
    event<events::JobCreated>(s, "complete.t1", 1).owner = {};
  }));
  out.push_back(by_script("chain that changed its owner", Rule::kOwner, [](Script& s) {
    event<events::JobCreated>(s, "complete.t1", 1).owner = "brief";
  }));
  out.push_back(by_script("effect of a rule without its owner", Rule::kOwner, [](Script& s) {
    event<events::JobCreated>(s, "owned.applied", 1).owner = {};
  }));
  out.push_back(by_script("job that starts when its owner is gone", Rule::kOwner,
                          [](Script& s) { s.move_behind("token.revoked", "create.t"); }));
  out.push_back(by_script("sending of an owner who may not send", Rule::kOwner, [](Script& s) {
    s.move_behind("token.ci", "server.1");
    s.at("sending.4").actor = "ci";
  }));
  out.push_back(by_script("job with an owner that nobody asked for", Rule::kOwner, [](Script& s) {
    event<events::JobCreated>(s, "create.t").owner = "ci";
  }));
}

const std::vector<Mutant>& mutants() {
  static const std::vector<Mutant> kMutants = [] {
    std::vector<Mutant> out;
    add_shape_mutants(out);
    add_life_mutants(out);
    add_start_mutants(out);
    add_more_life_mutants(out);
    add_limit_mutants(out);
    add_sending_mutants(out);
    add_rule_mutants(out);
    add_clock_mutants(out);
    add_access_mutants(out);
    add_ledger_mutants(out);
    return out;
  }();
  return kMutants;
}

TEST(CheckerMutants, EveryPlantedViolationIsFoundByItsRule) {
  for (const Mutant& mutant : mutants()) {
    const CheckReport report = mutant.run();
    EXPECT_TRUE(report.found(mutant.rule))
        << mutant.name << ": " << rule_name(mutant.rule) << " not found in:\n"
        << report.text();
  }
}

TEST(CheckerMutants, EveryRuleHasAPlantedViolation) {
  std::set<Rule> planted;
  for (const Mutant& mutant : mutants()) {
    planted.insert(mutant.rule);
  }
  for (const RuleText& rule : rules()) {
    EXPECT_TRUE(planted.contains(rule.rule)) << rule.name;
  }
  EXPECT_GE(mutants().size(), 60U);
}

}  // namespace
}  // namespace daybook::replay
