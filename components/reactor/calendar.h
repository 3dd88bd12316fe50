// Instants and dates of the language, in the proleptic Gregorian calendar and in UTC: from
// 0001-01-01 to the last microsecond of 9999.
//
// Every function takes instants and dates of that range only (in_range) and gives no other. Any
// thread; nothing throws.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/ids.h"
#include "components/reactor/span.h"

namespace daybook::reactor {

struct Date {
  std::int32_t days = 0;  // since 1970-01-01

  constexpr auto operator<=>(const Date&) const = default;
};

inline constexpr Date kDateMin{-719'162};
inline constexpr Date kDateMax{2'932'896};
inline constexpr Micros kInstantMin{-62'135'596'800'000'000};
inline constexpr Micros kInstantMax{253'402'300'799'999'999};

constexpr bool in_range(Micros instant) {
  return instant >= kInstantMin && instant <= kInstantMax;
}
constexpr bool in_range(Date date) {
  return date >= kDateMin && date <= kDateMax;
}

struct Parts {
  int year = 1970;
  int month = 1;        // 1 to 12
  int day = 1;          // 1 to 31
  int hour = 0;         // 0 to 23
  int minute = 0;       // 0 to 59
  int second = 0;       // 0 to 59
  int microsecond = 0;  // 0 to 999'999
  int weekday = 4;      // 1 (Monday) to 7 (Sunday), as ISO 8601 counts

  bool operator==(const Parts&) const = default;
};

Parts parts(Micros instant);
Parts parts(Date date);
// Nothing unless there is such a day.
std::optional<Date> make_date(int year, int month, int day);
Date date_of(Micros instant);
// Midnight.
Micros start_of(Date date);
Micros start_of_day(Micros instant);

// Months keep the day, or take the last one of a shorter month (31 January + 1 months is the end of
// February), and the time of day. Nothing outside the range.
std::optional<Micros> add(Micros instant, const Span& span);
std::optional<Micros> subtract(Micros instant, const Span& span);
// The same for dates; nothing also when the span is not of whole days.
std::optional<Date> add(Date date, const Span& span);
std::optional<Date> subtract(Date date, const Span& span);
// later - earlier, of the clock.
Span between(Micros earlier, Micros later);

// "2025-11-16T02:00:00Z", as base/time_text.h writes it.
std::string format_instant(Micros instant);
// What base/time_text.h reads (without zone: UTC), from year 1 on.
std::optional<Micros> parse_instant(std::string_view text);
// "2025-11-16".
std::string format_date(Date date);
std::optional<Date> parse_date(std::string_view text);

}  // namespace daybook::reactor
