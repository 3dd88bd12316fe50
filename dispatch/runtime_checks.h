// Who checks components of which runtime; workers need nobody.
#pragma once

#include <map>

#include "components/runtime.h"
#include "events/types.h"

namespace daybook::dispatch {

using RuntimeChecks = std::map<events::Runtime, const components::Runtime*>;

}  // namespace daybook::dispatch
