// /resources/workers: leases, heartbeats. The list: worker_list.cc; reports of outcomes:
// workers_complete.cc.
#include <utility>

#include "api/field_reader.h"
#include "api/handle.h"
#include "api/handlers.h"
#include "api/worker_items.h"
#include "api/writes.h"
#include "base/json_writer.h"
#include "base/limits/definitions.h"
#include "base/limits/dispatch.h"
#include "base/limits/resources.h"

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
    std::size_t bytes = 0;
    for (std::size_t i = 0; i < out.definitions.size() && errors.empty(); ++i) {
      bytes += out.definitions[i].size();
      if (Status ok = check_id(IdKind::kDefinition, out.definitions[i],
                               "definitions[" + std::to_string(i) + "]");
          !ok) {
        errors.add(std::move(ok).error());
      }
    }
    if (bytes > kLeaseDefinitionsBytesMax) {
      errors.add("are together over the limit of 32 KiB", "definitions", "TOO_LARGE",
                 Code::kTooLarge);
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
  json.member("runAt", job.planned);
  json.member("dueAt", job.due);
  json.member("leaseUntil", job.lease_until);
  json.member_or_null("timeoutAt", job.timeout_at.value != 0, job.timeout_at);
  json.end_object();
}

void write_warning(JsonWriter& json, const dispatch::LeaseWarning& warning) {
  using Why = projections::Queue::ForWorkers;
  json.begin_object();
  switch (warning.why) {
    case Why::kNoDefinition:
      json.member("code", "DEFINITION_NOT_FOUND");
      json.member("message", "there is no job definition " + warning.definition);
      break;
    case Why::kNoComponent:
      json.member("code", "COMPONENT_NOT_FOUND");
      json.member("message", "the component of " + warning.definition + " is not there");
      break;
    case Why::kOtherRuntime:
      json.member("code", "NOT_A_WORKERS");
      json.member("message",
                  "the component of " + warning.definition + " is not of the runtime worker");
      break;
    case Why::kYes:
      break;
  }
  json.member("jobDefinitionId", warning.definition);
  json.end_object();
}

Response leased(const std::vector<scheduler::StartedJob>& jobs, const scheduler::Reply& receipt,
                const std::vector<dispatch::LeaseWarning>& warnings = {}) {
  Response out;
  JsonWriter json(out.body);
  json.begin_object();
  json.key("jobs");
  json.begin_array();
  for (const auto& job : jobs) {
    write_started(json, job);
  }
  json.end_array();
  if (!warnings.empty()) {
    json.key("warnings");
    json.begin_array();
    for (const auto& warning : warnings) {
      write_warning(json, warning);
    }
    json.end_array();
  }
  write_receipt(json, receipt);
  json.end_object();
  return out;
}

// The outcome of a lease's key, as it was answered first.
Answer<Response> render_leased(const Written& written) {
  std::vector<scheduler::StartedJob> jobs;
  if (const auto* event = written.facts.find<events::JobStarted>()) {
    const Seq made = event->job.key();
    const auto creation = Facts::read(written.call.engine().log, made, made);
    if (!creation) {
      report(written.call, Problem(creation.error()));
    }
    const auto* created = creation ? creation->find<events::JobCreated>() : nullptr;
    if (created == nullptr) {
      return refuse(Code::kUnknownOutcome, "OUTCOME_UNKNOWN",
                    "it was done, but the job's parameters cannot be read" +
                        (creation ? std::string() : ": " + creation.error().message));
    }
    auto component = std::make_shared<scheduler::Component>();
    component->id = event->component;
    auto& job = jobs.emplace_back();
    job.job = event->job;
    job.definition = event->definition;
    job.attempt = event->attempt;
    job.token = {written.reply.first, event->secret};
    job.parameters = created->parameters.text;
    job.component = std::move(component);
    job.due = event->due;
    job.planned = event->planned.value != 0 ? event->planned : created->run_at;
    job.lease_until = event->lease_until;
    job.timeout_at = event->timeout_at;
  }
  return leased(jobs, written.reply);
}

void start_lease(const CallPtr& call, const Responder& responder, dispatch::LeaseRequest request) {
  const bool keyed = request.key.has_value();
  const auto done = [call, responder, keyed](Result<dispatch::LeasedJobs> jobs) {
    if (!jobs) {
      responder.send(refuse(std::move(jobs).error()));
      return;
    }
    if (jobs->receipt.replayed) {
      render_reply(call, responder, std::move(jobs->receipt), render_leased);
      return;
    }
    auto shared = std::make_shared<dispatch::LeasedJobs>(std::move(*jobs));
    const auto make = [shared]() -> Answer<Response> {
      auto response = leased(shared->jobs, shared->receipt, shared->warnings);
      add_receipt(response, shared->receipt);
      return response;
    };
    // Whoever sent a key comes back with it for these jobs.
    const auto unsent = [call, shared, keyed] {
      if (!keyed) {
        call->engine().dispatcher.give_back(std::move(shared->jobs));
      }
    };
    responder.send_made(make, unsent);
  };
  const auto poll = call->engine().dispatcher.lease(std::move(request), done);
  responder.when_gone([call, poll] { call->engine().dispatcher.cancel_poll(poll); });
}

// Leases unless the key has an outcome already: a repeated request must not wait for work.
void lease_once(const CallPtr& call, const Responder& responder, dispatch::LeaseRequest request) {
  scheduler::Request question;
  question.id = call->request_id;
  question.actor = actor_of(*call);
  question.key = request.key;
  auto shared = std::make_shared<dispatch::LeaseRequest>(std::move(request));
  question.answer = [call, responder, shared](std::vector<Result<scheduler::Reply>> replies) {
    auto& reply = replies.front();
    if (reply) {
      render_reply(call, responder, std::move(*reply), render_leased);
    } else if (reply.error().reason == "KEY_UNKNOWN") {
      start_lease(call, responder, std::move(*shared));
    } else {
      responder.send(refuse(std::move(reply).error()));
    }
  };
  if (Status taken = call->engine().sequencer.submit(std::move(question)); !taken) {
    responder.send(refuse(std::move(taken).error()));
  }
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
  auto request = read_lease(*call);
  if (!request) {
    responder.send(refuse(std::move(request).error()));
    return;
  }
  if (Status read = finish_reading(*call); !read) {
    responder.send(refuse(std::move(read).error()));
    return;
  }
  request->key = std::move(call->key);
  if (request->key) {
    lease_once(call, responder, std::move(*request));
  } else {
    start_lease(call, responder, std::move(*request));
  }
}

void heartbeat(const CallPtr& call, const Responder& responder) {
  const auto elements = item_elements(*call);
  if (!elements) {
    responder.send(refuse(elements.error()));
    return;
  }
  const auto items = std::make_shared<WorkerItems>(call, responder, write_extended, std::nullopt);
  items->add(*elements);
  std::vector<ItemCommand> commands;
  for (std::size_t i = 0; i < elements->size(); ++i) {
    FieldErrors errors;
    auto command = read_heartbeat((*elements)[i], errors);
    if (errors.empty()) {
      commands.push_back({i, std::move(command)});
    } else {
      items->refuse(i, std::move(errors.take().front()));
    }
  }
  call->release_body();
  items->submit(std::move(commands));
}

}  // namespace daybook::api
