#include "api/definition_json.h"

#include <algorithm>

#include "base/limits/definitions.h"
#include "base/limits/resources.h"
#include "base/time_text.h"

namespace daybook::api {
namespace {

constexpr Duration kShortest{1000};  // a millisecond: shorter delays mean nothing
constexpr double kFactorMax = 1000;

void read_backoff(const JsonValue& value, const std::string& path, events::RetryPolicy& out,
                  FieldErrors& errors) {
  FieldReader fields(value, path, errors);
  fields.duration("initial", out.initial, {Duration{0}, Duration{kBackoffMaxUs}});
  fields.thousandths("factor", out.factor_milli, {1, kFactorMax});
  const Duration usual = std::max(out.max, out.initial);
  out.max = Duration{-1};
  fields.duration("max", out.max, {Duration{0}, Duration{kBackoffMaxUs}});
  const bool given = out.max.value >= 0;
  out.max = given ? out.max : usual;
  fields.thousandths("jitter", out.jitter_milli, {0, 1});
  fields.finish();
  if (out.max < out.initial) {
    errors.add("is below initial, " + format_duration(out.initial), fields.path_of("max"));
  }
}

void read_retry(const JsonValue& value, events::RetryPolicy& out, FieldErrors& errors) {
  FieldReader fields(value, "retry.", errors);
  std::int64_t attempts = out.max_attempts;
  fields.integer("maxAttempts", attempts, {1, kAttemptsMax});
  out.max_attempts = static_cast<std::uint32_t>(attempts);
  if (const auto backoff = fields.object("backoff")) {
    read_backoff(*backoff, "retry.backoff.", out, errors);
  }
  fields.finish();
}

void read_rate(const JsonValue& value, scheduler::PutDefinition& out, FieldErrors& errors) {
  FieldReader fields(value, "rateLimit.", errors);
  std::int64_t count = 0;
  if (!fields.find("count", JsonValue::Kind::kNumber, "a whole number", Need::kRequired) ||
      !fields.find("per", JsonValue::Kind::kString, "a duration as text, e.g. \"1m\"",
                   Need::kRequired)) {
    fields.finish();
    return;
  }
  fields.integer("count", count, {1, kConcurrencyMax});
  fields.duration("per", out.rate_per, {kShortest, hours(24)});
  fields.finish();
  out.rate_count = static_cast<std::uint32_t>(count);
}

}  // namespace

scheduler::PutDefinition read_definition(const JsonValue& value, const std::string& id,
                                         FieldErrors& errors) {
  scheduler::PutDefinition out;
  out.definition = id;
  FieldReader fields(value, "", errors);
  if (value.kind() != JsonValue::Kind::kObject) {
    return out;
  }
  std::string named = id;
  fields.resource_id("jobDefinitionId", named);
  if (named != id) {
    errors.add("is not the id in the path", "jobDefinitionId");
  }
  fields.component_id("componentId", out.component, Need::kRequired);
  fields.text("displayName", out.display_name, kDisplayNameBytesMax);
  if (const auto retry = fields.object("retry")) {
    read_retry(*retry, out.retry, errors);
  }
  fields.duration("timeout", out.timeout, {kShortest, Duration{kTimeoutMaxUs}});
  fields.duration("leaseDuration", out.lease, {Duration{kLeaseMinUs}, Duration{kLeaseMaxUs}});
  std::int64_t concurrency = 0;
  fields.integer("concurrency", concurrency, {1, kConcurrencyMax});
  out.concurrency = static_cast<std::uint32_t>(concurrency);
  if (const auto rate = fields.object("rateLimit")) {
    read_rate(*rate, out, errors);
  }
  std::int64_t priority = 0;
  fields.integer("priority", priority, {kPriorityMin, kPriorityMax});
  out.priority = static_cast<std::int32_t>(priority);
  fields.duration("retention", out.retention, {Duration{0}, Duration{kRetentionMaxUs}});
  fields.boolean("paused", out.paused);
  fields.finish();
  return out;
}

void write_definition_members(JsonWriter& json, const projections::DefinitionRow& row) {
  json.member("jobDefinitionId", row.definition);
  json.member("componentId", row.component);
  json.member_or_null("displayName", !row.display_name.empty(), row.display_name);
  json.key("retry");
  json.begin_object();
  json.member("maxAttempts", row.retry.max_attempts);
  json.key("backoff");
  json.begin_object();
  json.member("initial", row.retry.initial);
  json.member("factor", row.retry.factor_milli / 1000.0);
  json.member("max", row.retry.max);
  json.member("jitter", row.retry.jitter_milli / 1000.0);
  json.end_object();
  json.end_object();
  json.member_or_null("timeout", row.timeout.value != 0, row.timeout);
  json.member_or_null("leaseDuration", row.lease.value != 0, row.lease);
  json.member_or_null("concurrency", row.concurrency != 0, row.concurrency);
  json.key("rateLimit");
  if (row.rate_count != 0) {
    json.begin_object();
    json.member("count", row.rate_count);
    json.member("per", row.rate_per);
    json.end_object();
  } else {
    json.null();
  }
  json.member("priority", row.priority);
  json.member("retention", row.retention);
  json.member("paused", row.paused);
  json.member_or_null("createdAt", row.created_at.value != 0, row.created_at);
  json.member("updatedAt", row.updated_at);
  json.member("updatedBy", row.updated_by);
}

projections::DefinitionRow definition_row(const events::Meta& meta,
                                          const events::DefinitionPut& event) {
  projections::DefinitionRow out;
  out.definition = event.definition;
  out.component = event.component;
  out.display_name = event.display_name;
  out.retry = event.retry;
  out.timeout = event.timeout;
  out.lease = event.lease;
  out.concurrency = event.concurrency;
  out.rate_count = event.rate_count;
  out.rate_per = event.rate_per;
  out.priority = event.priority;
  out.retention = event.retention;
  out.paused = event.paused;
  out.updated_at = meta.time;
  out.updated_by = meta.actor;
  out.seq = meta.seq;
  return out;
}

}  // namespace daybook::api
