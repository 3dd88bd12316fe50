// What several decide_*.cc share; private to this folder.
#pragma once

#include <set>
#include <string>
#include <string_view>

#include "scheduler/decide.h"
#include "scheduler/decide_access.h"

namespace daybook::scheduler {

// Refuses new work while the disk is at its watermark.
Status check_open(const Context& context);

// Whether the component of that definition takes them: false is said by an error whose field stands
// behind `prefix`. Left to the run: a component that is not there, or of which no contract is
// known.
Status check_parameters(const Context& context, const PutDefinition& settings,
                        std::string_view parameters, const std::string& prefix);

// One job to be created, with what its makers know beside the request itself.
struct JobSource {
  const NewJob& job;
  Micros run_at;
  JobId parent;
  Seq effect_of;  // zero for requests
  std::uint32_t effect_index = 0;
  std::uint32_t rule_depth = 0;
  bool delayed = false;      // run_at counts from now, in running time
  bool parent_ends = false;  // in this batch: its unique key is free
  Owner owner{};             // in whose name it is scheduled
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
  Owner owner{};
};
Status create_sending(const Context& context, const SendingSource& source,
                      const std::string& prefix, Decision& out);

// Delay before the try after the `failed`th, which failed.
Duration sending_delay(Attempt failed, std::uint64_t random);

// What asks for effects: a completion, a failure or a rule. They are made by the newest event of
// `out`.
struct EffectsSource {
  enum class Of : std::uint8_t { kCompletion, kFailure, kRule };
  Of of = Of::kCompletion;
  JobId job;                     // that ends, or that the rule's event is about
  std::uint32_t rule_depth = 0;  // of those that are due soon
  Owner owner{};                 // in whose name they are done
  // Of the effects in their list, when some between them are left out.
  const std::vector<std::uint32_t>* places = nullptr;
};
struct EffectsMade {
  std::vector<JobId> jobs;
  std::vector<SendingId> sendings;
  std::vector<Skipped> skipped;
  std::uint32_t refused = 0;  // the place of the one that is, when add_effects() says so
  std::uint32_t count() const { return static_cast<std::uint32_t>(jobs.size() + sendings.size()); }
};
// Adds the events of the effects, or says why one of them is refused: then what it added has to be
// taken back. A job whose unique key is taken is skipped, and so is all that is refused of a
// failure: that cannot fail once more.
Status add_effects(const Context& context, const std::vector<Effect>& effects,
                   const EffectsSource& source, EffectsMade& made, Decision& out);

// Adds the event that a job failed for good, and what its definition asks for then.
EffectsMade add_job_failed(const Context& context, const JobView& job, events::JobFailed event,
                           Decision& out);

// The end of the open attempt of `job`, as the events name it.
events::AttemptEnd end_of(const JobView& job, std::uint64_t report, std::string_view answers);

struct AttemptFailure {
  events::Failure failure;
  bool retryable = true;
  std::uint64_t report = 0;
  std::uint64_t jitter = 0;
  std::string_view answers{};
  bool lost = false;  // the server ended it, not the job: it does not count, kLostAttemptsMax times
  std::string_view result{};  // of a run whose effects were refused
};
// What becomes of a job whose attempt failed: cancelled when that was asked for, tried again while
// attempts remain and its definition is there, else failed. Adds the event.
ReportOutcome fail_attempt(const Context& context, const JobView& job,
                           const AttemptFailure& failure, Decision& out);

// Delay before the attempt after the `attempt`th that counts: initial * factor^(attempt - 1),
// spread by ± jitter, at most max.
Duration backoff(const events::RetryPolicy& policy, Attempt attempt, std::uint64_t random);

}  // namespace daybook::scheduler
