// GET /resources/jobs/statistics: an array of buckets.
#include "api/handlers.h"
#include "base/json_writer.h"

namespace daybook::api {
namespace {

using Wanted = projections::Views::StatisticsQuery;

Result<Wanted> read_query(const Call& call) {
  Wanted out;
  const Micros now = call.engine().clock.wall();
  DAYBOOK_ASSIGN(const auto to, call.query.time("to"));
  DAYBOOK_ASSIGN(const auto from, call.query.time("from"));
  out.to = to.value_or(now + Duration{1});
  out.from = from.value_or(Micros{out.to.value - hours(24).value});
  if (out.from > out.to) {
    return fail(Code::kInvalid, "INVALID_FIELD", "must not be after to", "from");
  }
  if (const auto id = call.query.find("jobDefinitionId")) {
    DAYBOOK_TRY(check_resource_id(*id, "jobDefinitionId"));
    out.definition = *id;
  }
  const auto resolution = call.query.find("resolution").value_or("minute");
  if (resolution == "hour") {
    out.resolution = hours(1);
  } else if (resolution == "day") {
    out.resolution = hours(24);
  } else if (resolution != "minute") {
    return fail(Code::kInvalid, "INVALID_FIELD", "must be minute, hour or day", "resolution");
  }
  return out;
}

void write_number(JsonWriter& json, std::string_view name, const std::optional<double>& value) {
  json.member_or_null(name, value.has_value(), value.value_or(0));
}

void write_row(JsonWriter& json, const projections::StatisticsRow& row) {
  json.begin_object();
  json.member("jobDefinitionId", row.definition);
  json.member("bucketTime", row.bucket);
  json.member("scheduled", row.scheduled);
  json.member("successful", row.successful);
  json.member("failed", row.failed);
  json.member("cancelled", row.cancelled);
  write_number(json, "minExecution", row.min_execution);
  write_number(json, "maxExecution", row.max_execution);
  write_number(json, "avgExecution", row.avg_execution);
  write_number(json, "p50Execution", row.p50_execution);
  write_number(json, "p95Execution", row.p95_execution);
  write_number(json, "p99Execution", row.p99_execution);
  write_number(json, "p50Latency", row.p50_latency);
  write_number(json, "p95Latency", row.p95_latency);
  write_number(json, "p99Latency", row.p99_latency);
  json.member("cacheQueueDepth", row.due_depth);
  json.member("totalQueueDepth", row.pending_depth);
  json.end_object();
}

}  // namespace

Answer<Response> statistics(const Call& call) {
  DAYBOOK_ASSIGN(const Wanted wanted, read_query(call));
  const auto& views = call.engine().views;
  // The answer is a bare array, as in the original, so what it reflects stands in a header; read
  // before the rows, it is a lower bound.
  const Seq as_of = views.applied();
  DAYBOOK_ASSIGN(const auto rows, views.statistics(wanted));
  Response out;
  JsonWriter json(out.body);
  json.begin_array();
  for (const auto& row : rows) {
    write_row(json, row);
  }
  json.end_array();
  out.add("Daybook-As-Of-Seq", std::to_string(as_of.value));
  return out;
}

}  // namespace daybook::api
