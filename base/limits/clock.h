// Steps of the wall clock: every bound with the reason for its number (I14). A test hits each of
// them.
#pragma once

#include <cstdint>

namespace daybook {

// A wall clock that runs ahead of the monotonic clock by more than this between two batches is not
// believed.
inline constexpr std::int64_t kClockJumpMaxUs = 3600LL * 1'000'000;
// At start: a wall clock this far ahead of the last event must be confirmed by the operator.
inline constexpr std::int64_t kStartJumpMaxUs = 90LL * 86'400 * 1'000'000;

}  // namespace daybook
