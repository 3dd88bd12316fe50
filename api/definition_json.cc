#include "api/definition_json.h"

#include <algorithm>
#include <string_view>
#include <vector>

#include "api/on_failure_json.h"
#include "base/limits/definitions.h"
#include "base/limits/resources.h"
#include "scheduler/definition_rules.h"

namespace daybook::api {
namespace {

constexpr Duration kShortest{1000};  // a millisecond: shorter delays mean nothing
constexpr double kFactorMax = 1000;

using Named = scheduler::PatchDefinition::Named;

// Reads the members of a definition, and which of them stand there.
class DefinitionReader {
 public:
  DefinitionReader(const JsonValue& value, FieldErrors& errors)
      : value_(value), errors_(errors), fields_(value, "", errors) {}

  scheduler::PutDefinition out;
  Named named;

  // whole: a PUT, which says everything; else a change.
  void read(const std::string& id, bool whole) {
    out.definition = id;
    whole_ = whole;
    if (value_.kind() != JsonValue::Kind::kObject) {
      return;
    }
    fields_.path_id(IdKind::kDefinition, "jobDefinitionId", id);
    named.component = fields_.names("componentId");
    fields_.id(IdKind::kComponent, "componentId", out.component,
               whole || named.component ? Need::kRequired : Need::kOptional);
    named.display_name = fields_.names("displayName");
    fields_.line("displayName", out.display_name, kDisplayNameBytesMax);
    read_retry();
    read_times();
    read_limits();
    named.paused = fields_.names("paused");
    fields_.boolean("paused", out.paused);
    named.on_failure = fields_.names("onFailure");
    if (const auto list = fields_.find("onFailure", JsonValue::Kind::kArray, "a list of effects")) {
      out.on_failure = read_on_failure(*list, errors_);
    }
    if (whole) {
      check_whole();
    }
  }

  FieldReader& fields() { return fields_; }

 private:
  void read_retry() {
    if (const auto retry = fields_.object("retry")) {
      FieldReader fields(*retry, "retry.", errors_);
      named.max_attempts = fields.names("maxAttempts");
      std::int64_t attempts = out.retry.max_attempts;
      fields.integer("maxAttempts", attempts, {1, kAttemptsMax});
      out.retry.max_attempts = static_cast<std::uint32_t>(attempts);
      if (const auto backoff = fields.object("backoff")) {
        read_backoff(*backoff);
      } else {
        name_backoff(fields.names("backoff"));
      }
      fields.finish();
    } else if (fields_.names("retry")) {
      named.max_attempts = true;
      name_backoff(true);
    }
  }

  void name_backoff(bool whole) {
    named.backoff_initial = named.backoff_factor = whole;
    named.backoff_max = named.backoff_jitter = whole;
  }

  void read_backoff(const JsonValue& value) {
    FieldErrors own;
    FieldReader fields(value, "retry.backoff.", own);
    events::RetryPolicy& retry = out.retry;
    named.backoff_initial = fields.names("initial");
    fields.duration("initial", retry.initial, {Duration{0}, Duration{kBackoffMaxUs}});
    named.backoff_factor = fields.names("factor");
    fields.thousandths("factor", retry.factor_milli, {1, kFactorMax});
    named.backoff_max = fields.names("max");
    // A longest delay that nobody named follows a first one that is longer.
    retry.max = std::max(retry.max, retry.initial);
    fields.duration("max", retry.max, {Duration{0}, Duration{kBackoffMaxUs}});
    named.backoff_jitter = fields.names("jitter");
    fields.thousandths("jitter", retry.jitter_milli, {0, 1});
    fields.finish();
    join(own, "retry.backoff.");
  }

  void read_times() {
    named.timeout = fields_.names("timeout");
    fields_.duration("timeout", out.timeout, {kShortest, Duration{kTimeoutMaxUs}});
    named.lease = fields_.names("leaseDuration");
    fields_.duration("leaseDuration", out.lease, {Duration{kLeaseMinUs}, Duration{kLeaseMaxUs}});
    named.retention = fields_.names("retention");
    fields_.duration("retention", out.retention, {Duration{0}, Duration{kRetentionMaxUs}});
  }

  void read_limits() {
    named.concurrency = fields_.names("concurrency");
    std::int64_t concurrency = 0;
    fields_.integer("concurrency", concurrency, {1, kConcurrencyMax});
    out.concurrency = static_cast<std::uint32_t>(concurrency);
    named.priority = fields_.names("priority");
    std::int64_t priority = 0;
    fields_.integer("priority", priority, {kPriorityMin, kPriorityMax});
    out.priority = static_cast<std::int32_t>(priority);
    if (const auto rate = fields_.object("rateLimit")) {
      read_rate(*rate);
    } else {
      named.rate_count = named.rate_per = fields_.names("rateLimit");
    }
  }

  // A change may name one of the two.
  void read_rate(const JsonValue& value) {
    FieldErrors own;
    FieldReader fields(value, "rateLimit.", own);
    named.rate_count = fields.names("count");
    std::int64_t count = 0;
    fields.integer("count", count, {1, kConcurrencyMax});
    out.rate_count = static_cast<std::uint32_t>(count);
    named.rate_per = fields.names("per");
    fields.duration("per", out.rate_per, {kShortest, hours(24)});
    fields.finish();
    if (whole_ && own.empty() && count == 0 && out.rate_per.value == 0) {
      own.add("is required", fields.path_of("count"));
      own.add("is required", fields.path_of("per"));
    }
    join(own, "rateLimit.");
  }

  // Takes the faults of one object over; they are the reason for what it lacks then.
  void join(FieldErrors& own, std::string_view object) {
    if (!own.empty()) {
      faulty_.push_back(object);
    }
    for (Error& error : own.take()) {
      errors_.add(std::move(error));
    }
  }

  void check_whole() {
    for (Error& fault : scheduler::check_together(out)) {
      const bool follows =
          std::any_of(faulty_.begin(), faulty_.end(),
                      [&](std::string_view object) { return fault.field.starts_with(object); });
      if (!follows) {
        errors_.add(std::move(fault));
      }
    }
  }

  const JsonValue value_;
  FieldErrors& errors_;
  FieldReader fields_;
  bool whole_ = true;
  std::vector<std::string_view> faulty_;  // objects, e.g. "rateLimit."
};

}  // namespace

scheduler::PutDefinition read_definition(const JsonValue& value, const std::string& id,
                                         FieldErrors& errors) {
  DefinitionReader reader(value, errors);
  reader.read(id, true);
  reader.fields().pass_over_answered({"jobs"});
  reader.fields().finish();
  return std::move(reader.out);
}

scheduler::PatchDefinition read_definition_patch(const JsonValue& value, const std::string& id,
                                                 FieldErrors& errors) {
  DefinitionReader reader(value, errors);
  reader.read(id, false);
  reader.fields().finish();
  return {std::move(reader.out), reader.named};
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
  json.raw_member("onFailure", row.on_failure.empty() ? std::string_view("[]") : row.on_failure);
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
  out.on_failure = event.on_failure.text;
  out.updated_at = meta.time;
  out.updated_by = meta.actor;
  out.seq = meta.seq;
  return out;
}

}  // namespace daybook::api
