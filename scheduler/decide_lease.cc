// ExtendLease, ExpireLease.
#include "scheduler/decide_parts.h"

namespace daybook::scheduler {
namespace {

// Whether the attempt is really over by that cause; the one who proposes may have been overtaken by
// a heartbeat.
Status check_over(const Context& context, const JobView& job, events::ExpiryCause cause) {
  bool over = false;
  switch (cause) {
    case events::ExpiryCause::kLease:
      over = job.lease_until.value != 0 && job.lease_until <= context.now;
      break;
    case events::ExpiryCause::kTimeout:
      over = job.timeout_at.value != 0 && job.timeout_at <= context.now;
      break;
    case events::ExpiryCause::kRestart:
      over = job.lease_until.value == 0 && job.started < context.state.server_started();
      break;
  }
  return over ? Status{} : fail(Code::kConflict, "ATTEMPT_NOT_OVER", "the attempt is not over yet");
}

events::Failure failure_of(events::ExpiryCause cause) {
  switch (cause) {
    case events::ExpiryCause::kLease:
      return {"LEASE_EXPIRED", "the worker neither reported nor renewed its lease in time", {}};
    case events::ExpiryCause::kTimeout:
      return {"TIMEOUT", "the attempt took longer than its definition allows", {}};
    case events::ExpiryCause::kRestart:
      return {"ATTEMPT_LOST", "the server stopped while it ran the attempt", {}};
  }
  return {};
}

}  // namespace

Status decide(const Context& context, const ExtendLease& command, Decision& out) {
  const auto job = context.state.find_open(command.token.started);
  if (!job || job->secret != command.token.secret) {
    return fail(Code::kConflict, "TOKEN_STALE", "the attempt is over or the token is not its own",
                "token");
  }
  DAYBOOK_TRY(
      check_may(context, access::Noun::kWorkers, job->definition->id, access::Verb::kLease));
  if (job->lease_until.value == 0) {
    return fail(Code::kConflict, "NOT_LEASED", "the server itself runs this attempt", "token");
  }
  const Duration lease = command.lease.value_or(lease_of(job->definition->settings));
  const Micros until = std::max(job->lease_until, context.now + lease);
  out.cause = job->started;
  out.events.emplace_back(events::LeaseExtended{job->job, job->attempt, until});
  out.outcome = LeaseOutcome{until, job->cancel_requested};
  return {};
}

Status decide(const Context& context, const ExpireLease& command, Decision& out) {
  const auto job = context.state.find_job(command.job);
  if (!job || !job->running || job->started != command.started) {
    return fail(Code::kConflict, "TOKEN_STALE", "that attempt is over");
  }
  DAYBOOK_TRY(check_over(context, *job, command.cause));
  out.cause = job->started;
  out.events.emplace_back(events::LeaseExpired{job->job, job->attempt, job->definition->id,
                                               job->started, command.cause});
  AttemptFailure failure{failure_of(command.cause), true, 0, command.jitter};
  failure.lost = command.cause == events::ExpiryCause::kRestart;
  out.outcome = fail_attempt(context, *job, failure, out);
  return {};
}

}  // namespace daybook::scheduler
