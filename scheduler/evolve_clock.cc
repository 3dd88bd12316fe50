// The clocks: how they stand to each other, and what follows for what is waited for.
#include <algorithm>

#include "scheduler/evolve.h"

namespace daybook::scheduler {
namespace {

// What was due before the wall clock went back stays due: its delay is over.
void keep_due(State::Parts& s, Micros now) {
  const events::ClockOffsets& before = s.offsets;
  s.jobs.each([&](JobSlot& slot) {
    if (slot.running() || slot.delayed()) {
      return;
    }
    if (const Micros due = before.at_wall(slot.run_at()); due <= now) {
      s.keep_planned(slot);
      slot.wait_until(before.running(due), true);
    }
  });
}

}  // namespace

void extend_leases(State::Parts& s, Duration away, Micros now) {
  if (away.value == 0) {
    return;
  }
  for (auto& [started, attempt] : s.open) {
    if (attempt.lease_until.value == 0) {
      continue;  // the server runs it, and was away itself
    }
    const Definition& definition = s.definition(s.jobs.find(attempt.job)->definition);
    attempt.lease_until = events::given_back(attempt.lease_until, away, s.offsets.running(now),
                                             lease_of(definition.settings));
    if (attempt.timeout_at.value != 0) {
      attempt.timeout_at = events::moved(attempt.timeout_at, away.value);
    }
  }
}

void evolve_event(State::Parts& s, const events::Meta& m, const Hash&,
                  const events::ClockStepped& e) {
  if (e.kind == events::ClockStep::kBack) {
    keep_due(s, m.time);
  }
  s.offsets = e.offsets;
  extend_leases(s, e.away, m.time);
}

}  // namespace daybook::scheduler
