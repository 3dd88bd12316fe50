// An attempt: its start, its lease, its end.
#include "base/check.h"
#include "scheduler/evolve.h"

namespace daybook::scheduler {
namespace {

JobSlot& live(State::Parts& s, JobId job) {
  JobSlot* slot = s.jobs.find(job);
  DAYBOOK_CHECK(slot != nullptr, "an event of an attempt belongs to a live job");
  return *slot;
}

// Closes the open attempt and remembers how it ended. No-op for a job that ends without one. The
// job waits for the time it was due at: who calls this says what becomes of it.
void close_attempt(State::Parts& s, const events::Meta& m, JobSlot& slot,
                   const State::PastReport& report) {
  if (!slot.running()) {
    return;
  }
  State::PastReport past = report;
  past.job = slot.id;
  past.seq = m.seq;
  const auto attempt = s.open.find(slot.started().value);
  s.reports.insert(slot.started(), past);
  slot.wait_until(attempt->second.due, false);
  s.open.erase(attempt);
  --s.definition(slot.definition).running;
  ++s.definition(slot.definition).pending;
  ++s.pending;
}

// The job is over: it leaves the live jobs and is known as ended. Its attempt is closed.
void end_job(State::Parts& s, JobSlot& slot) {
  const std::uint32_t definition = slot.definition;
  s.owners.remove(slot.owner);
  const JobId job = slot.id;
  s.unique.erase(job.key());
  s.ended.insert(job.key());
  s.rule_depths.erase(job.key().value);
  s.lost.erase(job.key().value);
  s.planned.erase(job.key().value);
  s.kept.erase(job.key().value);
  s.jobs.erase(job);
  --s.definition(definition).pending;
  --s.pending;
  s.release_definition(definition);
}

// An attempt that does not count is one more than the last that did not.
void note_lost(State::Parts& s, const events::JobRetryScheduled& e) {
  if (e.uncounted == 0) {
    return;
  }
  LostAttempts& lost = s.lost[e.job.key().value];
  lost.in_a_row = e.uncounted > lost.total ? lost.in_a_row + 1 : 0;
  lost.total = e.uncounted;
}

void count_start(Definition& definition, Micros now) {
  const PutDefinition& settings = definition.settings;
  if (settings.rate_count != 0) {
    definition.starts.start(now, settings.rate_count, settings.rate_per);
  }
}

}  // namespace

void evolve_event(State::Parts& s, const events::Meta& m, const Hash&,
                  const events::JobStarted& e) {
  JobSlot& slot = live(s, e.job);
  DAYBOOK_CHECK(!slot.running(), "at most one open attempt per job (I13)");
  DAYBOOK_CHECK(e.attempt.value == slot.attempt().value + 1, "attempts count up by one");
  const auto running = [&](Micros at) { return at.value == 0 ? at : s.offsets.running(at); };
  const Micros planned = s.planned_of(slot);
  slot.start(m.seq, e.attempt);
  if (planned != e.due) {
    s.planned.emplace(slot.id.key().value, planned);
  }
  s.open.emplace(m.seq.value, OpenAttempt{e.job, e.secret, e.due, m.time, running(e.lease_until),
                                          running(e.timeout_at), false});
  Definition& definition = s.definition(slot.definition);
  --definition.pending;
  ++definition.running;
  --s.pending;
  count_start(definition, s.offsets.running(m.time));
}

void evolve_event(State::Parts& s, const events::Meta& m, const Hash&,
                  const events::JobCompleted& e) {
  JobSlot& slot = live(s, e.job);
  close_attempt(s, m, slot, {e.end.report, {}, {}, AttemptResult::kCompleted, {}});
  end_job(s, slot);
}

void evolve_event(State::Parts& s, const events::Meta& m, const Hash&, const events::JobFailed& e) {
  JobSlot& slot = live(s, e.job);
  close_attempt(s, m, slot, {e.end.report, {}, {}, AttemptResult::kFailed, {}});
  end_job(s, slot);
}

void evolve_event(State::Parts& s, const events::Meta& m, const Hash&,
                  const events::JobRetryScheduled& e) {
  JobSlot& slot = live(s, e.job);
  s.keep_planned(slot);
  close_attempt(s, m, slot, {e.end.report, {}, {}, AttemptResult::kRetryScheduled, e.run_at});
  slot.wait_until(s.offsets.running(e.run_at), true);
  note_lost(s, e);
}

void evolve_event(State::Parts& s, const events::Meta& m, const Hash&,
                  const events::JobCancelled& e) {
  JobSlot& slot = live(s, e.job);
  close_attempt(s, m, slot, {e.end.report, {}, {}, AttemptResult::kCancelled, {}});
  end_job(s, slot);
}

void evolve_event(State::Parts& s, const events::Meta&, const Hash&,
                  const events::LeaseExtended& e) {
  const JobSlot& slot = live(s, e.job);
  DAYBOOK_CHECK(slot.running() && slot.attempt() == e.attempt,
                "a heartbeat is of the open attempt");
  s.open.at(slot.started().value).lease_until = s.offsets.running(e.lease_until);
}

// What becomes of the job follows in the same batch, and closes the attempt.
void evolve_event(State::Parts& s, const events::Meta&, const Hash&,
                  const events::LeaseExpired& e) {
  DAYBOOK_CHECK(live(s, e.job).started() == e.started, "an expired lease is of the open attempt");
}

}  // namespace daybook::scheduler
