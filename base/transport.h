// How a sending leaves.
#pragma once

#include <cstdint>

namespace daybook {

// By mail, as an HTTP post, or as messages to an actor of the system that the operator configured.
// The numbers stand in the log.
enum class Transport : std::uint8_t { kEmail = 1, kHttp = 2, kActor = 3 };

}  // namespace daybook
