// What a decided command answers.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/result.h"
#include "scheduler/commands.h"
#include "scheduler/component_users.h"

namespace daybook::log {
class Chunk;
}

namespace daybook::scheduler {

// Nothing more than the receipt.
struct Done {};

struct Created {
  std::vector<JobId> jobs;
};

// DeleteDefinition, PutDefinition.
struct DefinitionOutcome {
  std::uint64_t pending_jobs = 0;
  bool created = false;
  bool component_missing = false;  // PutDefinition: a warning, not an error
};

// PutComponent, DeleteComponent.
struct ComponentOutcome {
  bool created = false;
  ComponentUsers users{};  // kComponentUsersMax of each kind, and one more when there are more
};

// PutRule.
struct RuleOutcome {
  bool created = false;
  std::vector<std::string> missing;  // components that are not there: a warning, not an error
};

// An effect that was asked for and is not carried out, though all else is: the key of its job is
// taken, or what a definition asks for when a job fails cannot be.
struct Skipped {
  std::uint32_t effect = 0;  // its place
  std::string code;
  std::string message;
  JobId holder{};  // of the unique key
};

// [{"effect", "code", "message", "jobId"}], as the events tell it; "" when nothing was skipped.
std::string skipped_json(const std::vector<Skipped>& skipped);

// ApplyRule.
struct AppliedOutcome {
  std::vector<JobId> scheduled;
  std::vector<SendingId> sendings;
  std::vector<Skipped> skipped{};
  bool failed = false;  // recorded as a failure: its own, or effects that cannot be
};

struct CancelOutcome {
  bool cancelled = false;  // else a running attempt was asked to stop
};

// StartJob: all that running the attempt needs. Absent `started`: the job failed instead of
// starting (its definition or component is gone).
struct StartedJob {
  JobId job;
  std::string definition;
  std::string owner;  // in whose name it runs; "": who may everything
  Attempt attempt;
  Token token;
  std::string parameters;  // as decided: only those that are kept; as answered: always there
  std::shared_ptr<const Component> component;
  std::vector<std::shared_ptr<const Component>> modules{};  // what it imports, as it stands now
  Micros started_at;
  Micros due;
  Micros planned;      // what the job was created for, in wall time
  Micros lease_until;  // zero: the server runs it
  Micros timeout_at;   // zero: none
  Duration ahead;      // of all these times over the wall clock, but for `planned`
};
struct StartOutcome {
  std::optional<StartedJob> started;
};

// ReportAttempt.
enum class AttemptResult : std::uint8_t { kCompleted, kFailed, kRetryScheduled, kCancelled };
struct ReportOutcome {
  JobId job;
  AttemptResult result = AttemptResult::kCompleted;
  std::optional<Micros> retry_at;
  std::vector<JobId> scheduled;  // by its effects
  std::vector<SendingId> sendings{};
  std::vector<Skipped> skipped{};
  // What the attempt failed with; empty: it did not, or the report is repeated.
  std::string error_code{};
  std::string error_message{};
  bool repeated = false;  // this report had been recorded before
};

struct LeaseOutcome {
  Micros lease_until;
  bool cancel_requested = false;
};

struct RemoveOutcome {
  std::uint64_t removed =
      0;  // jobs that were not ended, or gone already, are passed over in a sweep
};

// ReportSending.
enum class SendingResult : std::uint8_t { kSent, kRetryScheduled, kBounced };
struct SendingOutcome {
  SendingResult result = SendingResult::kSent;
  std::optional<Micros> retry_at;
};

using Outcome = std::variant<Done, Created, DefinitionOutcome, ComponentOutcome, CancelOutcome,
                             StartOutcome, ReportOutcome, LeaseOutcome, RemoveOutcome,
                             SendingOutcome, RuleOutcome, AppliedOutcome>;

// A receipt and an answer. For a command that changed nothing (a repeated report) first and last
// are the events of the first time, or zero when they are not known any more.
struct Reply {
  Seq first;
  Seq last;
  Hash chain{};  // of `last`; zero when replayed and long past: the log knows it
  Micros time;
  bool replayed =
      false;  // an idempotency key's first outcome: `outcome` is Done, read the events first..last
  Outcome outcome;
  // What holds the events first..last, as the log's tail does; null when nothing was written now,
  // or no tail is kept.
  std::shared_ptr<const log::Chunk> events{};
};

}  // namespace daybook::scheduler
