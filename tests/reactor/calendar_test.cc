#include "components/reactor/calendar.h"

#include <rapidcheck.h>

#include <limits>

#include <gtest/gtest.h>

#include "base/time_text.h"

namespace daybook::reactor {
namespace {

using Unit = Span::Unit;

constexpr std::int64_t kDay = 86'400'000'000;
constexpr std::int64_t kMostTicks = std::numeric_limits<std::int64_t>::max();

Micros at(std::string_view text) {
  const auto parsed = parse_instant(text);
  EXPECT_TRUE(parsed) << text;
  return parsed.value_or(Micros{});
}

std::string shown(const std::optional<Micros>& instant) {
  return instant ? format_instant(*instant) : "nothing";
}

Span span(std::string_view text) {
  const auto parsed = parse_span(text);
  EXPECT_TRUE(parsed) << text;
  return parsed.value_or(Span{});
}

struct AddCase {
  std::string_view start;
  std::string_view span;
  std::string_view result;
};

TEST(Calendar, MonthsKeepTheDayOrTakeTheLastOne) {
  for (const auto& [start, length, result] :
       {AddCase{"2025-01-31T10:00:00.5Z", "1 months", "2025-02-28T10:00:00.500Z"},
        AddCase{"2024-01-31T00:00:00Z", "1 months", "2024-02-29T00:00:00Z"},
        AddCase{"2024-02-29T00:00:00Z", "1 years", "2025-02-28T00:00:00Z"},
        AddCase{"2024-02-29T00:00:00Z", "4 years", "2028-02-29T00:00:00Z"},
        AddCase{"2025-03-31T00:00:00Z", "-1 months", "2025-02-28T00:00:00Z"},
        AddCase{"2025-12-15T00:00:00Z", "1 months", "2026-01-15T00:00:00Z"},
        AddCase{"1969-12-31T23:59:59Z", "2 months", "1970-02-28T23:59:59Z"},
        AddCase{"2025-06-15T00:00:00Z", "1.5 years", "2026-12-15T00:00:00Z"},
        AddCase{"9999-11-30T00:00:00Z", "1 months", "9999-12-30T00:00:00Z"},
        AddCase{"9999-12-01T00:00:00Z", "1 months", "nothing"},
        AddCase{"0001-01-31T00:00:00Z", "-1 months", "nothing"},
        AddCase{"2025-01-01T00:00:00Z", "9223372036854775807 months", "nothing"},
        AddCase{"2025-01-01T00:00:00Z", "-9223372036854775808 months", "nothing"}}) {
    EXPECT_EQ(shown(add(at(start), span(length))), result) << start << " + " << length;
  }
}

TEST(Calendar, ClockUnitsAreExactAndStayInRange) {
  for (const auto& [start, length, result] :
       {AddCase{"2025-02-28T23:30:00Z", "45 minutes", "2025-03-01T00:15:00Z"},
        AddCase{"1970-01-01T00:00:00Z", "-1 ms", "1969-12-31T23:59:59.999Z"},
        AddCase{"2025-01-01T00:00:00Z", "2 weeks", "2025-01-15T00:00:00Z"},
        AddCase{"9999-12-31T23:59:59.999999Z", "10 ticks", "nothing"},
        AddCase{"0001-01-01T00:00:00Z", "-10 ticks", "nothing"},
        AddCase{"2025-01-01T00:00:00Z", "92233720368547758070 ticks", "nothing"}}) {
    EXPECT_EQ(shown(add(at(start), span(length))), result) << start << " + " << length;
  }
  EXPECT_EQ(shown(subtract(at("2025-03-31T00:00:00Z"), span("1 months"))), "2025-02-28T00:00:00Z");
  EXPECT_EQ(subtract(Micros{0}, {Unit::ticks, std::numeric_limits<std::int64_t>::min()}),
            std::nullopt);
  EXPECT_EQ(format_span(between(at("2025-01-01T00:00:00Z"), at("2025-01-01T00:15:00Z"))),
            "15 minutes");
}

TEST(Calendar, DatesMoveByWholeDaysAndMonths) {
  const Date day = *parse_date("2024-02-29");
  EXPECT_EQ(format_date(*add(day, span("1 days"))), "2024-03-01");
  EXPECT_EQ(format_date(*add(day, span("24 hours"))), "2024-03-01");
  EXPECT_EQ(format_date(*subtract(day, span("1 years"))), "2023-02-28");
  EXPECT_EQ(add(day, span("1 hours")), std::nullopt);
  EXPECT_EQ(add(kDateMax, span("1 days")), std::nullopt);
  EXPECT_EQ(subtract(kDateMin, span("1 days")), std::nullopt);
  EXPECT_EQ(subtract(kDateMin, {Unit::days, kMostTicks / kDay * kDay}), std::nullopt);
}

TEST(Calendar, NamesThePartsOfAnInstant) {
  EXPECT_EQ(parts(at("2025-11-16T02:03:04.000005Z")), (Parts{2025, 11, 16, 2, 3, 4, 5, 7}));
  EXPECT_EQ(parts(at("1969-12-31T23:59:59.999999Z")),
            (Parts{1969, 12, 31, 23, 59, 59, 999'999, 3}));
  EXPECT_EQ(parts(Micros{0}), Parts{});
  EXPECT_EQ(parts(kInstantMin), (Parts{1, 1, 1, 0, 0, 0, 0, 1}));
  EXPECT_EQ(parts(kInstantMax), (Parts{9999, 12, 31, 23, 59, 59, 999'999, 5}));
  EXPECT_EQ(shown(start_of_day(at("1969-12-31T23:59:59Z"))), "1969-12-31T00:00:00Z");
  EXPECT_EQ(shown(start_of(kDateMin)), "0001-01-01T00:00:00Z");
  EXPECT_EQ(date_of(kInstantMax), kDateMax);
}

TEST(Calendar, ReadsInstantsFromYearOneOn) {
  for (const auto& [text, is] : {std::pair("0001-01-01T00:00Z", "0001-01-01T00:00:00Z"),
                                 {"0000-12-31T23:00:00-01:00", "0001-01-01T00:00:00Z"},
                                 {"1600-02-29T12:00:00", "1600-02-29T12:00:00Z"},
                                 {"1969-12-31T23:59:59.999999Z", "1969-12-31T23:59:59.999999Z"},
                                 {"1970-01-01T00:00:00+01:00", "1969-12-31T23:00:00Z"},
                                 {"2025-11-16T04:00:00+02:00", "2025-11-16T02:00:00Z"},
                                 {"9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59.999999Z"},
                                 {"10000-01-01T00:00:00Z", "nothing"},
                                 {"0001-01-01T00:00:00+00:01", "nothing"},
                                 {"9999-12-31T23:59:59-00:01", "nothing"},
                                 {"1900-02-29T00:00:00Z", "nothing"},
                                 {"2025-11-16", "nothing"},
                                 {"+025-11-16T00:00:00Z", "nothing"},
                                 {"", "nothing"}}) {
    EXPECT_EQ(shown(parse_instant(text)), is) << text;
  }
}

TEST(Calendar, ReadsAndWritesDates) {
  for (const std::string_view text : {"0001-01-01", "1900-02-28", "2000-02-29", "9999-12-31"}) {
    const auto date = parse_date(text);
    ASSERT_TRUE(date) << text;
    EXPECT_EQ(format_date(*date), text);
  }
  for (const std::string_view text :
       {"", "0000-01-01", "1900-02-29", "2025-13-01", "2025-00-01", "2025-01-00", "2025-1-01",
        "2025-01-01Z", "20250101", "2025-01-32", "12025-01-01", "2025-01", "2025-01-"}) {
    EXPECT_FALSE(parse_date(text)) << text;
  }
}

TEST(CalendarProperty, TextReadsBackAndPartsGiveTheDay) {
  EXPECT_TRUE(rc::check([] {
    const Micros instant{*rc::gen::inRange(kInstantMin.value, kInstantMax.value)};
    RC_ASSERT(parse_instant(format_instant(instant)) == instant);
    const Parts p = parts(instant);
    RC_ASSERT(make_date(p.year, p.month, p.day) == date_of(instant));
    RC_ASSERT(parse_date(format_date(date_of(instant))) == date_of(instant));
    RC_ASSERT(start_of_day(instant) <= instant);
    RC_ASSERT(instant - start_of_day(instant) < Duration{kDay});
    const std::int64_t days = date_of(instant).days;
    RC_ASSERT(p.weekday == (days % 7 + 7 + 3) % 7 + 1);
    if (const auto from_base = parse_time(format_time(instant), {})) {
      RC_ASSERT(*from_base == instant);
    }
  }));
}

TEST(CalendarProperty, MonthsMoveTheMonthNumberAndNothingElse) {
  EXPECT_TRUE(rc::check([] {
    const Micros instant{*rc::gen::inRange(kInstantMin.value, kInstantMax.value)};
    const auto months = *rc::gen::inRange<std::int64_t>(-3000, 3000);
    const Parts before = parts(instant);
    const auto moved = add(instant, {Unit::months, months});
    const std::int64_t target = before.year * 12 + before.month - 1 + months;
    RC_ASSERT(moved.has_value() == (target >= 12 && target < 120'000));
    if (moved) {
      const Parts after = parts(*moved);
      RC_ASSERT(after.year * 12 + after.month - 1 == target);
      const auto next = make_date(after.year, after.month, before.day);
      RC_ASSERT(after.day == before.day || (after.day < before.day && !next));
      RC_ASSERT(after.day == before.day || !make_date(after.year, after.month, after.day + 1));
      RC_ASSERT(*moved - start_of_day(*moved) == instant - start_of_day(instant));
    }
  }));
}

}  // namespace
}  // namespace daybook::reactor
