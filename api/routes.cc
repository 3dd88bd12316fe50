// The table of all routes. Literal paths stand before patterns that would also fit them. Every line
// is described in api/openapi.json, which a test compares.
#include "api/handlers.h"
#include "api/router.h"
#include "base/limits/http_work.h"

namespace daybook::api {
namespace {

using Names = std::vector<std::string_view>;

const Names kNoQuery{};
const Names kPage{"limit", "after", "before"};
const Names kList{"limit", "after", "before", "fields"};

Route with_body_of(std::size_t bytes_max, Route route) {
  route.body_max = bytes_max;
  return route;
}

Route overlapping(Overlap overlap, Route route) {
  route.overlap = overlap;
  return route;
}

Route instant(std::string_view pattern, Reader reader) {
  return overlapping(Overlap::kInstant, {Method::kGet, pattern, RouteKind::kInstant, reader,
                                         nullptr, kNoQuery, false});
}
Route direct(std::string_view pattern, Reader reader, Names names = kNoQuery) {
  return overlapping(Overlap::kReads, {Method::kGet, pattern, RouteKind::kDirect, reader, nullptr,
                                       std::move(names), false});
}
Route query(std::string_view pattern, Reader reader, Names names = kNoQuery) {
  return overlapping(Overlap::kReads, {Method::kGet, pattern, RouteKind::kQuery, reader, nullptr,
                                       std::move(names), false});
}
Route async(Method method, std::string_view pattern, Starter starter, bool body) {
  return {method, pattern, RouteKind::kAsync, nullptr, starter, kNoQuery, body};
}

Route health(std::string_view pattern, Reader reader) {
  return overlapping(Overlap::kReads,
                     {Method::kGet, pattern, RouteKind::kHealth, reader, nullptr, kNoQuery, false});
}
Route compile(std::string_view pattern, Starter starter) {
  return with_body_of(kHttpComponentBodyBytesMax, {Method::kPut, pattern, RouteKind::kCompile,
                                                   nullptr, starter, kNoQuery, true});
}

Route maybe_with_body(Route route) {
  route.body_may_lack = true;
  return route;
}

std::vector<Route> definition_routes() {
  return {
      query("/resources/job-definitions", list_definitions, kList),
      query("/resources/job-definitions/{jobDefinitionId...}", get_definition),
      async(Method::kPut, "/resources/job-definitions/{jobDefinitionId...}", put_definition, true),
      async(Method::kPatch, "/resources/job-definitions/{jobDefinitionId...}", patch_definition,
            true),
      async(Method::kDelete, "/resources/job-definitions/{jobDefinitionId...}", delete_definition,
            false),
  };
}

std::vector<Route> worker_routes() {
  return {
      direct("/resources/workers", list_workers, kPage),
      {Method::kGet, "/resources/workers/connect", RouteKind::kInstant, connect_worker, nullptr,
       kNoQuery, false},
      with_body_of(kHttpSmallBodyBytesMax,
                   async(Method::kPost, "/resources/workers/lease", lease_jobs, true)),
      overlapping(Overlap::kWrites,
                  async(Method::kPost, "/resources/workers/complete", complete_attempts, true)),
      overlapping(
          Overlap::kWrites,
          with_body_of(kHttpSmallBodyBytesMax,
                       async(Method::kPost, "/resources/workers/heartbeat", heartbeat, true))),
  };
}

std::vector<Route> rule_routes() {
  return {
      query("/resources/rules", list_rules, kList),
      query("/resources/rules/{ruleId...}", get_rule),
      with_body_of(kHttpComponentBodyBytesMax,
                   async(Method::kPut, "/resources/rules/{ruleId...}", put_rule, true)),
      async(Method::kDelete, "/resources/rules/{ruleId...}", delete_rule, false),
  };
}

std::vector<Route> make_table() {
  const Names job_list{"jobDefinitionId", "status",        "tag",      "errorCode", "parentJobId",
                       "createdAfter",    "createdBefore", "runAfter", "runBefore", "finishedAfter",
                       "finishedBefore",  "order",         "limit",    "after",     "before",
                       "fields"};
  const Names event_list{"limit",       "after", "before",    "order", "jobId", "jobDefinitionId",
                         "componentId", "actor", "requestId", "type",  "from",  "to",
                         "format"};
  std::vector<Route> out = definition_routes();
  const std::vector<Route> others{
      query("/resources/jobs", list_jobs, job_list),
      overlapping(Overlap::kWrites, async(Method::kPost, "/resources/jobs", create_jobs, true)),
      query("/resources/jobs/statistics", statistics,
            {"from", "to", "jobDefinitionId", "resolution", "groupBy", "limit", "after"}),
      query("/resources/jobs/{jobId}", get_job),
      {Method::kDelete, "/resources/jobs/{jobId}", RouteKind::kAsync, nullptr, delete_job,
       Names{"remove"}, false},
      maybe_with_body(async(Method::kPost, "/resources/jobs/{jobId}/cancel", cancel_job, true)),
      async(Method::kPost, "/resources/jobs/{jobId}/retry", retry_job, false),
      query("/resources/jobs/{jobId}/events", job_events, kPage),

      query("/resources/components", list_components, kList),
      {Method::kPost, "/resources/components/{componentId...}/check", RouteKind::kCheck,
       check_component, nullptr, kNoQuery, true},
      query("/resources/components/{componentId...}", get_component),
      compile("/resources/components/{componentId...}", put_component),
      async(Method::kDelete, "/resources/components/{componentId...}", delete_component, false),

      query("/resources/sendings", list_sendings,
            {"status", "category", "transport", "recipient", "jobId", "limit", "after", "before",
             "fields"}),
      async(Method::kPost, "/resources/sendings/email", create_email, true),
      query("/resources/sendings/{sendingId}", get_sending),
      async(Method::kDelete, "/resources/sendings/{sendingId}", delete_sending, false),

      query("/resources/events", list_events, event_list),
      {Method::kPost, "/resources/graph", RouteKind::kGraph, ask_graph, nullptr, kNoQuery, true},
      instant("/resources/graph/meta", graph_meta),

      instant("/resources/clock", get_clock),
      {Method::kPost, "/resources/clock", RouteKind::kInstant, move_clock, nullptr, kNoQuery, true},

      direct("/resources/log/head", log_head, {"minSeq"}),
      direct("/resources/log/verify", log_verify, {"seq", "hash", "minSeq"}),

      direct("/resources/projections", list_projections),
      {Method::kPost, "/resources/projections/{name}/rebuild", RouteKind::kLong, rebuild_projection,
       nullptr, kNoQuery, false},

      instant("/health/live", health_live),
      health("/health/ready", health_ready),
      health("/metrics", metrics),
      instant("/version", version),
      instant("/openapi.json", openapi),
  };
  const std::vector<Route> rules = rule_routes();
  out.insert(out.end(), rules.begin(), rules.end());
  out.insert(out.end(), others.begin(), others.end());
  const std::vector<Route> workers = worker_routes();
  out.insert(out.end(), workers.begin(), workers.end());
  return out;
}

}  // namespace

std::span<const Route> routes() {
  static const std::vector<Route> kTable = make_table();
  return kTable;
}

}  // namespace daybook::api
