// From a started job to the order that its runtime takes. Private to dispatch.
#pragma once

#include <optional>

#include "components/runtime.h"
#include "scheduler/outcomes.h"

namespace daybook::dispatch {

// deadline: on the steady clock; none when the definition has no timeout.
components::Order make_order(const scheduler::StartedJob& job, std::optional<Micros> deadline);

}  // namespace daybook::dispatch
