// What several decide_*.cc share; private to this folder.
#pragma once

#include <set>
#include <string>

#include "scheduler/decide.h"

namespace daybook::scheduler {

// Refuses new work while the disk is at its watermark.
Status check_open(const Context& context);

// One job to be created, with what its makers know beside the request itself.
struct JobSource {
  const NewJob& job;
  Micros run_at;
  JobId parent;
  Seq effect_of;  // zero for requests
  std::uint32_t effect_index = 0;
  std::uint32_t rule_depth = 0;
  bool delayed = false;  // run_at counts from now, in running time
};
// That of a request: without a time it is due now.
JobSource asked_for(const Context& context, const NewJob& job, JobId parent);
// Adds its JobCreated event. `taken` holds the unique keys of the jobs before it in the same batch;
// `prefix` stands before the names of fields in errors.
Result<JobId> create_job(const Context& context, const JobSource& source,
                         std::set<std::string>& taken, const std::string& prefix, Decision& out);

// One sending to be created, as JobSource; job: whose run asked for it.
struct SendingSource {
  const NewSending& sending;
  JobId job;
  Seq effect_of;
  std::uint32_t effect_index = 0;
};
Status create_sending(const Context& context, const SendingSource& source,
                      const std::string& prefix, Decision& out);

// Delay before the try after the `failed`th, which failed.
Duration sending_delay(Attempt failed, std::uint64_t random);

// What asks for effects: a completion or a rule.
struct EffectsSource {
  JobId job;                     // whose run asked for them; null: a rule
  std::uint32_t rule_depth = 0;  // of those that are due soon
};
struct EffectsMade {
  std::vector<JobId> jobs;
  std::vector<SendingId> sendings;
};
// Adds the events of the effects behind the one event that is in `out`, or says why one of them is
// refused: then what it added has to be taken back.
Status add_effects(const Context& context, const std::vector<Effect>& effects,
                   const EffectsSource& source, EffectsMade& made, Decision& out);

// The end of the open attempt of `job`, as the events name it.
events::AttemptEnd end_of(const JobView& job, std::uint64_t report, std::string_view answers);

struct AttemptFailure {
  events::Failure failure;
  bool retryable = true;
  std::uint64_t report = 0;
  std::uint64_t jitter = 0;
  std::string_view answers{};
  bool lost = false;  // the server ended it, not the job: it does not count, kLostAttemptsMax times
};
// What becomes of a job whose attempt failed: cancelled when that was asked for, tried again while
// attempts remain and its definition is there, else failed. Adds the event.
ReportOutcome fail_attempt(const Context& context, const JobView& job,
                           const AttemptFailure& failure, Decision& out);

// Delay before the attempt after the `attempt`th that counts: initial * factor^(attempt - 1),
// spread by ± jitter, at most max.
Duration backoff(const events::RetryPolicy& policy, Attempt attempt, std::uint64_t random);

}  // namespace daybook::scheduler
