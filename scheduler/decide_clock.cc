// NoteClock: what a step of the wall clock is, the sequencer itself sees and writes down; this adds
// that the server did not run for a while.
#include "scheduler/decide_parts.h"

namespace daybook::scheduler {

Status decide(const Context& context, const NoteClock& command, Decision& out) {
  if (command.away.value > 0) {
    out.events.emplace_back(
        events::ClockStepped{events::ClockStep::kAway, {}, context.state.offsets(), command.away});
  }
  return {};
}

}  // namespace daybook::scheduler
