// /resources/workers: leases, heartbeats. The list: worker_list.cc; reports of outcomes:
// workers_complete.cc.
#include <utility>

#include "api/attempts.h"
#include "api/field_reader.h"
#include "api/handlers.h"
#include "api/lease.h"
#include "api/writes.h"
#include "base/json_writer.h"
#include "base/limits/definitions.h"

namespace daybook::api {
namespace {

Response leased_response(const dispatch::LeasedJobs& leased) {
  Response out;
  JsonWriter json(out.body);
  json.begin_object();
  write_leased(json, leased);
  json.end_object();
  add_receipt(out, leased.receipt);
  return out;
}

scheduler::ExtendLease read_heartbeat(const JsonValue& value, FieldErrors& errors) {
  scheduler::ExtendLease out;
  FieldReader fields(value, "", errors);
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

void lease_jobs(const CallPtr& call, const Responder& responder) {
  FieldErrors errors;
  auto request = read_lease(JsonValue(call->request.body), "", errors);
  if (!errors.empty()) {
    responder.send(refuse(Problem(errors.take())));
    return;
  }
  if (auto may = check_leases(call->caller, request.definitions); !may) {
    responder.send(refuse(std::move(may).error()));
    return;
  }
  if (Status read = finish_reading(*call); !read) {
    responder.send(refuse(std::move(read).error()));
    return;
  }
  request.actor = actor_of(*call);
  request.key = std::move(call->key);
  const bool keyed = request.key.has_value();
  const auto done = [call, responder, keyed](Result<dispatch::LeasedJobs> leased) {
    if (!leased) {
      responder.send(refuse(std::move(leased).error()));
      return;
    }
    auto shared = std::make_shared<dispatch::LeasedJobs>(std::move(*leased));
    responder.send_made([shared]() -> Answer<Response> { return leased_response(*shared); },
                        [call, shared, keyed] { give_back(*call, *shared, keyed); });
  };
  std::make_shared<Lease>(call, done)->ask(std::move(request), responder);
}

ReadItems read_heartbeats(const std::vector<JsonValue>& elements) {
  ReadItems out;
  for (std::size_t i = 0; i < elements.size(); ++i) {
    FieldErrors errors;
    auto command = read_heartbeat(elements[i], errors);
    if (errors.empty()) {
      out.commands.push_back({i, std::move(command)});
    } else {
      out.refusals.push_back({i, std::move(errors.take().front())});
    }
  }
  return out;
}

std::shared_ptr<WorkerItems> heartbeat_items(const CallPtr& call, WorkerItems::Done done) {
  return std::make_shared<WorkerItems>(call, write_extended, std::nullopt, std::move(done));
}

void heartbeat(const CallPtr& call, const Responder& responder) {
  const auto elements = item_elements(JsonValue(call->request.body), "body");
  if (!elements) {
    responder.send(refuse(elements.error()));
    return;
  }
  const auto items = heartbeat_items(call, send_answer(responder));
  items->add(*elements);
  auto read = read_heartbeats(*elements);
  call->release_body();
  items->hand_in(std::move(read));
}

}  // namespace daybook::api
