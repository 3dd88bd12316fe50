// What became of the clocks, in a line for whoever reads the server's log.
#pragma once

#include <string>

#include "events/clock_events.h"

namespace daybook::scheduler {

std::string describe(const events::ClockStepped& step);
// A step ahead that is not believed yet.
std::string describe_held(Duration by);

}  // namespace daybook::scheduler
