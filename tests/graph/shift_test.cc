#include "graph/shift.h"

#include <string>

#include <gtest/gtest.h>

#include "base/time_text.h"

namespace daybook::graph {
namespace {

std::string moved(const std::string& from, const std::vector<Shift>& shifts) {
  const auto time = shifted(*parse_time(from, ""), shifts);
  return time ? format_time(*time) : "none";
}

TEST(Shift, MonthsAndYearsAreThoseOfTheCalendar) {
  EXPECT_EQ(moved("2025-01-31T12:00:00Z", {{false, "1", Unit::kMonths}}), "2025-02-28T12:00:00Z");
  EXPECT_EQ(moved("2024-01-31T12:00:00Z", {{false, "1", Unit::kMonths}}), "2024-02-29T12:00:00Z");
  EXPECT_EQ(moved("2024-02-29T00:00:00Z", {{true, "1", Unit::kYears}}), "2023-02-28T00:00:00Z");
  EXPECT_EQ(moved("2025-01-15T00:00:00Z", {{true, "13", Unit::kMonths}}), "2023-12-15T00:00:00Z");
}

TEST(Shift, SmallerUnitsHaveTheirLength) {
  EXPECT_EQ(moved("2025-11-16T00:00:00Z", {{true, "2", Unit::kWeeks}}), "2025-11-02T00:00:00Z");
  EXPECT_EQ(moved("2025-11-16T00:00:00Z", {{false, "1.5", Unit::kHours}}), "2025-11-16T01:30:00Z");
  EXPECT_EQ(moved("2025-11-16T00:00:00Z", {{false, "90", Unit::kMilliseconds}}),
            "2025-11-16T00:00:00.090Z");
  EXPECT_EQ(
      moved("2025-11-16T00:00:00Z", {{true, "1", Unit::kDays}, {false, "30", Unit::kMinutes}}),
      "2025-11-15T00:30:00Z");
}

TEST(Shift, WhatLeavesTheYearsIsNothing) {
  EXPECT_EQ(moved("2025-11-16T00:00:00Z", {{true, "100", Unit::kYears}}), "none");
  EXPECT_EQ(moved("2025-11-16T00:00:00Z", {{false, "8000", Unit::kYears}}), "none");
  EXPECT_EQ(moved("2025-11-16T00:00:00Z", {{false, "99999999999999999999", Unit::kDays}}), "none");
  EXPECT_EQ(moved("2025-11-16T00:00:00Z", {{false, "999999999", Unit::kMonths}}), "none");
  EXPECT_EQ(moved("2025-11-16T00:00:00Z", {{false, "99999999", Unit::kDays}}), "none");
}

}  // namespace
}  // namespace daybook::graph
