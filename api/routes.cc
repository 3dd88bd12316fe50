// The table of all routes. Literal paths stand before patterns that would also fit them. Every line
// is described in api/openapi.json, which a test compares.
#include "api/handlers.h"
#include "api/router.h"
#include "base/limits/http_work.h"

namespace daybook::api {
namespace {

using Names = std::vector<std::string_view>;
using access::Noun;
using access::Verb;

constexpr Needs all(Noun noun, Verb verb) {
  return {Needs::Of::kAll, noun, verb};
}
constexpr Needs named(Noun noun, Verb verb) {
  return {Needs::Of::kNamed, noun, verb};
}
constexpr Needs some(Noun noun, Verb verb) {
  return {Needs::Of::kSome, noun, verb};
}

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

Route instant(std::string_view pattern, Needs needs, Reader reader) {
  return overlapping(Overlap::kInstant, {Method::kGet, pattern, needs, RouteKind::kInstant, reader,
                                         nullptr, kNoQuery, false});
}
Route direct(std::string_view pattern, Needs needs, Reader reader, Names names = kNoQuery) {
  return overlapping(Overlap::kReads, {Method::kGet, pattern, needs, RouteKind::kDirect, reader,
                                       nullptr, std::move(names), false});
}
Route query(std::string_view pattern, Needs needs, Reader reader, Names names = kNoQuery) {
  return overlapping(Overlap::kReads, {Method::kGet, pattern, needs, RouteKind::kQuery, reader,
                                       nullptr, std::move(names), false});
}
Route async(Method method, std::string_view pattern, Needs needs, Starter starter, bool body) {
  return {method, pattern, needs, RouteKind::kAsync, nullptr, starter, kNoQuery, body};
}

Route health(std::string_view pattern, Needs needs, Reader reader) {
  return overlapping(Overlap::kReads, {Method::kGet, pattern, needs, RouteKind::kHealth, reader,
                                       nullptr, kNoQuery, false});
}
Route compile(std::string_view pattern, Needs needs, Starter starter) {
  return with_body_of(
      kHttpComponentBodyBytesMax,
      {Method::kPut, pattern, needs, RouteKind::kCompile, nullptr, starter, kNoQuery, true});
}

Route maybe_with_body(Route route) {
  route.body_may_lack = true;
  return route;
}

std::vector<Route> definition_routes() {
  return {
      query("/resources/job-definitions", some(Noun::kDefinitions, Verb::kRead), list_definitions,
            kList),
      query("/resources/job-definitions/{jobDefinitionId...}",
            named(Noun::kDefinitions, Verb::kRead), get_definition),
      async(Method::kPut, "/resources/job-definitions/{jobDefinitionId...}",
            named(Noun::kDefinitions, Verb::kWrite), put_definition, true),
      async(Method::kPatch, "/resources/job-definitions/{jobDefinitionId...}",
            named(Noun::kDefinitions, Verb::kWrite), patch_definition, true),
      async(Method::kDelete, "/resources/job-definitions/{jobDefinitionId...}",
            named(Noun::kDefinitions, Verb::kWrite), delete_definition, false),
  };
}

std::vector<Route> worker_routes() {
  return {
      direct("/resources/workers", all(Noun::kWorkers, Verb::kRead), list_workers, kPage),
      {Method::kGet, "/resources/workers/connect", some(Noun::kWorkers, Verb::kLease),
       RouteKind::kInstant, connect_worker, nullptr, kNoQuery, false},
      with_body_of(kHttpSmallBodyBytesMax,
                   async(Method::kPost, "/resources/workers/lease",
                         some(Noun::kWorkers, Verb::kLease), lease_jobs, true)),
      overlapping(Overlap::kWrites,
                  async(Method::kPost, "/resources/workers/complete",
                        some(Noun::kWorkers, Verb::kLease), complete_attempts, true)),
      overlapping(Overlap::kWrites,
                  with_body_of(kHttpSmallBodyBytesMax,
                               async(Method::kPost, "/resources/workers/heartbeat",
                                     some(Noun::kWorkers, Verb::kLease), heartbeat, true))),
  };
}

std::vector<Route> rule_routes() {
  return {
      query("/resources/rules", some(Noun::kRules, Verb::kRead), list_rules, kList),
      query("/resources/rules/{ruleId...}", named(Noun::kRules, Verb::kRead), get_rule),
      with_body_of(kHttpComponentBodyBytesMax,
                   async(Method::kPut, "/resources/rules/{ruleId...}",
                         named(Noun::kRules, Verb::kWrite), put_rule, true)),
      async(Method::kDelete, "/resources/rules/{ruleId...}", named(Noun::kRules, Verb::kWrite),
            delete_rule, false),
  };
}

std::vector<Route> component_routes() {
  return {
      query("/resources/components", some(Noun::kComponents, Verb::kRead), list_components, kList),
      {Method::kPost, "/resources/components/{componentId...}/check",
       named(Noun::kComponents, Verb::kWrite), RouteKind::kCheck, check_component, nullptr,
       kNoQuery, true},
      query("/resources/components/{componentId...}", named(Noun::kComponents, Verb::kRead),
            get_component),
      compile("/resources/components/{componentId...}", named(Noun::kComponents, Verb::kWrite),
              put_component),
      async(Method::kDelete, "/resources/components/{componentId...}",
            named(Noun::kComponents, Verb::kWrite), delete_component, false),
  };
}

std::vector<Route> token_routes() {
  return {
      query("/resources/tokens", some(Noun::kTokens, Verb::kRead), list_tokens, kList),
      async(Method::kPost, "/resources/tokens", some(Noun::kTokens, Verb::kWrite), create_token,
            true),
      instant("/resources/tokens/self", Needs::token(), own_token),
      query("/resources/tokens/{tokenId}", Needs::token(), get_token),
      async(Method::kPost, "/resources/tokens/{tokenId}/rotate", Needs::token(), rotate_token,
            false),
      async(Method::kDelete, "/resources/tokens/{tokenId}", Needs::token(), revoke_token, false),
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
      query("/resources/jobs", some(Noun::kJobs, Verb::kRead), list_jobs, job_list),
      overlapping(Overlap::kWrites, async(Method::kPost, "/resources/jobs",
                                          some(Noun::kJobs, Verb::kWrite), create_jobs, true)),
      query("/resources/jobs/statistics", some(Noun::kJobs, Verb::kRead), statistics,
            {"from", "to", "jobDefinitionId", "resolution", "groupBy", "limit", "after"}),
      query("/resources/jobs/{jobId}", some(Noun::kJobs, Verb::kRead), get_job),
      {Method::kDelete, "/resources/jobs/{jobId}", some(Noun::kJobs, Verb::kWrite),
       RouteKind::kAsync, nullptr, delete_job, Names{"remove"}, false},
      maybe_with_body(async(Method::kPost, "/resources/jobs/{jobId}/cancel",
                            some(Noun::kJobs, Verb::kWrite), cancel_job, true)),
      async(Method::kPost, "/resources/jobs/{jobId}/retry", some(Noun::kJobs, Verb::kWrite),
            retry_job, false),
      query("/resources/jobs/{jobId}/events", some(Noun::kJobs, Verb::kRead), job_events, kPage),

      query("/resources/sendings", all(Noun::kSendings, Verb::kRead), list_sendings,
            {"status", "category", "transport", "recipient", "jobId", "limit", "after", "before",
             "fields"}),
      async(Method::kPost, "/resources/sendings/email", all(Noun::kSendings, Verb::kWrite),
            create_email, true),
      query("/resources/sendings/{sendingId}", all(Noun::kSendings, Verb::kRead), get_sending),
      async(Method::kDelete, "/resources/sendings/{sendingId}", all(Noun::kSendings, Verb::kWrite),
            delete_sending, false),

      query("/resources/events", some(Noun::kEvents, Verb::kRead), list_events, event_list),
      {Method::kPost, "/resources/graph", all(Noun::kGraph, Verb::kRead), RouteKind::kGraph,
       ask_graph, nullptr, kNoQuery, true},
      instant("/resources/graph/meta", all(Noun::kGraph, Verb::kRead), graph_meta),

      instant("/resources/clock", Needs::token(), get_clock),
      {Method::kPost, "/resources/clock", all(Noun::kSystem, Verb::kAdmin), RouteKind::kInstant,
       move_clock, nullptr, kNoQuery, true},

      direct("/resources/log/head", all(Noun::kEvents, Verb::kRead), log_head, {"minSeq"}),
      direct("/resources/log/verify", all(Noun::kEvents, Verb::kRead), log_verify,
             {"seq", "hash", "minSeq"}),

      direct("/resources/projections", all(Noun::kSystem, Verb::kRead), list_projections),
      {Method::kPost, "/resources/projections/{name}/rebuild", all(Noun::kSystem, Verb::kAdmin),
       RouteKind::kLong, rebuild_projection, nullptr, kNoQuery, false},

      instant("/health/live", Needs::nothing(), health_live),
      health("/health/ready", Needs::nothing(), health_ready),
      health("/metrics", all(Noun::kSystem, Verb::kRead), metrics),
      instant("/version", Needs::nothing(), version),
      instant("/openapi.json", Needs::nothing(), openapi),
  };
  const std::vector<Route> rules = rule_routes();
  out.insert(out.end(), rules.begin(), rules.end());
  out.insert(out.end(), others.begin(), others.end());
  const std::vector<Route> components = component_routes();
  out.insert(out.end(), components.begin(), components.end());
  const std::vector<Route> tokens = token_routes();
  out.insert(out.end(), tokens.begin(), tokens.end());
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
