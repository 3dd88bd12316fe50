#include "scheduler/decide.h"

#include "scheduler/decide_parts.h"

namespace daybook::scheduler {

void Decision::clear() {
  events.clear();
  texts.clear();
  cause = Seq{};
  outcome = Done{};
  past = Seq{};
  wants.reset();
}

Status check_open(const Context& context) {
  return context.closed == nullptr ? Status{} : fail(*context.closed);
}

Status decide(const Context& context, const Command& command, Decision& out) {
  out.clear();
  return std::visit([&](const auto& c) { return decide(context, c, out); }, command);
}

}  // namespace daybook::scheduler
