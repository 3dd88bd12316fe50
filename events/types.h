// One struct per event: a fact, past tense. Text members borrow: a decoded event is valid as long
// as the record's bytes are, an event that is about to be encoded as long as its makers' strings
// are.
//
// each(f) visits the members by name, for JSON and for comparison; secrets are left out.
// When each is written and what it changes: docs/events.md.
#pragma once

#include <cstdint>
#include <string_view>
#include <variant>
#include <vector>

#include "base/ids.h"

namespace daybook::events {

using Text = std::string_view;

// A text that is itself a JSON document; empty means absent.
struct Json {
  Text text;
  bool operator==(const Json&) const = default;
};

enum class Runtime : std::uint8_t { kReactor = 1, kExec = 2, kHttp = 3, kWorker = 4 };
enum class ExpiryCause : std::uint8_t { kLease = 1, kTimeout = 2, kRestart = 3 };
enum class RemovalReason : std::uint8_t { kRetention = 1, kDeleted = 2 };

// A server opened the data directory for writing.
struct ServerStarted {
  Epoch epoch;
  Text version;
  Text host;
  std::uint32_t pid = 0;

  void each(auto&& f) const {
    f("epoch", epoch), f("version", version), f("host", host), f("pid", pid);
  }
};

// A component was created or changed. spec is the runtime's own description: code, command, url, …
struct ComponentPut {
  Text component;
  Runtime runtime = Runtime::kExec;
  Json spec;
  Hash spec_hash{};
  Text display_name;
  Text description;
  Text component_version;

  void each(auto&& f) const {
    f("componentId", component), f("runtime", runtime), f("spec", spec), f("specHash", spec_hash);
    f("displayName", display_name), f("description", description);
    f("componentVersion", component_version);
  }
};

struct ComponentDeleted {
  Text component;

  void each(auto&& f) const { f("componentId", component); }
};

// Delay before attempt n + 1 = min(max, initial * factor^(n-1)), spread by ± jitter.
struct RetryPolicy {
  std::uint32_t max_attempts = 1;
  Duration initial{1'000'000};
  Duration max{3'600'000'000};
  std::uint32_t factor_milli = 2000;
  std::uint32_t jitter_milli = 100;
  bool operator==(const RetryPolicy&) const = default;
};

// A job definition was created or changed. Zero means "none" for timeout, lease, concurrency and
// rate_count.
struct DefinitionPut {
  Text definition;
  Text component;
  Text display_name;
  RetryPolicy retry;
  Duration timeout;
  Duration lease;
  std::uint32_t concurrency = 0;
  std::uint32_t rate_count = 0;
  Duration rate_per;
  std::int32_t priority = 0;
  Duration retention;
  bool paused = false;

  void each(auto&& f) const {
    f("jobDefinitionId", definition), f("componentId", component), f("displayName", display_name);
    f("maxAttempts", retry.max_attempts), f("backoffInitial", retry.initial);
    f("backoffMax", retry.max), f("backoffFactorMilli", retry.factor_milli);
    f("backoffJitterMilli", retry.jitter_milli), f("timeout", timeout), f("leaseDuration", lease);
    f("concurrency", concurrency), f("rateCount", rate_count), f("ratePer", rate_per);
    f("priority", priority), f("retention", retention), f("paused", paused);
  }
};

// pending_jobs: how many were waiting then; each fails when it comes due.
struct DefinitionDeleted {
  Text definition;
  std::uint64_t pending_jobs = 0;

  void each(auto&& f) const { f("jobDefinitionId", definition), f("pendingJobs", pending_jobs); }
};

// A job was scheduled. parent: the job whose effect or retry made it. effect_of, effect_index: the
// JobCompleted event and the place in its list of effects, zero when the job was asked for by a
// request.
struct JobCreated {
  JobId job;
  Text definition;
  Json parameters;
  Micros run_at;
  std::int32_t priority = 0;
  std::vector<Text> tags;
  Text unique_key;
  JobId parent;
  Seq effect_of;
  std::uint32_t effect_index = 0;

  void each(auto&& f) const {
    f("jobId", job), f("jobDefinitionId", definition), f("parameters", parameters);
    f("runAt", run_at), f("priority", priority), f("tags", tags), f("uniqueKey", unique_key);
    f("parentJobId", parent), f("effectOf", effect_of), f("effectIndex", effect_index);
  }
};

// What only the holder of an attempt knows, beside the sequence number of its JobStarted event.
struct Secret {
  std::uint64_t high = 0;
  std::uint64_t low = 0;
  bool operator==(const Secret&) const = default;
};

// An attempt began; its fencing token is this event's sequence number with the secret. due: when it
// could have begun. lease_until is zero when the server itself runs the attempt; timeout_at is zero
// when there is none.
struct JobStarted {
  JobId job;
  Attempt attempt;
  Text definition;
  Text component;
  Hash spec_hash{};
  Secret secret;
  Text worker;
  Micros due;
  Micros lease_until;
  Micros timeout_at;

  void each(auto&& f) const {
    f("jobId", job), f("attempt", attempt), f("jobDefinitionId", definition);
    f("componentId", component), f("specHash", spec_hash), f("worker", worker), f("dueAt", due);
    f("leaseUntil", lease_until), f("timeoutAt", timeout_at);
  }
};

// What every end of an attempt names: the attempt, its JobStarted event and the digest of the
// report that ended it (zero when the scheduler ended it). attempt is zero when no attempt was
// open.
struct AttemptEnd {
  Attempt attempt;
  Seq started;
  Micros started_at;
  std::uint64_t report = 0;
};

// The job ended well. Its effects follow in the same batch.
struct JobCompleted {
  JobId job;
  Text definition;
  AttemptEnd end;
  Json result;
  std::uint32_t effects = 0;

  void each(auto&& f) const {
    f("jobId", job), f("attempt", end.attempt), f("jobDefinitionId", definition);
    f("started", end.started), f("startedAt", end.started_at), f("result", result);
    f("effects", effects);
  }
};

struct Failure {
  Text code;
  Text message;
  Json details;
};

// The job ended badly and will not be tried again.
struct JobFailed {
  JobId job;
  Text definition;
  AttemptEnd end;
  Failure failure;

  void each(auto&& f) const {
    f("jobId", job), f("attempt", end.attempt), f("jobDefinitionId", definition);
    f("started", end.started), f("startedAt", end.started_at), f("code", failure.code);
    f("message", failure.message), f("details", failure.details);
  }
};

// The attempt failed; the job is pending again and due at run_at.
struct JobRetryScheduled {
  JobId job;
  Text definition;
  AttemptEnd end;
  Failure failure;
  Micros run_at;

  void each(auto&& f) const {
    f("jobId", job), f("attempt", end.attempt), f("jobDefinitionId", definition);
    f("started", end.started), f("startedAt", end.started_at), f("code", failure.code);
    f("message", failure.message), f("details", failure.details), f("runAt", run_at);
  }
};

// Somebody asked a running attempt to stop.
struct JobCancelRequested {
  JobId job;
  Attempt attempt;
  Text definition;

  void each(auto&& f) const {
    f("jobId", job), f("attempt", attempt), f("jobDefinitionId", definition);
  }
};

// The job ended by cancellation; end.attempt is zero when it was pending.
struct JobCancelled {
  JobId job;
  Text definition;
  AttemptEnd end;

  void each(auto&& f) const {
    f("jobId", job), f("attempt", end.attempt), f("jobDefinitionId", definition);
    f("started", end.started), f("startedAt", end.started_at);
  }
};

// A heartbeat moved the end of the lease.
struct LeaseExtended {
  JobId job;
  Attempt attempt;
  Micros lease_until;

  void each(auto&& f) const {
    f("jobId", job), f("attempt", attempt), f("leaseUntil", lease_until);
  }
};

// The attempt was given up; what becomes of the job (retry, failed, cancelled) follows in the same
// batch.
struct LeaseExpired {
  JobId job;
  Attempt attempt;
  Text definition;
  Seq started;
  ExpiryCause cause = ExpiryCause::kLease;

  void each(auto&& f) const {
    f("jobId", job), f("attempt", attempt), f("jobDefinitionId", definition);
    f("started", started), f("cause", cause);
  }
};

// An ended job left the lists.
struct JobRemoved {
  JobId job;
  Text definition;
  RemovalReason reason = RemovalReason::kRetention;

  void each(auto&& f) const {
    f("jobId", job), f("jobDefinitionId", definition), f("reason", reason);
  }
};

// The batch that ends with this event is the one outcome of the key (I11). first: first event of
// that batch.
struct IdempotencyKeyUsed {
  Text key;
  Hash body{};
  Seq first;

  void each(auto&& f) const { f("key", key), f("bodyHash", body), f("first", first); }
};

// Everything up to `through` (whose chain hash is `hash`) left the log for the archive file.
struct LogTrimmed {
  Seq through;
  Hash hash{};
  Text archive;

  void each(auto&& f) const { f("through", through), f("hash", hash), f("archive", archive); }
};

// A retention sweep removed so many jobs that ended before `cutoff`; their JobRemoved events stand
// before it.
struct RetentionApplied {
  Micros cutoff;
  std::uint64_t removed = 0;

  void each(auto&& f) const { f("cutoff", cutoff), f("removed", removed); }
};

using Event =
    std::variant<ServerStarted, ComponentPut, ComponentDeleted, DefinitionPut, DefinitionDeleted,
                 JobCreated, JobStarted, JobCompleted, JobFailed, JobRetryScheduled,
                 JobCancelRequested, JobCancelled, LeaseExtended, LeaseExpired, JobRemoved,
                 IdempotencyKeyUsed, LogTrimmed, RetentionApplied>;

// What the header and the payload say about every event alike.
struct Meta {
  Seq seq;
  Micros time;
  CommandId command;
  Seq cause;  // the event that led to this one; zero when a request did
  Epoch epoch;
  std::uint32_t batch_index = 0;
  std::uint32_t batch_count = 0;
  Text actor;  // token id, or "system"
};

struct Recorded {
  Meta meta;
  Event event;
};

}  // namespace daybook::events
