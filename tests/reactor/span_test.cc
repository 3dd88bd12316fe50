#include "components/reactor/span.h"

#include <rapidcheck.h>

#include <limits>

#include <gtest/gtest.h>

namespace daybook::reactor {
namespace {

using Unit = Span::Unit;

constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kLeast = std::numeric_limits<std::int64_t>::min();

struct TextCase {
  std::string_view text;
  Span span;
};

TEST(Span, ReadsANumberAndAUnit) {
  for (const auto& [text, span] :
       {TextCase{"15 minutes", {Unit::minutes, 900'000'000}},
        TextCase{"1.5 hours", {Unit::hours, 5'400'000'000}},
        TextCase{"-2 days", {Unit::days, -172'800'000'000}},
        TextCase{"1   weeks", {Unit::weeks, 604'800'000'000}},
        TextCase{"250 ms", {Unit::milliseconds, 250'000}},
        TextCase{"0.25 seconds", {Unit::seconds, 250'000}}, TextCase{"2 years", {Unit::years, 24}},
        TextCase{"0.5 years", {Unit::years, 6}}, TextCase{"3 months", {Unit::months, 3}},
        TextCase{"1e3 ticks", {Unit::ticks, 100}},
        // Half a microsecond goes to the even one.
        TextCase{"15 ticks", {Unit::ticks, 2}}, TextCase{"25 ticks", {Unit::ticks, 2}},
        TextCase{"0.0000005 seconds", {Unit::seconds, 0}}}) {
    const auto parsed = parse_span(text);
    ASSERT_TRUE(parsed) << text;
    EXPECT_EQ(parsed->unit, span.unit) << text;
    EXPECT_EQ(parsed->amount, span.amount) << text;
  }
}

TEST(Span, ReadsIso8601) {
  for (const auto& [text, span] :
       {TextCase{"PT15M", {Unit::minutes, 900'000'000}},
        TextCase{"-PT15M", {Unit::minutes, -900'000'000}},
        TextCase{"PT1H30M", {Unit::minutes, 5'400'000'000}},
        TextCase{"PT0.5S", {Unit::milliseconds, 500'000}},
        TextCase{"PT1.5H", {Unit::minutes, 5'400'000'000}},
        TextCase{"P1W", {Unit::days, 604'800'000'000}},
        TextCase{"P1DT0.000001S", {Unit::ticks, 86'400'000'001}},
        TextCase{"P1Y6M", {Unit::months, 18}}, TextCase{"P2Y", {Unit::years, 24}},
        TextCase{"P24M", {Unit::years, 24}}, TextCase{"P0M", {Unit::years, 0}},
        TextCase{"PT0S", {Unit::seconds, 0}}}) {
    const auto parsed = parse_span(text);
    ASSERT_TRUE(parsed) << text;
    EXPECT_EQ(parsed->unit, span.unit) << text;
    EXPECT_EQ(parsed->amount, span.amount) << text;
  }
}

TEST(Span, RefusesWhatIsNoSpan) {
  for (const std::string_view text : {"",
                                      "15",
                                      "minutes",
                                      " 15 minutes",
                                      "15minutes",
                                      "15 minute",
                                      "15 Minutes",
                                      "15 minutes ",
                                      "1 fortnights",
                                      "0.3 months",
                                      "x minutes",
                                      "15 ",
                                      "P",
                                      "PT",
                                      "P1DT",
                                      "P1",
                                      "PT1",
                                      "P1H",
                                      "PT1D",
                                      "PT1M1H",
                                      "PT1M1M",
                                      "P1Y1D",
                                      "PT1.5H1M",
                                      "PT1..5M",
                                      "P-1D",
                                      "PTM",
                                      "pt1m",
                                      "P1M1Y",
                                      "--PT1M",
                                      "P0.3M",
                                      "92233720368547758080 ticks",
                                      "P106751992D",
                                      "9223372036854775808 months",
                                      "1e28 years"}) {
    EXPECT_FALSE(parse_span(text)) << text;
  }
}

TEST(Span, WritesItsOwnUnitWhenThatIsExact) {
  for (const auto& [text, span] :
       {TextCase{"15 minutes", {Unit::minutes, 900'000'000}},
        TextCase{"1.5 hours", {Unit::hours, 5'400'000'000}}, TextCase{"20 ticks", {Unit::ticks, 2}},
        TextCase{"1.5 years", {Unit::years, 18}},
        TextCase{"-1 days", {Unit::days, -86'400'000'000}}, TextCase{"0 weeks", {Unit::weeks, 0}},
        // A month is no exact part of a year.
        TextCase{"1 months", {Unit::years, 1}},
        TextCase{"92233720368547758070 ticks", {Unit::ticks, kMost}}}) {
    EXPECT_EQ(format_span(span), text);
  }
}

TEST(Span, WritesIso8601) {
  for (const auto& [text, span] :
       {TextCase{"PT15M", {Unit::minutes, 900'000'000}},
        TextCase{"P14D", {Unit::weeks, 1'209'600'000'000}},
        TextCase{"PT1H30M", {Unit::hours, 5'400'000'000}},
        TextCase{"P1DT0.5S", {Unit::days, 86'400'500'000}},
        TextCase{"-PT0.000001S", {Unit::ticks, -1}}, TextCase{"PT0S", {Unit::weeks, 0}},
        TextCase{"P1Y6M", {Unit::years, 18}}, TextCase{"-P1M", {Unit::months, -1}},
        TextCase{"P0M", {Unit::years, 0}},
        TextCase{"-P106751991DT4H54.775808S", {Unit::ticks, kLeast}}}) {
    EXPECT_EQ(iso_span(span), text);
  }
}

TEST(Span, CountsItsUnitAndConverts) {
  EXPECT_EQ(count({Unit::hours, 5'400'000'000}).text(), "1.5");
  EXPECT_EQ(count({Unit::ticks, kMost}).text(), "92233720368547758070");
  EXPECT_EQ(count(*convert({Unit::minutes, 900'000'000}, Unit::seconds)).text(), "900");
  EXPECT_EQ(count(*convert({Unit::months, 30}, Unit::years)).text(), "2.5");
  EXPECT_EQ(convert({Unit::months, 1}, Unit::days), std::nullopt);
  EXPECT_EQ(convert({Unit::days, 1}, Unit::years), std::nullopt);
}

TEST(Span, AddsOnlyWithinCalendarOrClock) {
  EXPECT_EQ(add({Unit::hours, 1}, {Unit::minutes, 2}), (Span{Unit::minutes, 3}));
  EXPECT_EQ(subtract({Unit::years, 12}, {Unit::years, 24}), (Span{Unit::years, -12}));
  EXPECT_EQ(add({Unit::months, 1}, {Unit::days, 1}), std::nullopt);
  EXPECT_EQ(subtract({Unit::days, 1}, {Unit::years, 1}), std::nullopt);
  EXPECT_EQ(add({Unit::ticks, kMost}, {Unit::ticks, 1}), std::nullopt);
  EXPECT_EQ(subtract({Unit::ticks, kLeast}, {Unit::ticks, 1}), std::nullopt);
  EXPECT_EQ(negate({Unit::ticks, kLeast}), std::nullopt);
  EXPECT_EQ(negate({Unit::days, 5}), (Span{Unit::days, -5}));
  EXPECT_EQ(compare({Unit::hours, 60}, {Unit::minutes, 60}), std::strong_ordering::equal);
  EXPECT_EQ(compare({Unit::months, 1}, {Unit::days, 1}), std::nullopt);
}

TEST(Span, UnitNamesReadBack) {
  for (int unit = 0; unit <= static_cast<int>(Unit::ticks); ++unit) {
    EXPECT_EQ(parse_unit(unit_name(static_cast<Unit>(unit))), static_cast<Unit>(unit));
  }
  EXPECT_EQ(parse_unit("ms"), Unit::milliseconds);
  EXPECT_EQ(parse_unit("minute"), std::nullopt);
}

TEST(SpanProperty, BothTextsReadBackToTheSameLength) {
  EXPECT_TRUE(rc::check([] {
    const auto unit = static_cast<Unit>(*rc::gen::inRange(0, 9));
    const std::int64_t shift = *rc::gen::inRange(0, 60);
    const Span span{unit, *rc::gen::arbitrary<std::int64_t>() >> shift};
    RC_LOG() << format_span(span) << " " << iso_span(span) << '\n';
    const auto worded = parse_span(format_span(span));
    RC_ASSERT(worded.has_value());
    RC_ASSERT(worded->amount == span.amount);
    RC_ASSERT(is_calendar(worded->unit) == is_calendar(unit));
    if (span.amount != kLeast) {
      const auto iso = parse_span(iso_span(span));
      RC_ASSERT(iso.has_value());
      RC_ASSERT(iso->amount == span.amount);
      RC_ASSERT(is_calendar(iso->unit) == is_calendar(unit));
    }
  }));
}

}  // namespace
}  // namespace daybook::reactor
