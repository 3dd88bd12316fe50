// Payloads of events about a job as a whole: created, cancel requested, removed.
#include "events/codec_parts.h"

namespace daybook::events::parts {

void write(Builder& b, Actor actor, const JobCreated& e) {
  const auto definition = text(b, e.definition);
  const auto parameters = text(b, e.parameters.text);
  const auto unique_key = text(b, e.unique_key);
  const auto tags = texts(b, e.tags);
  const auto owner = text(b, e.owner);
  const fb::Id job = id(e.job);
  const fb::Id parent = id(e.parent);
  b.Finish(fb::CreateJobCreated(b, actor, &job, definition, parameters, e.run_at.value, e.priority,
                                tags, unique_key, e.parent.is_null() ? nullptr : &parent,
                                e.effect_of.value, e.effect_index, e.rule_depth, e.delayed, owner));
}

bool read(const fb::JobCreated& t, JobCreated& e) {
  e.job = id(t.job());
  e.definition = text(t.definition());
  e.parameters = Json{text(t.parameters())};
  e.run_at = Micros{t.run_at_us()};
  e.priority = t.priority();
  texts(t.tags(), e.tags);
  e.unique_key = text(t.unique_key());
  e.parent = id(t.parent());
  e.effect_of = Seq{t.effect_of()};
  e.effect_index = t.effect_index();
  e.rule_depth = t.rule_depth();
  e.delayed = t.delayed();
  e.owner = text(t.owner());
  return !e.job.is_null() && !e.definition.empty();
}

void write(Builder& b, Actor actor, const JobCancelRequested& e) {
  const auto definition = text(b, e.definition);
  const fb::Id job = id(e.job);
  b.Finish(fb::CreateJobCancelRequested(b, actor, &job, e.attempt.value, definition));
}

bool read(const fb::JobCancelRequested& t, JobCancelRequested& e) {
  e = {id(t.job()), Attempt{t.attempt()}, text(t.definition())};
  return !e.job.is_null() && e.attempt.value > 0;
}

void write(Builder& b, Actor actor, const JobRemoved& e) {
  const auto definition = text(b, e.definition);
  const fb::Id job = id(e.job);
  b.Finish(fb::CreateJobRemoved(b, actor, &job, definition, static_cast<std::uint8_t>(e.reason)));
}

bool read(const fb::JobRemoved& t, JobRemoved& e) {
  e = {id(t.job()), text(t.definition()), static_cast<RemovalReason>(t.reason())};
  return !e.job.is_null() && t.reason() >= 1 && t.reason() <= 2;
}

}  // namespace daybook::events::parts
