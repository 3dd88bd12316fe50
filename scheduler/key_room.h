// Whether there is room to remember one more idempotency key.
#pragma once

#include <cstddef>
#include <string_view>

#include "base/result.h"
#include "scheduler/commands.h"
#include "scheduler/key_window.h"

namespace daybook::scheduler {

// Whether the key that came with the command will be known; now: running time. What ends work is
// never refused for want of room: repeated, it does no more than it did. What deletes has a reserve
// of its own. kExhausted "TOO_MANY_KEYS" for all else when its actor holds as many as it may.
Result<bool> remembers_key(const KeyWindow& held, std::string_view actor, const Command& command,
                           Micros now, std::size_t keys_max);

}  // namespace daybook::scheduler
