// ReportAttempt: the one end of an attempt, with its effects in the same batch.
#include <algorithm>

#include "base/limits/definitions.h"
#include "base/limits/resources.h"
#include "base/limits/state.h"
#include "scheduler/decide_parts.h"

namespace daybook::scheduler {
namespace {

// What a repeated report is known by. The secret is part of it: who does not hold the token learns
// nothing of how its attempt ended.
std::uint64_t identity(const ReportAttempt& command) {
  if (command.digest == 0) {
    return 0;
  }
  constexpr std::uint64_t kOdd = 0x9e3779b97f4a7c15ULL;
  const events::Secret& secret = command.token.secret;
  const std::uint64_t mixed = ((command.digest * kOdd ^ secret.high) * kOdd ^ secret.low) * kOdd;
  return mixed == 0 ? 1 : mixed;
}

// The answer to a report whose attempt is over: the first answer for the same report, else a
// refusal (I12).
Status answer_late(const Context& context, const ReportAttempt& command, Decision& out) {
  const auto past = context.state.find_report(command.token.started);
  const bool same = past && past->digest != 0 && past->digest == identity(command) &&
                    (!command.job || *command.job == past->job);
  if (!same) {
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

// The edge looks at sizes too; here they guard the bound of an event, which must not be passed.
Status check_sizes(const ReportAttempt& command) {
  if (command.result.size() > kResultBytesMax) {
    return fail(Code::kTooLarge, "TOO_LARGE", "the result is over its limit", "result");
  }
  if (command.output.size() > kErrorDetailsBytesMax) {
    return fail(Code::kTooLarge, "TOO_LARGE", "the output is over its limit", "output");
  }
  if (command.answers.size() > kAnswersBytesMax) {
    return fail(Code::kTooLarge, "TOO_LARGE", "the answers are over their limit", "answers");
  }
  if (command.failed && command.failed->message.size() > kErrorMessageBytesMax) {
    return fail(Code::kTooLarge, "TOO_LARGE", "the message is over its limit", "error.message");
  }
  if (command.failed && command.failed->details.size() > kErrorDetailsBytesMax) {
    return fail(Code::kTooLarge, "TOO_LARGE", "the details are over their limit", "error.details");
  }
  return {};
}

// Adds the end and what its effects made, or changes nothing and says which effect is refused, and
// why.
std::optional<events::Failure> complete(const Context& context, const JobView& job,
                                        const ReportAttempt& command, Decision& out) {
  events::JobCompleted event;
  event.job = job.job;
  event.definition = job.definition->id;
  event.end = end_of(job, identity(command), command.answers);
  event.result = {command.result};
  event.output = {command.output};
  out.events.emplace_back(event);
  ReportOutcome outcome;
  outcome.job = job.job;
  EffectsMade made;
  const EffectsSource source{EffectsSource::Of::kCompletion, job.job, job.rule_depth,
                             owner_named(context, job.owner)};
  if (const Status added = add_effects(context, command.effects, source, made, out); !added) {
    out.events.clear();
    return events::Failure{
        "EFFECT_REFUSED",
        out.keep(added.error().text()),
        {out.keep(refusal_details(added.error(), command.effect_places, made.refused))}};
  }
  auto& completed = std::get<events::JobCompleted>(out.events.front());
  completed.effects = made.count();
  completed.skipped = {out.keep(skipped_json(made.skipped))};
  outcome.scheduled = std::move(made.jobs);
  outcome.sendings = std::move(made.sendings);
  outcome.skipped = std::move(made.skipped);
  out.outcome = std::move(outcome);
  return std::nullopt;
}

}  // namespace

events::AttemptEnd end_of(const JobView& job, std::uint64_t report, std::string_view answers) {
  const bool open = job.running;
  return {open ? job.attempt : Attempt{},
          job.started,
          job.started_at,
          report,
          {answers},
          job.due,
          job.planned};
}

Duration backoff(const events::RetryPolicy& policy, Attempt attempt, std::uint64_t random) {
  // In thousandths of a microsecond, so that a small factor is not lost by rounding. Old logs may
  // hold any policy: 128 bits hold the longest delay times the largest factor.
  __extension__ using Wide = __int128;
  const std::int64_t longest = std::clamp(policy.max.value, std::int64_t{0}, kBackoffMaxUs);
  Wide exact = Wide{policy.initial.value} * 1000;
  for (std::uint32_t i = 1; i < attempt.value && exact > 0 && exact < Wide{longest} * 1000; ++i) {
    exact = exact * policy.factor_milli / 1000;
  }
  const auto delay = static_cast<std::int64_t>(std::clamp(exact / 1000, Wide{0}, Wide{longest}));
  const std::int64_t spread = delay * std::min(policy.jitter_milli, 1000U) / 1000;
  const auto width = static_cast<std::uint64_t>(2 * spread + 1);
  // The longest delay is a promise, whatever the dice say.
  return Duration{std::min(longest, delay - spread + static_cast<std::int64_t>(random % width))};
}

ReportOutcome fail_attempt(const Context& context, const JobView& job,
                           const AttemptFailure& failure, Decision& out) {
  ReportOutcome outcome;
  outcome.job = job.job;
  const events::AttemptEnd end = end_of(job, failure.report, failure.answers);
  const events::RetryPolicy& retry = job.definition->settings.retry;
  const bool uncounted = failure.lost && job.lost_in_a_row < kLostAttemptsMax;
  const Attempt counted{job.attempt.value - job.uncounted};
  const bool again = failure.retryable && !job.definition->deleted &&
                     job.attempt.value < kJobAttemptsMax &&
                     (uncounted || counted.value < retry.max_attempts);
  if (job.cancel_requested) {
    outcome.result = AttemptResult::kCancelled;
    out.events.emplace_back(events::JobCancelled{job.job, job.definition->id, end});
  } else if (again) {
    outcome.result = AttemptResult::kRetryScheduled;
    // After a first loss at once: it says nothing of the job. One that takes the server with it
    // must not do so without a break.
    const Attempt in_a_row{uncounted ? job.lost_in_a_row : counted.value};
    outcome.retry_at =
        context.now + (in_a_row.value == 0 ? Duration{} : backoff(retry, in_a_row, failure.jitter));
    out.events.emplace_back(events::JobRetryScheduled{job.job, job.definition->id, end,
                                                      failure.failure, *outcome.retry_at,
                                                      job.uncounted + (uncounted ? 1U : 0U)});
  } else {
    outcome.result = AttemptResult::kFailed;
    EffectsMade made = add_job_failed(
        context, job, {job.job, job.definition->id, end, failure.failure, 0, {}, {failure.result}},
        out);
    outcome.scheduled = std::move(made.jobs);
    outcome.sendings = std::move(made.sendings);
    outcome.skipped = std::move(made.skipped);
  }
  outcome.error_code = failure.failure.code;
  outcome.error_message = failure.failure.message;
  return outcome;
}

Status decide(const Context& context, const ReportAttempt& command, Decision& out) {
  DAYBOOK_TRY(check_sizes(command));
  const auto job = context.state.find_open(command.token.started);
  if (!job) {
    return answer_late(context, command, out);
  }
  if (job->secret != command.token.secret || (command.job && *command.job != job->job)) {
    return fail(Code::kConflict, "TOKEN_STALE", "the token is not of this attempt", "token");
  }
  DAYBOOK_TRY(
      check_may(context, access::Noun::kWorkers, job->definition->id, access::Verb::kLease));
  out.cause = job->started;
  if (command.cancelled && job->cancel_requested) {
    ReportOutcome outcome;
    outcome.job = job->job;
    outcome.result = AttemptResult::kCancelled;
    out.events.emplace_back(events::JobCancelled{job->job, job->definition->id,
                                                 end_of(*job, identity(command), command.answers)});
    out.outcome = outcome;
    return {};
  }
  AttemptFailure failure{{}, true, identity(command), command.jitter, command.answers};
  if (command.cancelled) {
    failure.failure = {"STOPPED", "the attempt stopped without having been asked to", {}};
  } else if (command.failed) {
    failure.failure = {command.failed->code, command.failed->message, {command.failed->details}};
    failure.retryable = command.failed->retryable;
  } else {
    const auto refused = complete(context, *job, command, out);
    if (!refused) {
      return {};
    }
    failure.failure = *refused;
    failure.retryable = false;
    failure.result = command.result;  // the work is done, whatever comes of it
  }
  out.outcome = fail_attempt(context, *job, failure, out);
  return {};
}

}  // namespace daybook::scheduler
