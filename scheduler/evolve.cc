#include "scheduler/evolve.h"

#include "base/check.h"

namespace daybook::scheduler {

void evolve(State& state, const events::Recorded& recorded, const Hash& chain) {
  State::Parts& parts = state.parts();
  const events::Meta& meta = recorded.meta;
  DAYBOOK_CHECK(meta.seq.value == parts.applied.value + 1, "events are folded in order (I1)");
  DAYBOOK_CHECK(meta.time >= parts.time, "logical time never decreases (I5)");
  parts.applied = meta.seq;
  parts.time = meta.time;
  std::visit([&](const auto& event) { evolve_event(parts, meta, chain, event); }, recorded.event);
  parts.keys.expire(parts.offsets.running(meta.time));
}

}  // namespace daybook::scheduler
