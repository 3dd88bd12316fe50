// Events as components of rules see them (docs/rules.md).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "events/clock_events.h"
#include "events/types.h"

namespace daybook::events {

// Whether a rule can run for events of that type (events/catalogue.h).
bool has_hook(std::uint16_t type);

// "OnJobCompleted", …; empty for an event without one.
std::string hook_of(const Event& event);

// Its record as JSON, with the fields that components/reactor/nominal.cc declares. Its times are
// those of the wall clock, by the clocks as they stood then.
std::string hook_record(const Recorded& recorded, const ClockOffsets& clocks);

}  // namespace daybook::events
