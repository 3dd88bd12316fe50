// GET /resources/jobs, GET /resources/jobs/{jobId}, GET /resources/jobs/{jobId}/events.
#include <map>
#include <utility>

#include "api/facts.h"
#include "api/handlers.h"
#include "api/job_json.h"
#include "api/page_json.h"
#include "base/limits/resources.h"
#include "dispatch/failure.h"

namespace daybook::api {
namespace {

// What a row of the list has.
constexpr std::string_view kJobFields[] = {
    "jobId",     "jobDefinitionId", "componentId",     "status",    "parameters",  "runAt",
    "createdAt", "startedAt",       "finishedAt",      "attempt",   "maxAttempts", "result",
    "output",    "error",           "warnings",        "createdBy", "parentJobId", "tags",
    "priority",  "uniqueKey",       "cancelRequested", "seq"};

using projections::JobFilter;
using projections::JobOrder;

// maxAttempts of the definitions that a page names, each looked up once.
class AttemptLimits {
 public:
  explicit AttemptLimits(const projections::Views& views) : views_(views) {}

  Result<std::optional<std::uint32_t>> of(const std::string& definition) {
    const auto known = known_.find(definition);
    if (known != known_.end()) {
      return known->second;
    }
    DAYBOOK_ASSIGN(const auto row, views_.definition(definition));
    std::optional<std::uint32_t> limit;
    if (row) {
      limit = row->retry.max_attempts;
    }
    known_.emplace(definition, limit);
    return limit;
  }

 private:
  const projections::Views& views_;
  std::map<std::string, std::optional<std::uint32_t>> known_;
};

Result<JobOrder> read_order(std::string_view name) {
  if (name == "-createdAt") {
    return JobOrder::kNewestFirst;
  }
  if (name == "createdAt") {
    return JobOrder::kOldestFirst;
  }
  if (name == "runAt") {
    return JobOrder::kRunAtFirst;
  }
  if (name == "-runAt") {
    return JobOrder::kRunAtLast;
  }
  if (name == "finishedAt") {
    return JobOrder::kFinishedFirst;
  }
  if (name == "-finishedAt") {
    return JobOrder::kFinishedLast;
  }
  return fail(Code::kInvalid, "INVALID_FIELD",
              "must be createdAt, runAt or finishedAt, with - before it for the last one first",
              "order");
}

Result<JobFilter> read_job_filter(const Query& query) {
  JobFilter out;
  if (const auto id = query.find("jobDefinitionId")) {
    DAYBOOK_TRY(check_id(IdKind::kDefinition, *id, "jobDefinitionId"));
    out.definition = *id;
  }
  DAYBOOK_ASSIGN(const auto statuses, query.list("status"));
  for (const std::string& name : statuses) {
    const auto status = projections::parse_status(name);
    if (!status) {
      return fail(Code::kInvalid, "INVALID_FIELD",
                  "must be pending, running, completed, failed or cancelled, or several of them "
                  "with commas",
                  "status");
    }
    out.status.add(*status);
  }
  if (const auto tag = query.find("tag")) {
    if (tag->empty() || tag->size() > kTagBytesMax) {
      return fail(Code::kInvalid, "INVALID_FIELD", "must have 1 to 64 bytes", "tag");
    }
    out.tag = *tag;
  }
  if (const auto code = query.find("errorCode")) {
    if (!dispatch::is_error_code(*code)) {
      return fail(Code::kInvalid, "INVALID_FIELD",
                  "must be a code as a job shows it: 1 to 128 letters, digits, '.', '_' and '-'",
                  "errorCode");
    }
    out.error_code = *code;
  }
  if (const auto parent = query.find("parentJobId")) {
    DAYBOOK_ASSIGN(out.parent, JobId::parse(*parent, "parentJobId"));
  }
  DAYBOOK_ASSIGN(out.created_after, query.time("createdAfter"));
  DAYBOOK_ASSIGN(out.created_before, query.time("createdBefore"));
  DAYBOOK_ASSIGN(out.run_after, query.time("runAfter"));
  DAYBOOK_ASSIGN(out.run_before, query.time("runBefore"));
  DAYBOOK_ASSIGN(out.finished_after, query.time("finishedAfter"));
  DAYBOOK_ASSIGN(out.finished_before, query.time("finishedBefore"));
  if (const auto order = query.find("order")) {
    DAYBOOK_ASSIGN(out.order, read_order(*order));
  }
  return out;
}

Status write_job(JsonWriter& json, const projections::JobRow& job, AttemptLimits& limits) {
  DAYBOOK_ASSIGN(const auto max_attempts, limits.of(job.definition));
  json.begin_object();
  write_job_members(json, job, max_attempts);
  json.member("seq", job.seq);
  json.end_object();
  return {};
}

}  // namespace

Answer<Response> get_job(const Call& call) {
  DAYBOOK_ASSIGN(const JobId id, JobId::parse(call.id, "jobId"));
  const auto& views = call.engine().views;
  DAYBOOK_ASSIGN(const auto job, views.job(id));
  if (!job || !may_read(call, access::Noun::kJobs, job->definition)) {
    return refuse(Code::kNotFound, "NOT_FOUND", "there is no job " + id.text());
  }
  Response out;
  JsonWriter json(out.body);
  AttemptLimits limits(views);
  DAYBOOK_TRY(write_job(json, *job, limits));
  return out;
}

Answer<Response> list_jobs(const Call& call) {
  const auto& views = call.engine().views;
  DAYBOOK_ASSIGN(JobFilter filter, read_job_filter(call.query));
  filter.visible = visible_to(call, access::Noun::kJobs);
  DAYBOOK_ASSIGN(const auto request, call.query.page());
  DAYBOOK_ASSIGN(const auto fields, call.query.fields(kJobFields));
  DAYBOOK_ASSIGN(const auto page, views.jobs(filter, request));
  Response out;
  JsonWriter json(out.body);
  AttemptLimits limits(views);
  json.begin_object();
  json.key("jobs");
  json.begin_array();
  json.keep_members(fields);
  for (const auto& job : page.rows) {
    DAYBOOK_TRY(write_job(json, job, limits));
  }
  json.end_array();
  end_page(json, page);
  return out;
}

namespace {

// A job that has left the list is known by the event that created it, as long as the log has that.
Answer<bool> check_job_is_seen(const Call& call, JobId id) {
  if (!visible_to(call, access::Noun::kJobs)) {
    return true;
  }
  DAYBOOK_ASSIGN(const auto row, call.engine().views.job(id));
  std::string definition = row ? row->definition : std::string();
  if (!row) {
    const auto facts = Facts::read(call.engine().log, id.key(), id.key());
    const auto* created = facts ? facts->find<events::JobCreated>() : nullptr;
    definition = created != nullptr && created->job == id ? created->definition : events::Text();
  }
  if (definition.empty() || !may_read(call, access::Noun::kJobs, definition)) {
    return refuse(Code::kNotFound, "NOT_FOUND", "no event of a job " + id.text() + " is known");
  }
  return true;
}

}  // namespace

Answer<Response> job_events(const Call& call) {
  DAYBOOK_ASSIGN(const JobId id, JobId::parse(call.id, "jobId"));
  DAYBOOK_TRY(check_job_is_seen(call, id));
  DAYBOOK_ASSIGN(const auto request, call.query.page());
  DAYBOOK_ASSIGN(const auto page, call.engine().views.history(id, request));
  if (page.rows.empty() && request.after.empty() && request.before.empty()) {
    return refuse(Code::kNotFound, "NOT_FOUND", "no event of a job " + id.text() + " is known");
  }
  Response out;
  JsonWriter json(out.body);
  json.begin_object();
  json.key("events");
  json.begin_array();
  for (const auto& row : page.rows) {
    json.raw(row.json);
  }
  json.end_array();
  json.member("logFirstSeq", call.engine().log.first());
  end_page(json, page);
  return out;
}

}  // namespace daybook::api
