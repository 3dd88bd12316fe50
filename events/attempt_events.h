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
// could have begun; planned: the time that its job was created for, which tries after the first are
// behind (zero in logs of releases that did not write it). lease_until is zero when the server
// itself runs the attempt; timeout_at is zero when there is none.
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
  Micros planned{};

  void each(auto&& f) const {
    f("jobId", job), f("attempt", attempt), f("jobDefinitionId", definition);
    f("componentId", component), f("specHash", spec_hash), f("worker", worker), f("dueAt", due);
    f("leaseUntil", lease_until), f("timeoutAt", timeout_at), f("plannedAt", planned);
  }
};

// What every end of an attempt names: the attempt, its JobStarted event and the digest of the
// report that ended it (zero when the scheduler ended it). attempt is zero when no attempt was
// open. answers: what the queries and calls of the run were answered, empty when it made none. due,
// planned: those of the attempt; of a job that ended without one, what they would have been.
struct AttemptEnd {
  Attempt attempt;
  Seq started;
  Micros started_at;
  std::uint64_t report = 0;
  Json answers{};
  Micros due{};
  Micros planned{};
};

// The job ended well. Its effects follow in the same batch. output: the last bytes that its program
// printed, {"stdout", "stderr"}; empty for what is no program, or printed nothing. skipped:
// [{"effect": <place>, "code": …, "message": …, "jobId": …}] of those that do not follow, empty
// when all do.
struct JobCompleted {
  JobId job;
  Text definition;
  AttemptEnd end;
  Json result;
  std::uint32_t effects = 0;
  Json output{};
  Json skipped{};

  void each(auto&& f) const {
    f("jobId", job), f("attempt", end.attempt), f("jobDefinitionId", definition);
    f("started", end.started), f("startedAt", end.started_at), f("result", result);
    f("effects", effects), f("answers", end.answers), f("output", output);
    f("dueAt", end.due), f("plannedAt", end.planned), f("skipped", skipped);
  }
};

struct Failure {
  Text code;
  Text message;
  Json details;
};

// The job ended badly and will not be tried again. effects, skipped: of what its definition asks
// for then, as with JobCompleted. result: of a run whose effects were refused. parameters: the
// job's, for whoever is told of the failure.
struct JobFailed {
  JobId job;
  Text definition;
  AttemptEnd end;
  Failure failure;
  std::uint32_t effects = 0;
  Json skipped{};
  Json result{};
  Json parameters{};

  void each(auto&& f) const {
    f("jobId", job), f("attempt", end.attempt), f("jobDefinitionId", definition);
    f("started", end.started), f("startedAt", end.started_at), f("code", failure.code);
    f("message", failure.message), f("details", failure.details);
    f("answers", end.answers), f("dueAt", end.due), f("plannedAt", end.planned);
    f("effects", effects), f("skipped", skipped), f("result", result);
    f("parameters", parameters);
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
    f("answers", end.answers), f("dueAt", end.due), f("plannedAt", end.planned);
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
    f("dueAt", end.due), f("plannedAt", end.planned);
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
