// What the program does about faults: the log says them, and the process ends with its code.
#pragma once

#include <functional>

#include "base/supervisor.h"

namespace daybook::cli {

// `on_fatal`: instead of ending the process; empty: say so and _exit 70 to 74.
Supervisor::Hooks fault_hooks(const std::function<void(const Error&)>& on_fatal);

}  // namespace daybook::cli
