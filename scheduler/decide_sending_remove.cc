// RemoveSendings: a retention sweep over ended sendings.
#include "scheduler/decide_parts.h"

namespace daybook::scheduler {

Status decide(const Context& context, const RemoveSendings& command, Decision& out) {
  // A wall clock that is not believed must not end anybody's retention early.
  if (command.cutoff > context.now) {
    return fail(Code::kConflict, "CUTOFF_AHEAD", "the sweep's cutoff is later than logical time");
  }
  std::set<Seq> seen;
  for (const RemoveSendings::Item& item : command.sendings) {
    // What is not ended, or gone already, is passed over.
    if (context.state.is_sending_ended(item.created) && seen.insert(item.created).second) {
      out.events.emplace_back(
          events::SendingRemoved{item.sending, item.created, events::RemovalReason::kRetention});
    }
  }
  out.outcome = RemoveOutcome{out.events.size()};
  return {};
}

}  // namespace daybook::scheduler
