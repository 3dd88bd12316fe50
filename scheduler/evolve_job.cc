// A job as a whole: created, asked to stop, removed.
#include "base/check.h"
#include "scheduler/evolve.h"

namespace daybook::scheduler {

void evolve_event(State::Parts& s, const events::Meta& m, const Hash&,
                  const events::JobCreated& e) {
  DAYBOOK_CHECK(e.job.key() == m.seq, "a job's key is the number of its first event");
  const std::uint32_t definition = s.definition_slot(e.definition);
  JobSlot& slot = s.jobs.insert(e.job);
  slot.wait_until(e.delayed ? s.offsets.running(e.run_at) : e.run_at, e.delayed);
  slot.priority = static_cast<std::int8_t>(e.priority);
  slot.set_definition(definition);
  const events::Text owner = events::owner_of(e, m.actor);
  slot.set_owner(s.owners.add(is_open_actor(owner) ? events::Text() : owner));
  if (!e.unique_key.empty()) {
    s.unique.insert(UniqueKeys::id_of(e.definition, e.unique_key), m.seq);
  }
  if (e.rule_depth > 0) {
    s.rule_depths.emplace(m.seq.value, e.rule_depth);
  }
  ++s.definition(definition).pending;
  ++s.pending;
}

void evolve_event(State::Parts& s, const events::Meta&, const Hash&,
                  const events::JobCancelRequested& e) {
  const JobSlot* slot = s.jobs.find(e.job);
  DAYBOOK_CHECK(slot != nullptr && slot->running(), "a job that is asked to stop is running");
  s.open.at(slot->started().value).cancel_requested = true;
}

void evolve_event(State::Parts& s, const events::Meta&, const Hash&, const events::JobRemoved& e) {
  s.ended.erase(e.job.key());
}

}  // namespace daybook::scheduler
