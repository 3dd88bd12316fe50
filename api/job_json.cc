#include "api/job_json.h"

#include <algorithm>

#include "api/texts_json.h"
#include "base/limits/definitions.h"
#include "base/limits/resources.h"

namespace daybook::api {

scheduler::NewJob read_job(const JsonValue& value, std::string path, Micros now,
                           FieldErrors& errors) {
  scheduler::NewJob out;
  FieldReader fields(value, std::move(path), errors);
  if (value.kind() != JsonValue::Kind::kObject) {
    return out;
  }
  fields.id(IdKind::kDefinition, "jobDefinitionId", out.definition, Need::kRequired);
  fields.object_text("parameters", out.parameters, kParametersBytesMax);
  fields.time("runAt", out.run_at);
  if (out.run_at && *out.run_at > now && (*out.run_at - now).value > kRunAtAheadMaxUs) {
    errors.add("is more than ten years ahead", fields.path_of("runAt"));
  }
  if (fields.find("priority", JsonValue::Kind::kNumber, "a whole number")) {
    std::int64_t priority = 0;
    fields.integer("priority", priority, {kPriorityMin, kPriorityMax});
    out.priority = static_cast<std::int32_t>(priority);
  }
  fields.texts("tags", out.tags, kTagsMax, kTagBytesMax);
  fields.line("uniqueKey", out.unique_key, kUniqueKeyBytesMax);
  fields.finish();
  return out;
}

namespace {

void write_warnings(JsonWriter& json, const projections::JobRow& job) {
  json.key("warnings");
  json.begin_array();
  if (!job.cut.empty()) {
    json.begin_object();
    json.member("code", "ROWS_CUT");
    json.member("message",
                "its queries got the first 100 rows of these, and there were more; "
                "docs/reactor-language.md, Queries, says how a program goes on");
    json.raw_member("of", job.cut);
    json.end_object();
  }
  json.end_array();
}

}  // namespace

void write_job_members(JsonWriter& json, const projections::JobRow& job,
                       std::optional<std::uint32_t> max_attempts) {
  json.member("jobId", job.job);
  json.member("jobDefinitionId", job.definition);
  json.member_or_null("componentId", !job.component.empty(), job.component);
  json.member("status", projections::status_name(job.status));
  json.raw_member("parameters", job.parameters.empty() ? std::string_view("{}") : job.parameters);
  json.member("runAt", job.run_at);
  json.member("createdAt", job.created_at);
  json.member_or_null("startedAt", job.started_at.value != 0, job.started_at);
  json.member_or_null("finishedAt", job.finished_at.value != 0, job.finished_at);
  json.member("attempt", job.attempt.value);
  json.member_or_null("maxAttempts", max_attempts.has_value(), max_attempts.value_or(0));
  json.raw_member("result", job.result.empty() ? std::string_view("null") : job.result);
  json.raw_member("output", job.output.empty() ? std::string_view("null") : job.output);
  json.key("error");
  if (job.error) {
    json.begin_object();
    json.member("code", job.error->code);
    json.member("message", job.error->message);
    json.raw_member("details",
                    job.error->details.empty() ? std::string_view("null") : job.error->details);
    json.end_object();
  } else {
    json.null();
  }
  write_warnings(json, job);
  json.member("createdBy", job.created_by);
  json.member_or_null("parentJobId", !job.parent.is_null(), job.parent);
  write_texts(json, "tags", job.tags);
  json.member("priority", job.priority);
  json.member_or_null("uniqueKey", !job.unique_key.empty(), job.unique_key);
  json.member("cancelRequested", job.cancel_requested);
}

projections::JobRow created_row(const events::Meta& meta, const events::JobCreated& event) {
  projections::JobRow out;
  out.job = event.job;
  out.definition = event.definition;
  out.parameters = event.parameters.text;
  out.run_at = event.run_at;
  out.created_at = meta.time;
  out.created_by = meta.actor;
  out.parent = event.parent;
  out.tags.assign(event.tags.begin(), event.tags.end());
  out.unique_key = event.unique_key;
  out.priority = event.priority;
  out.seq = meta.seq;
  return out;
}

std::string created_json(const projections::JobRow& job, Seq seq, std::string_view hash) {
  std::string out;
  out.reserve(640 + job.parameters.size());
  JsonWriter json(out);
  json.begin_object();
  write_job_members(json, job, std::nullopt);
  json.member("seq", seq);
  json.member("hash", hash);
  json.end_object();
  return out;
}

}  // namespace daybook::api
