// The keys of the statistics and the lengths of their buckets. A bucket has a number: its begin in
// units of its length since 1970. The name of the totals over all definitions is empty.
//
//   'B' level name 0 bucket -> statistics_bucket.h
//   'D' name                -> statistics_definition.h
//   'M'                     -> the minute of the last event, that of the first
//   'P' key of a job        -> minute in which it comes due; only for pending jobs that were put
//                              off beyond the minute in which they were created or retried
//   'W' minute              -> due_minutes.h
//   'X'                     -> nothing; there once the log holds a ClockStepped event
//
// Private to projections/.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>

#include "base/ids.h"
#include "base/limits/views.h"
#include "base/result.h"
#include "projections/bytes.h"

namespace daybook::projections::statistics_keys {

enum class Level : std::uint8_t { kMinute = 0, kHour = 1, kDay = 2 };

inline constexpr std::array kLevels = {Level::kMinute, Level::kHour, Level::kDay};
inline constexpr std::string_view kTotals;
// Where the keys of definitions begin, behind that of the totals.
inline constexpr std::string_view kFirstDefinition = "D\x01";
inline constexpr std::int64_t kMinuteUs = 60'000'000;
inline constexpr std::uint32_t kMinutesADay = 1440;

// Minutes in a bucket.
inline constexpr std::uint32_t length(Level level) {
  return level == Level::kMinute ? 1 : level == Level::kHour ? 60 : kMinutesADay;
}

// Times before 1970 and after the year 9000 count as those.
inline std::uint32_t minute_of(Micros time) {
  constexpr std::int64_t kLast = 3'700'000'000;
  return static_cast<std::uint32_t>(std::clamp<std::int64_t>(time.value / kMinuteUs, 0, kLast));
}

inline std::uint32_t bucket_of(std::uint32_t minute, Level level) {
  return minute / length(level);
}

inline Micros begin_of(std::uint32_t bucket, Level level) {
  return Micros{std::int64_t{bucket} * length(level) * kMinuteUs};
}

// The first bucket of a level that is kept when the last event was in `minute`; buckets before it
// are erased with the first event of a day.
inline std::uint32_t first_kept(Level level, std::uint32_t minute) {
  const std::uint32_t day = bucket_of(minute, Level::kDay);
  const std::uint32_t days = level == Level::kMinute ? kStatisticsMinutesKeptDays
                             : level == Level::kHour ? kStatisticsHoursKeptDays
                                                     : day;
  return (day - std::min(day, days)) * (kMinutesADay / length(level));
}

// Begins the key of a pending job that was put off.
inline constexpr char kDeferred = 'P';

// All buckets of one definition, oldest first.
inline Key buckets(Level level, std::string_view name) {
  return Key('B').u8(static_cast<std::uint8_t>(level)).tail(name).u8(0);
}
inline Key bucket(Level level, std::string_view name, std::uint32_t number) {
  return buckets(level, name).u32(number);
}
// Whether a key is that of a bucket of the level before bucket `number`.
inline bool is_before(std::string_view key, Level level, std::uint32_t number) {
  return key[1] == static_cast<char>(level) && Scan(key.substr(key.size() - 4)).u32() < number;
}
inline Key definition(std::string_view name) {
  return Key('D').tail(name);
}

}  // namespace daybook::projections::statistics_keys

namespace daybook::projections {

inline Error unreadable_statistics() {
  return make_error(Code::kCorrupt, "VIEWS_STORE", "stored statistics cannot be read");
}

}  // namespace daybook::projections
