// Steps of the wall clock: every bound with the reason for its number (I14). A test hits each of
// them.
#pragma once

#include <cstdint>

namespace daybook {

// A wall clock that is off by less than this is on its way back to right: it is followed, at half
// speed when it is behind. More is a step.
inline constexpr std::int64_t kClockToleranceUs = 1'000'000;
// A step ahead by more than this, while the machine says that no such time passed, would make
// everything fire at once. It is believed when it has stood for kClockConfirmUs: a clock that was
// set wrong by mistake is set right within seconds.
inline constexpr std::int64_t kClockJumpMaxUs = 3600LL * 1'000'000;
inline constexpr std::int64_t kClockConfirmUs = 10LL * 1'000'000;
// The log's time is ahead of a wall clock that went back. Half of each pause between two events of
// at least this is used to let it come nearer: one event each.
inline constexpr std::int64_t kClockSlewGapUs = 200'000;
// At start: a wall clock this far ahead of the last event must be confirmed by the operator.
inline constexpr std::int64_t kStartJumpMaxUs = 90LL * 86'400 * 1'000'000;
// The dispatcher looks at the clock every half second while anything is waited for. When so much
// more has passed between two looks, the process stood still or the machine slept.
inline constexpr std::int64_t kAwayMinUs = 1'000'000;

}  // namespace daybook
