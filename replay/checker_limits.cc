// What may start and when, how retries are spaced, when an attempt may be given up, how often a key
// counts.
#include <algorithm>
#include <limits>

#include "base/limits/definitions.h"
#include "base/limits/state.h"
#include "replay/checker_jobs.h"

namespace daybook::replay {
namespace {

// The sum, or the end of the range: a hostile log must not make it wrap.
Micros plus(Micros time, std::int64_t us) {
  std::int64_t out = 0;
  if (__builtin_add_overflow(time.value, us, &out)) {
    out = us > 0 ? std::numeric_limits<std::int64_t>::max()
                 : std::numeric_limits<std::int64_t>::min();
  }
  return Micros{out};
}

// min(max, initial * factor^(attempt - 1)) at least and at most: older releases rounded each step
// down to the microsecond, and let the jitter go beyond max.
struct Delays {
  std::int64_t least = 0;
  std::int64_t most = 0;
};

Delays delays_after(const events::RetryPolicy& retry, std::uint32_t attempt) {
  __extension__ using Wide = __int128;
  Wide rounded = retry.initial.value;
  Wide exact = Wide{retry.initial.value} * 1000;
  for (std::uint32_t i = 1; i < attempt && rounded < retry.max.value; ++i) {
    if (rounded * retry.factor_milli / 1000 == rounded && exact >= Wide{retry.max.value} * 1000) {
      break;
    }
    rounded = rounded * retry.factor_milli / 1000;
    exact = std::min(exact * retry.factor_milli / 1000, Wide{retry.max.value} * 1000);
  }
  const Wide max = retry.max.value;
  Delays out;
  out.least = static_cast<std::int64_t>(std::min(rounded, max));
  out.most = static_cast<std::int64_t>(std::min(exact / 1000, max));
  const auto spread = [&](std::int64_t delay) {
    return static_cast<std::int64_t>(static_cast<long double>(delay) * retry.jitter_milli / 1000);
  };
  out.least -= spread(out.least);
  out.most += spread(out.most);
  return out;
}

}  // namespace

void JobRules::on(const events::JobStarted& e) {
  if (past(e.job).cancelled) {
    broken(Rule::kCancelledFinal, "job " + e.job.text() + " started after it was cancelled");
    return;
  }
  Job* job = live(e.job, e.definition);
  if (job == nullptr) {
    return;
  }
  check_start(*job, e);
  note_depth(job->rule_depth);
  Definition& definition = definitions_[job->definition];
  check_limits(definition, e);
  if (job->started.value == 0) {
    --definition.pending;
    ++definition.running;
    ++open_;
  }
  job->attempt = e.attempt;
  job->started = meta_.seq;
  job->started_at = meta_.time;
  job->lease_until = running(e.lease_until);
  job->timeout_at = running(e.timeout_at);
  job->cancel_requested = false;
}

void JobRules::check_start(const Job& job, const events::JobStarted& e) {
  const std::string who = "job " + job.id.text();
  if (job.started.value != 0) {
    broken(Rule::kOneOpen, who + " started while an attempt of it is open");
  }
  if (e.attempt.value != job.attempt.value + 1) {
    broken(Rule::kAttemptNumber, who + " started attempt " + std::to_string(e.attempt.value) +
                                     " after " + std::to_string(job.attempt.value));
  }
  // What was past when the job was created has been due since then.
  const Micros at = due(job);
  if (meta_.time < at || e.due != std::max(at, events::created_time(job.id))) {
    broken(Rule::kNotBefore, who + " started at " + std::to_string(meta_.time.value) + ", due at " +
                                 std::to_string(at.value));
  }
}

void JobRules::check_limits(Definition& definition, const events::JobStarted& e) {
  if (!definition.exists) {
    broken(Rule::kDefinition, "a job started although its definition is gone");
  }
  if (definition.paused) {
    broken(Rule::kPaused, "a job started while its definition is paused");
  }
  const auto component = components_.find(e.component);
  if (e.component != definition.component || component == components_.end() ||
      component->second != e.spec_hash) {
    broken(Rule::kComponent, "the attempt runs " + std::string(e.component) +
                                 ", which is not what its definition names, as it stands");
  }
  if (definition.concurrency > 0 && definition.running >= definition.concurrency) {
    broken(Rule::kConcurrency, std::to_string(definition.running + 1) + " run, " +
                                   std::to_string(definition.concurrency) + " may");
  }
  if (definition.rate_count == 0) {
    return;
  }
  const Micros now = running(meta_.time);
  if (definition.window_used == 0 ||
      now >= plus(definition.window_start, definition.rate_per.value)) {
    definition.window_start = now;
    definition.window_used = 0;
  }
  if (++definition.window_used > definition.rate_count) {
    broken(Rule::kRate, std::to_string(definition.window_used) + " started in the window, " +
                            std::to_string(definition.rate_count) + " may");
  }
}

bool JobRules::check_attempts(const Job& job, const events::JobRetryScheduled& e, bool lost) {
  const Definition& definition = definitions_[job.definition];
  const std::uint32_t counted = job.attempt.value - std::min(job.uncounted, job.attempt.value);
  if (!definition.exists || (!lost && counted >= definition.retry.max_attempts)) {
    broken(Rule::kRetry, "job " + job.id.text() + " is tried again after attempt " +
                             std::to_string(counted) + " of " +
                             std::to_string(definition.retry.max_attempts));
    return false;
  }
  const bool by_restart = lost_.value != 0 && lost_ == job.started;
  if (e.uncounted != job.uncounted + (lost ? 1 : 0) ||
      (lost && (!by_restart || job.lost_in_a_row >= kLostAttemptsMax))) {
    broken(Rule::kRetry, "job " + job.id.text() + " has " + std::to_string(e.uncounted) +
                             " attempts that do not count after " + std::to_string(job.uncounted));
    return false;
  }
  return true;
}

void JobRules::check_retry(Job& job, const events::JobRetryScheduled& e) {
  const bool lost = e.uncounted > job.uncounted;
  if (!check_attempts(job, e, lost)) {
    return;
  }
  // The first loss says nothing of the job: it is tried again at once.
  const std::uint32_t tried = lost ? job.lost_in_a_row : job.attempt.value - job.uncounted;
  const Delays delays =
      tried == 0 ? Delays{} : delays_after(definitions_[job.definition].retry, tried);
  if (e.run_at < plus(meta_.time, delays.least) || e.run_at > plus(meta_.time, delays.most)) {
    broken(Rule::kRetry, "job " + job.id.text() + " is tried again after " +
                             std::to_string(e.run_at.value - meta_.time.value) +
                             " us; the policy says " + std::to_string(delays.least) + " to " +
                             std::to_string(delays.most));
  }
  job.lost_in_a_row = lost ? job.lost_in_a_row + 1 : 0;
  job.uncounted = e.uncounted;
}

void JobRules::on(const events::LeaseExtended& e) {
  const auto found = jobs_.find(e.job.key().value);
  if (found == jobs_.end() || found->second.id != e.job) {
    broken(Rule::kLease, "a lease of a job that is not alive was extended");
    return;
  }
  Job& job = found->second;
  if (job.started.value == 0 || job.attempt != e.attempt || job.lease_until.value == 0 ||
      running(e.lease_until) < job.lease_until) {
    broken(Rule::kLease, "a lease that is not open was extended, or it was shortened");
    return;
  }
  job.lease_until = running(e.lease_until);
}

void JobRules::on(const events::LeaseExpired& e) {
  const Job* job = live(e.job, e.definition);
  if (job == nullptr) {
    return;
  }
  if (job->started.value == 0 || job->started != e.started || job->attempt != e.attempt) {
    broken(Rule::kToken, "an attempt that is not open was given up");
    return;
  }
  bool over = false;
  switch (e.cause) {
    case events::ExpiryCause::kLease:
      over = job->lease_until.value != 0 && job->lease_until <= running(meta_.time);
      break;
    case events::ExpiryCause::kTimeout:
      over = job->timeout_at.value != 0 && job->timeout_at <= running(meta_.time);
      break;
    case events::ExpiryCause::kRestart:
      over = job->lease_until.value == 0 && job->started < server_started_;
      break;
  }
  if (!over) {
    broken(Rule::kLease, "job " + job->id.text() + ": the attempt was given up before its time");
  }
  expired_ = e.started;
  lost_ = e.cause == events::ExpiryCause::kRestart ? e.started : Seq{};
}

void JobRules::on(const events::IdempotencyKeyUsed& e) {
  while (!key_times_.empty() &&
         plus(key_times_.front().first, kIdempotencyWindowUs) <= running(meta_.time)) {
    keys_.erase(key_times_.front().second);
    key_times_.pop_front();
  }
  // Alone, it is the key of a request that changed nothing.
  if (e.first != batch_first_ || meta_.batch_index + 1 != meta_.batch_count) {
    broken(Rule::kIdempotency, "a key stands behind the events of its one outcome, in their batch");
  }
  // Whoever needs no token is one caller, others have keys of their own.
  const bool named = meta_.actor != "local" && meta_.actor != "system";
  const std::string name = std::string(named ? meta_.actor : "") + '\0' + std::string(e.key);
  if (!keys_.insert(name).second) {
    broken(Rule::kIdempotency, "a key was used twice within its window");
    return;
  }
  key_times_.emplace_back(running(meta_.time), name);
}

}  // namespace daybook::replay
