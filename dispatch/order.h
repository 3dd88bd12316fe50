// From a started job to the order that its runtime takes. Private to dispatch.
#pragma once

#include "components/runtime.h"
#include "scheduler/outcomes.h"

namespace daybook::dispatch {

components::Order make_order(const scheduler::StartedJob& job);

}  // namespace daybook::dispatch
