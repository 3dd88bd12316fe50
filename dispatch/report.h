// From what a runtime says of a run to the command that records it. Private to dispatch.
#pragma once

#include <cstdint>

#include "components/runtime.h"
#include "dispatch/effects.h"
#include "scheduler/commands.h"

namespace daybook::dispatch {

// The report of an attempt; what is over a limit is cut, and a result that is becomes a failure, as
// does an effect that this server could never carry out.
scheduler::ReportAttempt make_report(const scheduler::Token& token, JobId job,
                                     components::RunOutcome outcome, const EffectRules& rules = {});

// The report of an attempt whose first report was refused for its content.
scheduler::ReportAttempt make_refused_report(const scheduler::Token& token, JobId job,
                                             const Error& refusal);

// Bytes that the report brings into the log, about.
std::size_t report_bytes(const scheduler::ReportAttempt& report);

}  // namespace daybook::dispatch
