// What the statistics know of a definition, or of all of them together. Private to projections/.
//
// Value: number | pending | due | last minute | oldest minute, oldest hour, each plus one, 0 when
// there is none. All varints.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "projections/statistics_bucket.h"
#include "projections/statistics_keys.h"

namespace daybook::projections {

struct StatisticsDefinition {
  std::string name;
  std::uint32_t number = 0;   // in the order of first use; 0: the totals
  std::uint64_t pending = 0;  // jobs, now
  std::uint64_t due = 0;      // those of them that are due by the end of the current minute
  std::uint32_t last = 0;     // the last minute that has a bucket
  // The first buckets of a minute and of an hour that may be there.
  std::array<std::optional<std::uint32_t>, 2> oldest;

  // In memory only: the current minute, when it has a bucket, and the closed minutes of the current
  // hour, when there are any.
  StatisticsBucket minute;
  StatisticsBucket hour;
  bool minute_open = false;
  bool hour_open = false;
  bool changed = false;       // since the last write: the definition or its minute
  bool hour_changed = false;  // since the last write

  // Whether it may have a bucket at or behind `begin`.
  bool has_buckets(statistics_keys::Level level, std::uint32_t begin) const {
    return pending > 0 || statistics_keys::bucket_of(last, level) >= begin;
  }
  void encode(std::string& out) const;
  bool decode(std::string_view key_name, std::string_view value);
};

}  // namespace daybook::projections
