#include <algorithm>
#include <map>

#include "base/limits/views.h"
#include "projections/bytes.h"
#include "projections/statistics.h"

namespace daybook::projections {
namespace {

constexpr std::int64_t kMinuteUs = 60'000'000;
constexpr char kBucket = 'B';

Error too_much(std::string_view what) {
  return make_error(Code::kInvalid, "STATISTICS_RANGE",
                    std::string(what) + ": ask for less time or for one definition", "from");
}

// Merges buckets into the resolution asked for, in the order of time, then definition.
class Merger {
 public:
  Merger(Duration resolution, std::size_t rows_max)
      : resolution_(resolution), rows_max_(rows_max) {}

  // False when there are too many rows.
  bool add(Micros minute, std::string_view definition, const StatisticsBucket& bucket) {
    const Micros start{minute.value - minute.value % resolution_.value};
    if (start != start_) {
      drain();
      start_ = start;
    }
    const auto [it, fresh] = open_.try_emplace(std::string(definition));
    it->second.merge_later(bucket);
    return rows_.size() + open_.size() <= rows_max_;
  }
  std::vector<StatisticsRow> finish() {
    drain();
    return std::move(rows_);
  }

 private:
  void drain() {
    for (const auto& [definition, bucket] : open_) {
      rows_.push_back(bucket.to_row(definition, start_));
    }
    open_.clear();
  }

  Duration resolution_;
  std::size_t rows_max_;
  Micros start_{-1};
  std::map<std::string, StatisticsBucket> open_;
  std::vector<StatisticsRow> rows_;
};

}  // namespace

// With one definition the walk jumps from minute to minute, so its work is the minutes asked for,
// not all buckets.
Result<std::vector<StatisticsRow>> Statistics::query(const View& view,
                                                     const Views::StatisticsQuery& query) {
  if (query.resolution.value < kMinuteUs || query.resolution.value % kMinuteUs != 0) {
    return fail(Code::kInvalid, "BAD_RESOLUTION", "the resolution is whole minutes", "resolution");
  }
  const auto minute_of = [](Micros time) {
    return static_cast<std::uint32_t>((std::max<std::int64_t>(time.value, 0) + kMinuteUs - 1) /
                                      kMinuteUs);
  };
  const std::uint32_t end = minute_of(query.to);
  std::uint32_t minute = minute_of(query.from);
  Merger merger(query.resolution, query.rows_max);
  if (minute >= end) {
    return merger.finish();
  }
  const auto key = [&](std::uint32_t m) {
    return Key(kBucket).u32(m).tail(query.definition.value_or(""));
  };
  const auto walker = view.walk(key(minute).view(), Key(kBucket).u32(end).view());
  std::size_t seen = 0;
  for (walker->seek(key(minute).view()); walker->valid();) {
    Scan scan(walker->key().substr(1));
    minute = scan.u32();
    const std::string_view name = scan.rest();
    if (++seen > kStatisticsBucketsMax) {
      return fail(too_much("too many buckets"));
    }
    if (query.definition && name != *query.definition) {
      const bool past = name > std::string_view(*query.definition);
      walker->seek(key(past ? minute + 1 : minute).view());
      continue;
    }
    StatisticsBucket bucket;
    if (!bucket.decode(walker->value())) {
      return fail(Code::kCorrupt, "VIEWS_STORE", "stored statistics cannot be read");
    }
    if (!merger.add(Micros{minute * kMinuteUs}, name, bucket)) {
      return fail(too_much("too many rows"));
    }
    walker->next();
  }
  DAYBOOK_TRY(walker->status());
  return merger.finish();
}

}  // namespace daybook::projections
