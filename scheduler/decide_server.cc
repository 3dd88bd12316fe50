// StartServer, RecordTrim.
#include "scheduler/decide_parts.h"

namespace daybook::scheduler {

Status decide(const Context& context, const StartServer& command, Decision& out) {
  out.events.emplace_back(events::ServerStarted{Epoch{context.state.epoch().value + 1},
                                                command.version, command.host, command.pid});
  return {};
}

Status decide(const Context& context, const RecordTrim& command, Decision& out) {
  if (command.through > context.state.applied()) {
    return fail(Code::kInvalid, "TRIM_BEYOND_HEAD", "the log does not reach that far", "through");
  }
  out.events.emplace_back(events::LogTrimmed{command.through, command.chain, command.archive});
  return {};
}

}  // namespace daybook::scheduler
