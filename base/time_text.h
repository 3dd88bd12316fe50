// Times and durations as text: ISO 8601 in UTC.
#pragma once

#include <string>
#include <string_view>

#include "base/ids.h"

namespace daybook {

// "2025-11-16T02:00:00Z", with as many fraction digits (none, 3 or 6) as the value needs.
std::string format_time(Micros time);
// The same at the end of `out`.
void append_time(std::string& out, Micros time);
// Date and time with 'T' or a space, optional seconds, fraction and offset (none means UTC); years
// 1970 to 9999.
Result<Micros> parse_time(std::string_view text, std::string_view field);
// The same for a time at which something is to happen, from the year 1 on: what was before
// kEarliestTime is as long past as that.
inline constexpr Micros kEarliestTime{1'000'000};
Result<Micros> parse_due_time(std::string_view text, std::string_view field);

// "90s", "1.5h", "250ms", "2d", or ISO 8601 "PT1H30M", "P1D"; never negative.
Result<Duration> parse_duration(std::string_view text, std::string_view field);
// The shortest exact form of the first kind: "90s", "250ms", "7us".
std::string format_duration(Duration duration);

}  // namespace daybook
