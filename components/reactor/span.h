// Durations of the language: a number of one unit, "15 minutes" or "1.5 hours".
//
// A Span is either of the calendar (years, months) or of the clock (all other units); the two never
// mix, since a month has no fixed length. The clock counts microseconds: a tick is 100 ns, so ticks
// are rounded to ten, halves to the even microsecond. Any thread; nothing throws.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "components/reactor/decimal.h"

namespace daybook::reactor {

struct Span {
  // From the longest to the shortest.
  enum class Unit : std::uint8_t {
    years,
    months,
    weeks,
    days,
    hours,
    minutes,
    seconds,
    milliseconds,
    ticks
  };

  Unit unit = Unit::seconds;  // what it is written in
  std::int64_t amount = 0;    // months for years and months, microseconds for all others

  constexpr bool operator==(const Span&) const = default;
};

constexpr bool is_calendar(Span::Unit unit) {
  return unit <= Span::Unit::months;
}

// "years" to "ticks".
std::string_view unit_name(Span::Unit unit);
// The same names, and "ms" for milliseconds.
std::optional<Span::Unit> parse_unit(std::string_view name);

// `count` units, rounded half to even to microseconds; nothing when the amount does not fit, or is
// not a whole number of months.
std::optional<Span> make_span(const Decimal& count, Span::Unit unit);
bool is_whole_days(const Span& span);
// Why there is no such span.
std::string_view why_no_span(const Decimal& count, Span::Unit unit);
// How many of its unit a span is: 1.5 for 90 minutes in hours.
Decimal count(const Span& span);
// The same length written in another unit; nothing between calendar and clock.
std::optional<Span> convert(const Span& span, Span::Unit unit);
// A length of the clock in the longest unit of which it is a whole number: at most days.
Span clock_span(std::int64_t microseconds);

// Nothing between calendar and clock, or when the amount does not fit. The unit of different units
// is the shorter one.
std::optional<Span> add(const Span& a, const Span& b);
std::optional<Span> subtract(const Span& a, const Span& b);
// Nothing for the one amount whose negative does not fit.
std::optional<Span> negate(const Span& span);
// How often `b`, which is not zero, goes into `a`; nothing between calendar and clock.
std::optional<Decimal> ratio(const Span& a, const Span& b);
// By length; nothing between calendar and clock.
std::optional<std::strong_ordering> compare(const Span& a, const Span& b);

// "15 minutes": in its own unit when that is exact, else in the longest that is.
std::string format_span(const Span& span);
// ISO 8601: "PT15M", "P1Y6M", "-P1DT0.5S".
std::string iso_span(const Span& span);
// Either form: one number and one unit, parted by spaces, or ISO 8601 with years and months, or
// with weeks, days, hours, minutes and seconds. Only the last number of the ISO form may have a
// fraction; its unit is the longest that is exact.
std::optional<Span> parse_span(std::string_view text);

}  // namespace daybook::reactor
