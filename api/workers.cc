// /resources/workers: the list, leases, heartbeats. Reports of outcomes: workers_complete.cc.
#include <utility>

#include "api/field_reader.h"
#include "api/handlers.h"
#include "api/worker_items.h"
#include "api/writes.h"
#include "base/json_writer.h"
#include "base/limits.h"

namespace daybook::api {
namespace {

Answer<dispatch::LeaseRequest> read_lease(const Call& call) {
  dispatch::LeaseRequest out;
  FieldErrors errors;
  FieldReader fields(JsonValue(call.request.body), "", errors);
  if (!errors.empty()) {
    return refuse(Problem(errors.take()));
  }
  if (fields.find("definitions", JsonValue::Kind::kArray, "an array of texts", Need::kRequired)) {
    fields.texts("definitions", out.definitions, kLeaseDefinitionsMax, kIdBytesMax);
    if (out.definitions.empty() && errors.empty()) {
      errors.add("must not be empty", "definitions");
    }
    for (std::size_t i = 0; i < out.definitions.size() && errors.empty(); ++i) {
      if (Status ok =
              check_resource_id(out.definitions[i], "definitions[" + std::to_string(i) + "]");
          !ok) {
        errors.add(std::move(ok).error());
      }
    }
  }
  std::int64_t max = 1;
  fields.integer("max", max, {1, static_cast<std::int64_t>(kLeaseJobsMax)});
  std::int64_t wait_ms = 0;
  fields.integer("waitMs", wait_ms, {0, kLeaseWaitMaxMs});
  fields.resource_id("workerId", out.worker, Need::kRequired);
  fields.finish();
  if (!errors.empty()) {
    return refuse(Problem(errors.take()));
  }
  out.max = static_cast<std::size_t>(max);
  out.wait = millis(wait_ms);
  out.actor = actor_of(call);
  return out;
}

void write_started(JsonWriter& json, const scheduler::StartedJob& job) {
  json.begin_object();
  json.member("jobId", job.job);
  json.member("jobDefinitionId", job.definition);
  json.member("componentId", job.component->id);
  json.member("attempt", job.attempt.value);
  json.member("token", job.token.text());
  json.raw_member("parameters", job.parameters);
  json.member("dueAt", job.due);
  json.member("leaseUntil", job.lease_until);
  json.member_or_null("timeoutAt", job.timeout_at.value != 0, job.timeout_at);
  json.end_object();
}

Response leased(const std::vector<scheduler::StartedJob>& jobs) {
  Response out;
  JsonWriter json(out.body);
  json.begin_object();
  json.key("jobs");
  json.begin_array();
  for (const auto& job : jobs) {
    write_started(json, job);
  }
  json.end_array();
  json.end_object();
  return out;
}

scheduler::ExtendLease read_heartbeat(const JsonValue& value, const std::string& path,
                                      FieldErrors& errors) {
  scheduler::ExtendLease out;
  FieldReader fields(value, path, errors);
  if (value.kind() != JsonValue::Kind::kObject) {
    return out;
  }
  out.token = read_token(fields);
  Duration lease;
  fields.duration("leaseDuration", lease, {Duration{kLeaseMinUs}, Duration{kLeaseMaxUs}});
  if (lease.value > 0) {
    out.lease = lease;
  }
  fields.finish();
  return out;
}

void write_extended(JsonWriter& json, const scheduler::Reply& reply) {
  const auto& outcome = std::get<scheduler::LeaseOutcome>(reply.outcome);
  json.member("leaseUntil", outcome.lease_until);
  json.member("cancelRequested", outcome.cancel_requested);
}

}  // namespace

Answer<Response> list_workers(const Call& call) {
  Response out;
  JsonWriter json(out.body);
  json.begin_object();
  json.key("workers");
  json.begin_array();
  const dispatch::WorkerList list = call.engine().dispatcher.workers();
  for (const auto& worker : list.rows) {
    json.begin_object();
    json.member("workerId", worker.worker);
    json.key("definitions");
    json.begin_array();
    for (const std::string& definition : worker.definitions) {
      json.value(definition);
    }
    json.end_array();
    json.member("lastSeen", worker.last_seen);
    json.member("leased", worker.leased);
    json.end_object();
  }
  json.end_array();
  json.member("asOfSeq", list.as_of);
  json.end_object();
  return out;
}

void lease_jobs(const CallPtr& call, const Responder& responder) {
  auto request = read_lease(*call);
  if (!request) {
    responder.send(refuse(std::move(request).error()));
    return;
  }
  dispatch::Dispatcher& dispatcher = call->engine().dispatcher;
  const auto poll = dispatcher.lease(
      std::move(*request), [call, responder](Result<std::vector<scheduler::StartedJob>> jobs) {
        if (!jobs) {
          responder.send(refuse(std::move(jobs).error()));
          return;
        }
        auto shared = std::make_shared<std::vector<scheduler::StartedJob>>(std::move(*jobs));
        responder.send_made(
            [shared] { return Answer<Response>(leased(*shared)); },
            [call, shared] { call->engine().dispatcher.give_back(std::move(*shared)); });
      });
  responder.when_gone([call, poll] { call->engine().dispatcher.cancel_poll(poll); });
}

void heartbeat(const CallPtr& call, const Responder& responder) {
  WorkerItems items;
  auto read = read_items(*call, items,
                         [](const JsonValue& value, const std::string& path, FieldErrors& errors) {
                           return scheduler::Command(read_heartbeat(value, path, errors));
                         });
  if (!read) {
    responder.send(refuse(std::move(read).error()));
    return;
  }
  submit_items(call, responder, std::move(items), write_extended);
}

}  // namespace daybook::api
