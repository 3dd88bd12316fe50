#include "base/time_text.h"

#include <limits>

#include <gtest/gtest.h>

namespace daybook {
namespace {

constexpr std::int64_t kSecond = 1'000'000;

struct TimeCase {
  std::string_view text;
  std::int64_t us;
};

TEST(TimeText, AcceptsTheFormsThatTheApiPromises) {
  constexpr std::int64_t kBase = 1'763'258'400 * kSecond;  // 2025-11-16T02:00:00Z
  for (const auto& [text, us] : {
           TimeCase{"2025-11-16T02:00:00Z", kBase},
           TimeCase{"2025-11-16T02:00Z", kBase},
           TimeCase{"2025-11-16T02:00", kBase},
           TimeCase{"2025-11-16 02:00:00", kBase},
           TimeCase{"2025-11-16t02:00:00z", kBase},
           TimeCase{"2025-11-16T02:00:00.5Z", kBase + 500'000},
           TimeCase{"2025-11-16T02:00:00.000001Z", kBase + 1},
           TimeCase{"2025-11-16T02:00:00.0000019Z", kBase + 1},
           TimeCase{"2025-11-16T04:00:00+02:00", kBase},
           TimeCase{"2025-11-16T04:00:00+0200", kBase},
           TimeCase{"2025-11-16T04:00:00+02", kBase},
           TimeCase{"2025-11-15T20:30:00-05:30", kBase},
           TimeCase{"1970-01-01T00:00:00Z", 0},
           TimeCase{"2000-02-29T00:00:00Z", 951'782'400 * kSecond},
           TimeCase{"2024-02-29T23:59:59Z", 1'709'251'199 * kSecond},
           TimeCase{"2100-02-28T00:00:00Z", 4'107'456'000 * kSecond},
           TimeCase{"9999-12-31T23:59:59.999999Z", 253'402'300'799 * kSecond + 999'999},
       }) {
    const auto parsed = parse_time(text, "runAt");
    ASSERT_TRUE(parsed) << text;
    EXPECT_EQ(parsed->value, us) << text;
  }
}

TEST(TimeText, RefusesWhatIsNotATime) {
  for (const std::string_view bad : {"",
                                     "now",
                                     "2025-11-16",
                                     "2025-11-16T",
                                     "2025-11-16T02",
                                     "2025-11-16T02:00:",
                                     "2025-11-16T24:00:00Z",
                                     "2025-11-16T02:60:00Z",
                                     "2025-11-16T02:00:60Z",
                                     "2025-13-01T00:00Z",
                                     "2025-00-01T00:00Z",
                                     "2025-02-29T00:00Z",
                                     "2100-02-29T00:00Z",
                                     "2025-11-31T00:00Z",
                                     "2025-11-16T02:00:00.Z",
                                     "2025-11-16T02:00:00ZZ",
                                     "2025-11-16T02:00:00Z ",
                                     " 2025-11-16T02:00:00Z",
                                     "2025-11-16T02:00:00+19:00",
                                     "2025-11-16T02:00:00+02:60",
                                     "2025-11-16T02:00:00+2",
                                     "1969-12-31T23:59:59Z",
                                     "1970-01-01T00:00:00+01:00",
                                     "-025-11-16T02:00:00Z",
                                     "2025-1-16T02:00:00Z",
                                     "2025-11-16T02:00:00.1234567890123Z",
                                     "2025-11-16T+2:00:00Z",
                                     "9999-12-31T23:59:59-01:00"}) {
    const auto parsed = parse_time(bad, "runAt");
    ASSERT_FALSE(parsed) << bad;
    EXPECT_EQ(parsed.error().reason, "BAD_TIME");
    EXPECT_EQ(parsed.error().field, "runAt");
  }
}

TEST(TimeText, FormatsWithAsManyDigitsAsNeededAndReadsItBack) {
  for (const auto& [text, us] : {
           TimeCase{"1970-01-01T00:00:00Z", 0},
           TimeCase{"2025-11-16T02:00:00Z", 1'763'258'400 * kSecond},
           TimeCase{"2025-11-16T02:00:00.500Z", 1'763'258'400 * kSecond + 500'000},
           TimeCase{"2025-11-16T02:00:00.000001Z", 1'763'258'400 * kSecond + 1},
           TimeCase{"9999-12-31T23:59:59.999Z", 253'402'300'799 * kSecond + 999'000},
       }) {
    EXPECT_EQ(format_time(Micros{us}), text);
    EXPECT_EQ(parse_time(text, ""), Micros{us});
  }
}

TEST(TimeText, TimesBeforeTheEpochAreRoundedDown) {
  EXPECT_EQ(format_time(Micros{-1}), "1969-12-31T23:59:59.999999Z");
  EXPECT_EQ(format_time(Micros{-86'400 * kSecond}), "1969-12-31T00:00:00Z");
  for (const auto us :
       {std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max()}) {
    EXPECT_FALSE(format_time(Micros{us}).empty());
  }
}

TEST(TimeText, EveryDayOfFourCenturiesGoesThereAndBack) {
  for (std::int64_t day = 0; day < 146'097; ++day) {
    const Micros noon{(day * 86'400 + 43'200) * kSecond};
    const auto parsed = parse_time(format_time(noon), "");
    ASSERT_TRUE(parsed && *parsed == noon) << format_time(noon);
  }
}

TEST(DurationText, AcceptsNumbersWithUnitsAndIsoForms) {
  for (const auto& [text, us] : {
           TimeCase{"90s", 90 * kSecond},
           TimeCase{"1.5h", 5400 * kSecond},
           TimeCase{"250ms", 250'000},
           TimeCase{"2d", 172'800 * kSecond},
           TimeCase{"7us", 7},
           TimeCase{"0s", 0},
           TimeCase{"10m", 600 * kSecond},
           TimeCase{"PT1H30M", 5400 * kSecond},
           TimeCase{"P1D", 86'400 * kSecond},
           TimeCase{"P2W", 1'209'600 * kSecond},
           TimeCase{"P1DT12H", 129'600 * kSecond},
           TimeCase{"PT0.5S", 500'000},
       }) {
    const auto parsed = parse_duration(text, "timeout");
    ASSERT_TRUE(parsed) << text;
    EXPECT_EQ(parsed->value, us) << text;
  }
}

TEST(DurationText, RefusesWhatIsNotADuration) {
  for (const std::string_view bad :
       {"", "s", "1", "-1s", "1 s", "1x", "1.s", ".5s", "1..5s", "1e3s", "P", "PT", "P1H", "PT1D",
        "P1", "PT1", "P1Y", "-PT1S"}) {
    const auto parsed = parse_duration(bad, "timeout");
    ASSERT_FALSE(parsed) << bad;
    EXPECT_EQ(parsed.error().reason, "BAD_DURATION");
    EXPECT_EQ(parsed.error().field, "timeout");
  }
}

TEST(DurationText, OneThatIsTooLongIsSaidToBe) {
  for (const std::string_view bad :
       {"99999d", "99999999999999999999d", "400000000000000h", "99999999999999999999.5us",
        "P99999D", "PT99999999999999999999S", "P4000DT40000000H"}) {
    const auto parsed = parse_duration(bad, "timeout");
    ASSERT_FALSE(parsed) << bad;
    EXPECT_EQ(parsed.error().reason, "DURATION_TOO_LONG") << bad;
    EXPECT_EQ(parsed.error().message, "a duration is at most 4629d");
  }
  EXPECT_EQ(parse_duration("99999999999999999999.5.5d", "timeout").error().reason, "BAD_DURATION");
}

TEST(DurationText, IsoPartsCannotAddUpBeyondTheRange) {
  std::string text = "P";
  for (int i = 0; i < 100'000; ++i) {
    text += "4000D";
  }
  EXPECT_FALSE(parse_duration(text, "timeout"));
}

TEST(DurationText, FormatsTheShortestExactForm) {
  EXPECT_EQ(format_duration(Duration{0}), "0s");
  EXPECT_EQ(format_duration(seconds(90)), "90s");
  EXPECT_EQ(format_duration(seconds(120)), "2m");
  EXPECT_EQ(format_duration(hours(36)), "36h");
  EXPECT_EQ(format_duration(hours(48)), "2d");
  EXPECT_EQ(format_duration(millis(250)), "250ms");
  EXPECT_EQ(format_duration(Duration{7}), "7us");
  for (const std::int64_t us : {1LL, 999LL, 1000LL, 59'999'999LL, 3'600'000'000LL}) {
    EXPECT_EQ(parse_duration(format_duration(Duration{us}), ""), Duration{us});
  }
}

TEST(DueTime, WhatWasBeforeTheEarliestTimeIsThatTime) {
  for (const char* text : {"0001-01-01T00:00:00Z", "0001-01-01T00:00:00", "1969-12-31T23:59:59Z",
                           "1970-01-01T00:00:00Z", "1970-01-01T00:00:00+01:00"}) {
    EXPECT_EQ(parse_due_time(text, "runAt").value(), kEarliestTime) << text;
  }
  EXPECT_EQ(parse_due_time("2025-11-16T00:00:00Z", "").value(),
            parse_time("2025-11-16T00:00:00Z", "").value());
  for (const char* text : {"0000-01-01T00:00:00Z", "1969-13-01T00:00:00Z", "1-01-01T00:00:00Z"}) {
    EXPECT_FALSE(parse_due_time(text, "runAt")) << text;
  }
}

}  // namespace
}  // namespace daybook
