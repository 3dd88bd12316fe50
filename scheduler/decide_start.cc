// StartJob: a due job begins an attempt, or fails because what it should run is gone.
#include <algorithm>

#include "scheduler/decide_parts.h"

namespace daybook::scheduler {
namespace {

Status check_due(const Context& context, const JobView& job) {
  if (job.running) {
    return fail(Code::kConflict, "JOB_RUNNING", "the job is running");
  }
  if (job.due > context.now) {
    return fail(Code::kConflict, "JOB_NOT_DUE", "the job is not due yet");
  }
  return {};
}

Status check_limits(const Context& context, const Definition& definition) {
  const PutDefinition& settings = definition.settings;
  if (settings.paused) {
    return fail(Code::kConflict, "DEFINITION_PAUSED", "its definition is paused");
  }
  if (settings.concurrency > 0 && definition.running >= settings.concurrency) {
    return fail(Code::kConflict, "CONCURRENCY_LIMIT", "as many jobs of its definition run as may");
  }
  if (settings.rate_count > 0 && definition.starts.used(context.state.running(context.now),
                                                        settings.rate_per) >= settings.rate_count) {
    return fail(Code::kConflict, "RATE_LIMIT", "as many jobs of its definition started as may");
  }
  return {};
}

Status check_lease(const Context& context, const StartJob& command, const JobView& job) {
  return command.leased
             ? check_may(context, access::Noun::kWorkers, job.definition->id, access::Verb::kLease)
             : Status();
}

void fail_unstarted(const Context& context, const JobView& job, const events::Failure& failure,
                    Decision& out) {
  add_job_failed(context, job, {job.job, job.definition->id, end_of(job, 0, {}), failure}, out);
  out.outcome = StartOutcome{};
}

// Its texts borrow from the command and the component.
events::JobStarted started_event(const Context& context, const StartJob& command,
                                 const JobView& job, const Component& component) {
  const PutDefinition& settings = job.definition->settings;
  const Duration lease = lease_of(settings);
  events::JobStarted event;
  event.job = job.job;
  event.attempt = Attempt{job.attempt.value + 1};
  event.definition = job.definition->id;
  event.component = component.id;
  event.spec_hash = component.spec_hash;
  event.secret = command.secret;
  event.worker = command.worker;
  // A job whose time was past when it was created has been due since then.
  event.due = std::max(job.due, events::created_time(job.job));
  event.planned = job.planned;
  event.lease_until = command.leased ? context.now + lease : Micros{};
  event.timeout_at = settings.timeout.value > 0 ? context.now + settings.timeout : Micros{};
  return event;
}

}  // namespace

Status decide(const Context& context, const StartJob& command, Decision& out) {
  const auto job = context.state.find_job(command.job);
  if (!job) {
    return fail(Code::kNotFound, "NOT_FOUND", "the job is not alive");
  }
  DAYBOOK_TRY(check_due(context, *job));
  out.cause = job->retried_by.value != 0 ? job->retried_by : job->job.key();
  const PutDefinition& settings = job->definition->settings;
  if (job->definition->deleted) {
    fail_unstarted(context, *job, {"DEFINITION_DELETED", "its job definition was deleted", {}},
                   out);
    return {};
  }
  if (owner_named(context, job->owner).rights == nullptr) {
    const std::string why =
        "the token " + std::string(job->owner) + ", which scheduled it, was revoked or has expired";
    fail_unstarted(context, *job, {"OWNER_GONE", out.keep(why), {}}, out);
    return {};
  }
  DAYBOOK_TRY(check_lease(context, command, *job));
  DAYBOOK_TRY(check_limits(context, *job->definition));
  auto component = context.state.find_component(settings.component);
  if (!component) {
    fail_unstarted(
        context, *job,
        {"COMPONENT_NOT_FOUND", out.keep("there is no component " + settings.component), {}}, out);
    return {};
  }
  if (command.leased != (component->runtime == events::Runtime::kWorker)) {
    return fail(Code::kConflict, "WRONG_RUNTIME", "its component is run by another runtime");
  }
  const events::JobStarted event = started_event(context, command, *job, *component);
  StartedJob started;
  started.job = job->job;
  started.definition = job->definition->id;
  started.owner = job->owner;
  started.attempt = event.attempt;
  started.token = {context.next_seq, command.secret};
  started.parameters = job->kept_parameters != nullptr ? *job->kept_parameters : "";
  started.started_at = context.now;
  for (const std::string& import : component->imports) {
    if (auto module = context.state.find_component(import)) {
      started.modules.push_back(std::move(module));
    }
  }
  started.due = event.due;
  started.planned = event.planned;
  started.lease_until = event.lease_until;
  started.timeout_at = event.timeout_at;
  started.ahead = context.state.offsets().ahead;
  out.events.emplace_back(event);
  // The event borrows the component's texts from the state, which holds the component until the
  // next evolve().
  started.component = std::move(component);
  out.outcome = StartOutcome{std::move(started)};
  return {};
}

}  // namespace daybook::scheduler
