// What is counted for one definition in one minute, hour or day, and how it is stored. Buckets of
// later times can be merged into one: sums add, depths are those of the last; and buckets of other
// definitions: depths add, too. Private to projections/.
//
// Value: due depth, pending depth | scheduled, successful, failed, cancelled | attempts; when not
// 0: sum, min, max of execution in us and their histogram | starts; when not 0: histogram of
// latency. All varints.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "projections/histogram.h"
#include "projections/rows.h"

namespace daybook::projections {

// Jobs at the end of a bucket.
struct QueueDepth {
  std::uint64_t due = 0;      // those whose time lies before the end
  std::uint64_t pending = 0;  // all that are pending
};

struct StatisticsBucket {
  std::uint64_t scheduled = 0;
  std::uint64_t successful = 0;
  std::uint64_t failed = 0;
  std::uint64_t cancelled = 0;
  std::uint64_t execution_sum = 0;  // us
  std::uint64_t execution_min = 0;
  std::uint64_t execution_max = 0;
  Histogram execution;
  Histogram latency;
  QueueDepth depth;

  void add_execution(Duration duration);
  void merge_later(const StatisticsBucket& later);
  void merge_beside(const StatisticsBucket& other);
  void encode(std::string& out) const;
  bool decode(std::string_view value);
  // The depth alone; nothing when the value cannot be read.
  static std::optional<QueueDepth> decode_depth(std::string_view value);
  StatisticsRow to_row(std::string_view definition, Micros bucket) const;
};

}  // namespace daybook::projections
