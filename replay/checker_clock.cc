// How the clocks stand to each other, and what is due by which of them.
#include <algorithm>

#include "base/limits/definitions.h"
#include "replay/checker_jobs.h"

namespace daybook::replay {
namespace {

// What the offsets are after a step, when they were `before`.
events::ClockOffsets after(const events::ClockStepped& e, events::ClockOffsets before) {
  const std::int64_t step = e.step.value;
  switch (e.kind) {
    case events::ClockStep::kBack:
      before.ahead.value -= step;
      break;
    case events::ClockStep::kForward: {
      const std::int64_t made_good = std::min(step, before.ahead.value);
      before.ahead.value -= made_good;
      before.lead.value += step - made_good;
      break;
    }
    case events::ClockStep::kAway:
      break;
    case events::ClockStep::kSlew:
      before.ahead.value -= step;
      before.lead.value -= step;
      break;
  }
  return before;
}

bool fits(const events::ClockStepped& e) {
  switch (e.kind) {
    case events::ClockStep::kBack:
      return e.step.value < 0 && e.away.value == 0;
    case events::ClockStep::kAway:
      return e.step.value == 0 && e.away.value > 0;
    default:
      return e.step.value > 0 && e.away.value == 0;
  }
}

}  // namespace

Micros JobRules::due(const Job& job) const {
  return job.delayed ? offsets_.at_running(job.run_at) : offsets_.at_wall(job.run_at);
}

Micros JobRules::running(Micros logical) const {
  return logical.value == 0 ? logical : offsets_.running(logical);
}

void JobRules::extend_leases(Duration away) {
  if (away.value <= 0) {
    return;
  }
  for (auto& [key, job] : jobs_) {
    if (job.started.value == 0 || job.lease_until.value == 0) {
      continue;
    }
    const Duration own = definitions_[job.definition].lease;
    job.lease_until = events::given_back(job.lease_until, away, running(meta_.time),
                                         own.value > 0 ? own : Duration{kLeaseDefaultUs});
    if (job.timeout_at.value != 0) {
      job.timeout_at = events::moved(job.timeout_at, away.value);
    }
  }
}

void JobRules::on(const events::ClockStepped& e) {
  if (!fits(e) || e.offsets != after(e, offsets_) || e.offsets.ahead.value < 0) {
    broken(Rule::kClock, "the clocks do not stand to each other as that step leaves them");
  }
  if (e.kind == events::ClockStep::kBack) {
    for (auto& [key, job] : jobs_) {
      const Micros at = due(job);
      if (job.started.value == 0 && !job.delayed && at <= meta_.time) {
        job.delayed = true;  // it was due, and stays so
        job.run_at = running(at);
      }
    }
  }
  offsets_ = e.offsets;
  extend_leases(e.away);
}

}  // namespace daybook::replay
