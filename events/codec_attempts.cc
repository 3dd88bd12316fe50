// Payloads of events about an attempt: its start, its lease and its end.
#include "events/codec_parts.h"

namespace daybook::events::parts {
namespace {

template <typename Table>
AttemptEnd end_of(const Table& t) {
  return {Attempt{t.attempt()},    Seq{t.started()},   Micros{t.started_us()}, t.report(),
          Json{text(t.answers())}, Micros{t.due_us()}, Micros{t.planned_us()}};
}

}  // namespace

void write(Builder& b, Actor actor, const JobStarted& e) {
  const auto definition = text(b, e.definition);
  const auto component = text(b, e.component);
  const auto spec_hash = hash(b, e.spec_hash);
  const auto worker = text(b, e.worker);
  const fb::Id job = id(e.job);
  const fb::Id secret(e.secret.high, e.secret.low);
  b.Finish(fb::CreateJobStarted(b, actor, &job, e.attempt.value, definition, component, spec_hash,
                                &secret, worker, e.due.value, e.lease_until.value,
                                e.timeout_at.value, e.planned.value));
}

bool read(const fb::JobStarted& t, JobStarted& e) {
  e.job = id(t.job());
  e.attempt = Attempt{t.attempt()};
  e.definition = text(t.definition());
  e.component = text(t.component());
  if (t.secret() != nullptr) {
    e.secret = {t.secret()->high(), t.secret()->low()};
  }
  e.worker = text(t.worker());
  e.due = Micros{t.due_us()};
  e.lease_until = Micros{t.lease_until_us()};
  e.timeout_at = Micros{t.timeout_at_us()};
  e.planned = Micros{t.planned_us()};
  return !e.job.is_null() && e.attempt.value > 0 && hash(t.spec_hash(), e.spec_hash);
}

void write(Builder& b, Actor actor, const JobCompleted& e) {
  const auto definition = text(b, e.definition);
  const auto result = text(b, e.result.text);
  const auto answers = text(b, e.end.answers.text);
  const auto output = text(b, e.output.text);
  const auto skipped = text(b, e.skipped.text);
  const fb::Id job = id(e.job);
  b.Finish(fb::CreateJobCompleted(b, actor, &job, e.end.attempt.value, definition,
                                  e.end.started.value, e.end.started_at.value, result, e.effects,
                                  e.end.report, answers, output, e.end.due.value,
                                  e.end.planned.value, skipped));
}

bool read(const fb::JobCompleted& t, JobCompleted& e) {
  e = {id(t.job()),
       text(t.definition()),
       end_of(t),
       Json{text(t.result())},
       t.effects(),
       Json{text(t.output())},
       Json{text(t.skipped())}};
  return !e.job.is_null() && e.end.attempt.value > 0;
}

void write(Builder& b, Actor actor, const JobFailed& e) {
  const auto definition = text(b, e.definition);
  const auto code = text(b, e.failure.code);
  const auto message = text(b, e.failure.message);
  const auto details = text(b, e.failure.details.text);
  const auto answers = text(b, e.end.answers.text);
  const auto skipped = text(b, e.skipped.text);
  const auto result = text(b, e.result.text);
  const auto parameters = text(b, e.parameters.text);
  const fb::Id job = id(e.job);
  b.Finish(fb::CreateJobFailed(b, actor, &job, e.end.attempt.value, definition, e.end.started.value,
                               e.end.started_at.value, code, message, details, e.end.report,
                               answers, e.end.due.value, e.end.planned.value, skipped, e.effects,
                               result, parameters));
}

bool read(const fb::JobFailed& t, JobFailed& e) {
  e = {id(t.job()),
       text(t.definition()),
       end_of(t),
       failure_of(t),
       t.effects(),
       Json{text(t.skipped())},
       Json{text(t.result())},
       Json{text(t.parameters())}};
  return !e.job.is_null();
}

void write(Builder& b, Actor actor, const JobRetryScheduled& e) {
  const auto definition = text(b, e.definition);
  const auto code = text(b, e.failure.code);
  const auto message = text(b, e.failure.message);
  const auto details = text(b, e.failure.details.text);
  const auto answers = text(b, e.end.answers.text);
  const fb::Id job = id(e.job);
  b.Finish(fb::CreateJobRetryScheduled(b, actor, &job, e.end.attempt.value, definition,
                                       e.end.started.value, e.end.started_at.value, code, message,
                                       details, e.end.report, e.run_at.value, answers, e.uncounted,
                                       e.end.due.value, e.end.planned.value));
}

bool read(const fb::JobRetryScheduled& t, JobRetryScheduled& e) {
  e = {id(t.job()),   text(t.definition()),  end_of(t),
       failure_of(t), Micros{t.run_at_us()}, t.uncounted()};
  return !e.job.is_null() && e.end.attempt.value > 0;
}

void write(Builder& b, Actor actor, const JobCancelled& e) {
  const auto definition = text(b, e.definition);
  const auto answers = text(b, e.end.answers.text);
  const fb::Id job = id(e.job);
  b.Finish(fb::CreateJobCancelled(b, actor, &job, e.end.attempt.value, definition,
                                  e.end.started.value, e.end.started_at.value, e.end.report,
                                  answers, e.end.due.value, e.end.planned.value));
}

bool read(const fb::JobCancelled& t, JobCancelled& e) {
  e = {id(t.job()), text(t.definition()), end_of(t)};
  return !e.job.is_null();
}

void write(Builder& b, Actor actor, const LeaseExtended& e) {
  const fb::Id job = id(e.job);
  b.Finish(fb::CreateLeaseExtended(b, actor, &job, e.attempt.value, e.lease_until.value));
}

bool read(const fb::LeaseExtended& t, LeaseExtended& e) {
  e = {id(t.job()), Attempt{t.attempt()}, Micros{t.lease_until_us()}};
  return !e.job.is_null() && e.attempt.value > 0;
}

void write(Builder& b, Actor actor, const LeaseExpired& e) {
  const auto definition = text(b, e.definition);
  const fb::Id job = id(e.job);
  b.Finish(fb::CreateLeaseExpired(b, actor, &job, e.attempt.value, definition, e.started.value,
                                  static_cast<std::uint8_t>(e.cause)));
}

bool read(const fb::LeaseExpired& t, LeaseExpired& e) {
  e = {id(t.job()), Attempt{t.attempt()}, text(t.definition()), Seq{t.started()},
       static_cast<ExpiryCause>(t.cause())};
  return !e.job.is_null() && e.attempt.value > 0 && t.cause() >= 1 && t.cause() <= 3;
}

}  // namespace daybook::events::parts
