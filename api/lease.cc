#include "api/lease.h"

#include <utility>

#include "api/admission.h"
#include "api/facts.h"
#include "api/handle.h"
#include "api/writes.h"
#include "base/limits/definitions.h"
#include "base/limits/dispatch.h"
#include "base/limits/resources.h"

namespace daybook::api {
namespace {

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

scheduler::StartedJob started_of(const events::JobStarted& event, const events::JobCreated& created,
                                 Seq seq) {
  scheduler::StartedJob out;
  auto component = std::make_shared<scheduler::Component>();
  component->id = event.component;
  out.job = event.job;
  out.definition = event.definition;
  out.attempt = event.attempt;
  out.token = {seq, event.secret};
  out.parameters = created.parameters.text;
  out.component = std::move(component);
  out.due = event.due;
  out.planned = event.planned.value != 0 ? event.planned : created.run_at;
  out.lease_until = event.lease_until;
  out.timeout_at = event.timeout_at;
  return out;
}

// What is written is written: nobody may be told that it failed, only that its outcome has to be
// asked for again.
tl::unexpected<Error> unknown(const Error& error) {
  return fail(Code::kUnknownOutcome, "OUTCOME_UNKNOWN",
              "it was done, but its answer cannot be made: " + error.message);
}

// The outcome of a lease's key, as it was answered first.
Result<dispatch::LeasedJobs> recall(const Call& call, scheduler::Reply reply) {
  const auto facts = Facts::read(call.engine().log, reply.first, reply.last);
  if (!facts) {
    report(call, Problem(facts.error()));
    return unknown(facts.error());
  }
  reply.chain = facts->chain();
  dispatch::LeasedJobs out;
  if (const auto* event = facts->find<events::JobStarted>()) {
    const Seq made = event->job.key();
    const auto creation = Facts::read(call.engine().log, made, made);
    if (!creation) {
      report(call, Problem(creation.error()));
      return unknown(creation.error());
    }
    const auto* created = creation->find<events::JobCreated>();
    if (created == nullptr) {
      return unknown(make_error(Code::kInternal, "INTERNAL", "the job's event is not there"));
    }
    out.jobs.push_back(started_of(*event, *created, reply.first));
  }
  out.receipt = std::move(reply);
  return out;
}

}  // namespace

void read_definitions(FieldReader& fields, std::vector<std::string>& out) {
  FieldErrors& errors = fields.errors();
  if (!fields.find("definitions", JsonValue::Kind::kArray, "an array of texts", Need::kRequired)) {
    return;
  }
  fields.texts("definitions", out, kLeaseDefinitionsMax, kIdBytesMax);
  if (out.empty() && errors.empty()) {
    errors.add("must not be empty", fields.path_of("definitions"));
  }
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < out.size() && errors.empty(); ++i) {
    bytes += out[i].size();
    if (Status ok = check_id(IdKind::kDefinition, out[i],
                             fields.path_of("definitions[" + std::to_string(i) + "]"));
        !ok) {
      errors.add(std::move(ok).error());
    }
  }
  if (bytes > kLeaseDefinitionsBytesMax) {
    errors.add("are together over the limit of 32 KiB", fields.path_of("definitions"), "TOO_LARGE",
               Code::kTooLarge);
  }
}

Answer<bool> check_leases(const Caller& caller, const std::vector<std::string>& definitions) {
  for (const std::string& definition : definitions) {
    if (!caller.rights->allows(access::Noun::kWorkers, definition, access::Verb::kLease)) {
      const std::string permission =
          access::permission_text(access::Noun::kWorkers, definition, access::Verb::kLease);
      return refuse(missing_permission(permission, permission));
    }
  }
  return true;
}

dispatch::LeaseRequest read_lease(const JsonValue& value, const std::string& path,
                                  FieldErrors& errors) {
  dispatch::LeaseRequest out;
  FieldReader fields(value, path, errors);
  if (!errors.empty()) {
    return out;
  }
  read_definitions(fields, out.definitions);
  std::int64_t max = 1;
  fields.integer("max", max, {1, static_cast<std::int64_t>(kLeaseJobsMax)});
  std::int64_t wait_ms = 0;
  fields.integer("waitMs", wait_ms, {0, kLeaseWaitMaxMs});
  fields.resource_id("workerId", out.worker, Need::kRequired);
  fields.finish();
  out.max = static_cast<std::size_t>(max);
  out.wait = millis(wait_ms);
  return out;
}

void write_leased(JsonWriter& json, const dispatch::LeasedJobs& leased) {
  json.key("jobs");
  json.begin_array();
  for (const auto& job : leased.jobs) {
    write_started(json, job);
  }
  json.end_array();
  if (!leased.warnings.empty()) {
    json.key("warnings");
    json.begin_array();
    for (const auto& warning : leased.warnings) {
      write_warning(json, warning);
    }
    json.end_array();
  }
  write_receipt(json, leased.receipt);
}

void give_back(const Call& call, dispatch::LeasedJobs& leased, bool keyed) {
  if (!keyed) {
    call.engine().dispatcher.give_back(std::move(leased.jobs));
  }
}

void Lease::ask(dispatch::LeaseRequest request, const Responder& responder) {
  if (request.key) {
    ask_for_key(std::move(request), responder);
  } else {
    ask_dispatcher(std::move(request), responder);
  }
}

void Lease::ask_dispatcher(dispatch::LeaseRequest request, const Responder& responder) {
  const auto answered = [self = shared_from_this()](Result<dispatch::LeasedJobs> leased) {
    if (!leased || !leased->receipt.replayed) {
      self->done_(std::move(leased));
      return;
    }
    self->recall_later(std::move(leased->receipt));
  };
  const auto poll = call_->engine().dispatcher.lease(std::move(request), answered);
  poll_.store(poll);
  if (waits_.load()) {
    call_->engine().dispatcher.begin_wait(poll);
  }
  responder.when_gone([call = call_, poll] { call->engine().dispatcher.cancel_poll(poll); });
}

// Leases unless the key has an outcome already: a repeated request must not wait for work.
void Lease::ask_for_key(dispatch::LeaseRequest request, const Responder& responder) {
  scheduler::Request question;
  question.id = call_->request_id;
  question.actor = request.actor;
  question.key = request.key;
  auto shared = std::make_shared<dispatch::LeaseRequest>(std::move(request));
  question.answer = [self = shared_from_this(), responder,
                     shared](std::vector<Result<scheduler::Reply>> replies) {
    auto& reply = replies.front();
    if (reply) {
      self->recall_later(std::move(*reply));
    } else if (reply.error().reason == "KEY_UNKNOWN") {
      self->ask_dispatcher(std::move(*shared), responder);
    } else {
      self->done_(fail(std::move(reply).error()));
    }
  };
  if (Status taken = call_->engine().sequencer.submit(std::move(question)); !taken) {
    done_(fail(std::move(taken).error()));
  }
}

void Lease::recall_later(scheduler::Reply reply) {
  auto shared = std::make_shared<scheduler::Reply>(std::move(reply));
  call_->context->renders.run(
      [self = shared_from_this(), shared](const Status& ready) {
        self->done_(ready ? recall(*self->call_, std::move(*shared))
                          : Result<dispatch::LeasedJobs>(unknown(ready.error())));
      },
      gone_of(call_));
}

void Lease::begin_wait() {
  waits_.store(true);
  if (const auto poll = poll_.load(); poll != 0) {
    call_->engine().dispatcher.begin_wait(poll);
  }
}

}  // namespace daybook::api
