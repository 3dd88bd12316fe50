// How long a duration that somebody writes may be.
#pragma once

#include <cstdint>
#include <string_view>

namespace daybook {

// Twelve years and more than any duration here needs; far from where sums of such parts overflow.
inline constexpr std::int64_t kDurationMaxUs = 400'000'000'000'000;
// Why parse_duration refuses one that is longer: its member may have a lower limit to name.
inline constexpr std::string_view kReasonDurationTooLong = "DURATION_TOO_LONG";

}  // namespace daybook
