// How often who goes through a log tells how far it is. Private to replay/.
#pragma once

#include <cstdint>

namespace daybook::replay {

// Told of an event whose number has none of these bits: of every 65,536th.
inline constexpr std::uint64_t kProgressMask = 0xffff;

}  // namespace daybook::replay
