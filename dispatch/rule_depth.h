// How many rules in a row led to an event (docs/rules.md): read back from the log, because nobody
// has to remember it then. Private to dispatch.
#pragma once

#include "base/limits/rules.h"
#include "base/result.h"
#include "events/types.h"
#include "log/log.h"

namespace daybook::dispatch {

// What an event that a rule runs for is about: what its depth follows from.
struct Subject {
  Seq created;           // JobCreated or SendingCreated
  bool sending = false;  // the latter
};
Subject subject_of(const events::Recorded& recorded);
// The job that it is about; null: about a sending.
JobId job_of(const events::Recorded& recorded);

// At most kRuleDepthMax + 1. Zero for what was created by a request, and for what was created so
// long ago that its event has left the log.
Result<std::uint32_t> rule_depth(log::Log& log, const Subject& subject);

}  // namespace daybook::dispatch
