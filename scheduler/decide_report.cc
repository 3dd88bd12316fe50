// ReportAttempt: the one end of an attempt, with its effects in the same batch.
#include "base/check.h"
#include "scheduler/decide_parts.h"

namespace daybook::scheduler {
namespace {

// The answer to a report whose attempt is over: the first answer for the same report, else a
// refusal (I12).
Status answer_late(const Context& context, const ReportAttempt& command, Decision& out) {
  const auto past = context.state.find_report(command.token.started);
  if (!past || past->digest == 0 || past->digest != command.digest) {
    return fail(Code::kConflict, "TOKEN_STALE",
                "the attempt is over: it was reported, expired or cancelled", "token");
  }
  out.past = past->seq;
  ReportOutcome outcome;
  outcome.job = past->job;
  outcome.result = past->result;
  outcome.repeated = true;
  if (past->result == AttemptResult::kRetryScheduled) {
    outcome.retry_at = past->retry_at;
  }
  out.outcome = outcome;
  return {};
}

// Adds the end and what it scheduled, or changes nothing and says why an effect is refused.
Status complete(const Context& context, const JobView& job, const ReportAttempt& command,
                Decision& out) {
  events::JobCompleted event;
  event.job = job.job;
  event.definition = job.definition->id;
  event.end = end_of(job, command.digest);
  event.result = {command.result};
  event.effects = static_cast<std::uint32_t>(command.effects.size());
  out.events.emplace_back(event);
  ReportOutcome outcome;
  outcome.job = job.job;
  std::set<std::string> taken;
  for (std::size_t i = 0; i < command.effects.size(); ++i) {
    const ScheduleEffect& effect = command.effects[i];
    // Relative times count from completion, which is now.
    const Micros run_at =
        effect.after ? context.now + *effect.after : effect.job.run_at.value_or(context.now);
    const JobSource source{effect.job, run_at, job.job, context.next_seq,
                           static_cast<std::uint32_t>(i)};
    auto created = create_job(context, source, taken, "effects[" + std::to_string(i) + "].", out);
    if (!created) {
      out.events.clear();
      return fail(created.error());
    }
    outcome.scheduled.push_back(*created);
  }
  out.outcome = std::move(outcome);
  return {};
}

}  // namespace

events::AttemptEnd end_of(const JobView& job, std::uint64_t report) {
  return {job.attempt, job.started, job.started_at, report};
}

Duration backoff(const events::RetryPolicy& policy, Attempt attempt, std::uint64_t random) {
  std::int64_t delay = policy.initial.value;
  for (std::uint32_t i = 1; i < attempt.value && delay < policy.max.value; ++i) {
    // Both factors are bounded by their limits (7 days, 1000-fold), so the product fits.
    delay = delay * policy.factor_milli / 1000;
  }
  delay = std::min(delay, policy.max.value);
  const std::int64_t spread = delay * policy.jitter_milli / 1000;
  if (spread > 0) {
    delay +=
        static_cast<std::int64_t>(random % static_cast<std::uint64_t>(2 * spread + 1)) - spread;
  }
  return Duration{delay};
}

ReportOutcome fail_attempt(const Context& context, const JobView& job,
                           const AttemptFailure& failure, Decision& out) {
  ReportOutcome outcome;
  outcome.job = job.job;
  const events::AttemptEnd end = end_of(job, failure.report);
  const events::RetryPolicy& retry = job.definition->settings.retry;
  const bool again =
      failure.retryable && job.attempt.value < retry.max_attempts && !job.definition->deleted;
  if (job.cancel_requested) {
    outcome.result = AttemptResult::kCancelled;
    out.events.emplace_back(events::JobCancelled{job.job, job.definition->id, end});
  } else if (again) {
    outcome.result = AttemptResult::kRetryScheduled;
    outcome.retry_at = context.now + backoff(retry, job.attempt, failure.jitter);
    out.events.emplace_back(events::JobRetryScheduled{job.job, job.definition->id, end,
                                                      failure.failure, *outcome.retry_at});
  } else {
    outcome.result = AttemptResult::kFailed;
    out.events.emplace_back(events::JobFailed{job.job, job.definition->id, end, failure.failure});
  }
  return outcome;
}

Status decide(const Context& context, const ReportAttempt& command, Decision& out) {
  const auto job = context.state.find_open(command.token.started);
  if (!job) {
    return answer_late(context, command, out);
  }
  if (job->secret != command.token.secret || (command.job && *command.job != job->job)) {
    return fail(Code::kConflict, "TOKEN_STALE", "the token is not of this attempt", "token");
  }
  out.cause = job->started;
  if (command.cancelled && job->cancel_requested) {
    ReportOutcome outcome;
    outcome.job = job->job;
    outcome.result = AttemptResult::kCancelled;
    out.events.emplace_back(
        events::JobCancelled{job->job, job->definition->id, end_of(*job, command.digest)});
    out.outcome = outcome;
    return {};
  }
  AttemptFailure failure{{}, true, command.digest, command.jitter};
  if (command.cancelled) {
    failure.failure = {"STOPPED", "the attempt stopped without having been asked to", {}};
  } else if (command.failed) {
    failure.failure = {command.failed->code, command.failed->message, {command.failed->details}};
    failure.retryable = command.failed->retryable;
  } else {
    const Status done = complete(context, *job, command, out);
    if (done) {
      return {};
    }
    failure.failure = {"EFFECT_REFUSED", out.keep(done.error().text()), {}};
    failure.retryable = false;
  }
  out.outcome = fail_attempt(context, *job, failure, out);
  return {};
}

}  // namespace daybook::scheduler
