// GET /resources/jobs/statistics: an array of buckets, or with `limit` or `after` a page of them.
#include "api/handlers.h"
#include "api/page_json.h"
#include "base/json_writer.h"
#include "base/limits/views.h"
#include "base/time_text.h"

namespace daybook::api {
namespace {

using Wanted = projections::Views::StatisticsQuery;

Status read_whose(const Call& call, Wanted& out) {
  const auto id = call.query.find("jobDefinitionId");
  if (id) {
    DAYBOOK_TRY(check_id(IdKind::kDefinition, *id, "jobDefinitionId"));
    out.of = Wanted::Of::kOne;
    out.definition = *id;
  }
  const auto group = call.query.find("groupBy").value_or("jobDefinitionId");
  if (group != "jobDefinitionId" && group != "none") {
    return fail(Code::kInvalid, "INVALID_FIELD", "must be jobDefinitionId or none", "groupBy");
  }
  if (group == "none" && id) {
    return fail(Code::kInvalid, "INVALID_FIELD", "the totals are those of all definitions",
                "groupBy");
  }
  if (group == "none") {
    out.of = Wanted::Of::kAll;
  }
  return {};
}

Result<Wanted> read_query(const Call& call) {
  Wanted out;
  DAYBOOK_ASSIGN(out.to, call.query.time("to"));
  DAYBOOK_ASSIGN(out.from, call.query.time("from"));
  out.now = call.engine().clock.wall();
  DAYBOOK_TRY(read_whose(call, out));
  out.visible = visible_to(call, access::Noun::kJobs);
  // A definition is answered whole, as long as it can be; of each a page.
  const bool each = out.of == Wanted::Of::kEach;
  DAYBOOK_ASSIGN(out.rows_max,
                 call.query.number("limit", each ? kStatisticsPageRows : kStatisticsRowsMax, 1,
                                   kStatisticsRowsMax));
  out.after = call.query.find("after").value_or("");
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
  json.member_or_null("jobDefinitionId", !row.definition.empty(), row.definition);
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
  DAYBOOK_ASSIGN(const auto page, call.engine().views.statistics(wanted));
  Response out;
  JsonWriter json(out.body);
  const bool framed = call.query.find("limit") || call.query.find("after");
  if (framed) {
    json.begin_object();
    json.key("statistics");
  }
  json.begin_array();
  for (const auto& row : page.rows) {
    write_row(json, row);
  }
  json.end_array();
  if (framed) {
    json.member("from", page.from);
    json.member("atEnd", !page.more);
    end_page(json, page);
  }
  // A bare array, as in the original, says the same in headers.
  out.add("Daybook-As-Of-Seq", std::to_string(page.as_of.value));
  out.add("Daybook-From", format_time(page.from));
  if (page.more) {
    out.add("Daybook-Next-Cursor", page.last_cursor);
  }
  return out;
}

}  // namespace daybook::api
