// Events about an attempt: its start, its lease, its end.
#pragma once

#include "events/words.h"

namespace daybook::events {

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
// open. answers: what the queries and calls of the run were answered, empty when it made none.
struct AttemptEnd {
  Attempt attempt;
  Seq started;
  Micros started_at;
  std::uint64_t report = 0;
  Json answers{};
};

// The job ended well. Its effects follow in the same batch. output: the last bytes that its program
// printed, {"stdout", "stderr"}; empty for what is no program, or printed nothing.
struct JobCompleted {
  JobId job;
  Text definition;
  AttemptEnd end;
  Json result;
  std::uint32_t effects = 0;
  Json output{};

  void each(auto&& f) const {
    f("jobId", job), f("attempt", end.attempt), f("jobDefinitionId", definition);
    f("started", end.started), f("startedAt", end.started_at), f("result", result);
    f("effects", effects), f("answers", end.answers), f("output", output);
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
    f("answers", end.answers);
  }
};

// The attempt failed; the job is pending again and due at run_at. uncounted: attempts so far that a
// stop of the server ended, which do not count towards the most that there may be.
struct JobRetryScheduled {
  JobId job;
  Text definition;
  AttemptEnd end;
  Failure failure;
  Micros run_at;
  std::uint32_t uncounted = 0;

  void each(auto&& f) const {
    f("jobId", job), f("attempt", end.attempt), f("jobDefinitionId", definition);
    f("started", end.started), f("startedAt", end.started_at), f("code", failure.code);
    f("message", failure.message), f("details", failure.details), f("runAt", run_at);
    f("answers", end.answers);
    if (uncounted > 0) {
      f("uncounted", uncounted);
    }
  }
};

// The job ended by cancellation; end.attempt is zero when it was pending.
struct JobCancelled {
  JobId job;
  Text definition;
  AttemptEnd end;

  void each(auto&& f) const {
    f("jobId", job), f("attempt", end.attempt), f("jobDefinitionId", definition);
    f("started", end.started), f("startedAt", end.started_at), f("answers", end.answers);
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

}  // namespace daybook::events
