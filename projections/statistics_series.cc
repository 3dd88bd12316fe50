#include "projections/statistics_series.h"

#include <algorithm>

#include "projections/bytes.h"
#include "projections/due_minutes.h"

namespace daybook::projections {
namespace {

using statistics_keys::bucket;
using statistics_keys::bucket_of;
using statistics_keys::buckets;
using statistics_keys::Level;

}  // namespace

Status DueSince::load() {
  loaded_ = true;
  const std::uint32_t end = window_.quiet_end * statistics_keys::length(window_.level);
  if (end <= window_.minute + 1) {
    return {};
  }
  DueMinutes::Jobs jobs;
  bool sound = true;
  const Key first = Key('W').u32(window_.minute + 1);
  const Key behind = Key('W').u32(end);
  DAYBOOK_TRY(each_key(view_, first.view(), behind.view(), [&](auto key, auto value) {
    const std::uint32_t minute = Scan(key.substr(1)).u32();
    jobs.clear();
    sound = DueMinutes::decode(value, jobs);
    std::uint64_t all = 0;
    for (const auto& [definition, count] : jobs) {
      all += count;
      if (!only_ || *only_ == definition) {
        minutes_[definition].emplace_back(minute, count);
      }
    }
    if (only_ == std::uint32_t{0}) {
      minutes_[0].emplace_back(minute, all);
    }
    return sound;
  }));
  return sound ? Status() : fail(unreadable_statistics());
}

Result<const DueSince::Minutes*> DueSince::of(std::uint32_t number) {
  static const Minutes kNone;
  if (!loaded_) {
    DAYBOOK_TRY(load());
  }
  const auto it = minutes_.find(number);
  return it == minutes_.end() ? &kNone : &it->second;
}

void StatisticsRows::take(const StatisticsDefinition& d, std::uint32_t bucket,
                          StatisticsBucket what) {
  rows.push_back(what.to_row(d.name, statistics_keys::begin_of(bucket, level_)));
}

// Whether a bucket before that one may be stored: looking for one costs a seek.
bool StatisticsSeries::may_precede(const StatisticsDefinition& d, Level level,
                                   std::uint32_t bucket) const {
  if (level == Level::kDay) {
    return bucket_of(window_.first, level) < bucket;
  }
  const auto& oldest = d.oldest[static_cast<std::size_t>(level)];
  return oldest && *oldest < bucket;
}

// The depth at the end of the last stored bucket before one.
Result<std::optional<QueueDepth>> StatisticsSeries::depth_before(Level level, std::string_view name,
                                                                 std::uint32_t number) {
  walker_.seek_before(bucket(level, name, number).view());
  DAYBOOK_TRY(walker_.status());
  if (!walker_.valid() || !walker_.key().starts_with(buckets(level, name).view())) {
    return std::nullopt;
  }
  const auto depth = StatisticsBucket::decode_depth(walker_.value());
  return depth ? Result<std::optional<QueueDepth>>(depth) : fail(unreadable_statistics());
}

// Goes to the first stored bucket, and learns what was pending before. Where finer buckets are
// erased, the last coarser one before tells: the kept ones begin with a whole hour and day.
Status StatisticsSeries::seek(const StatisticsDefinition& d, std::uint32_t begin) {
  const std::uint32_t minute = begin * statistics_keys::length(window_.level);
  std::optional<QueueDepth> depth;
  for (const Level level : statistics_keys::kLevels) {
    const std::uint32_t before = bucket_of(minute, level);
    if (level >= window_.level && !depth && may_precede(d, level, before)) {
      DAYBOOK_ASSIGN(depth, depth_before(level, d.name, before));
    }
  }
  depth_ = depth.value_or(QueueDepth{});
  walker_.seek(bucket(window_.level, d.name, begin).view());
  return {};
}

// Of the current hour its current minute; of the current day its current hour too.
Status StatisticsSeries::read_open(const StatisticsDefinition& d) {
  open_.reset();
  for (const Level level : {Level::kHour, Level::kMinute}) {
    const std::uint32_t now = bucket_of(window_.minute, level);
    if (level >= window_.level || bucket_of(d.last, level) != now) {
      continue;
    }
    std::string value;
    StatisticsBucket part;
    DAYBOOK_ASSIGN(const bool found, view_.get(bucket(level, d.name, now).view(), value));
    if (found && !part.decode(value)) {
      return fail(unreadable_statistics());
    }
    if (found && open_) {
      open_->merge_later(part);
    } else if (found) {
      open_ = std::move(part);
    }
  }
  return {};
}

std::optional<std::uint32_t> StatisticsSeries::stored_bucket(std::string_view name) const {
  const Key prefix = buckets(window_.level, name);
  if (!walker_.valid() || !walker_.key().starts_with(prefix.view())) {
    return std::nullopt;
  }
  return Scan(walker_.key().substr(prefix.view().size())).u32();
}

std::uint64_t StatisticsSeries::came_due_before(std::uint32_t minute) {
  for (; due_at_ < due_->size() && (*due_)[due_at_].first < minute; ++due_at_) {
    due_sum_ += (*due_)[due_at_].second;
  }
  return due_sum_;
}

Status StatisticsSeries::emit(std::uint32_t number, StatisticsBucket what,
                              const StatisticsDefinition& d, StatisticsTaker& out) {
  if (what.depth.pending > 0) {
    if (due_ == nullptr) {
      DAYBOOK_ASSIGN(due_, due_since_.of(d.number));
    }
    what.depth.due += came_due_before((number + 1) * statistics_keys::length(window_.level));
  }
  out.take(d, number, std::move(what));
  return {};
}

Status StatisticsSeries::add(const StatisticsDefinition& d, std::uint32_t begin,
                             StatisticsTaker& out) {
  due_ = nullptr;
  due_at_ = 0;
  due_sum_ = 0;
  depth_ = {d.due, d.pending};
  const bool stored = bucket_of(d.last, window_.level) >= begin;
  if (stored) {
    DAYBOOK_TRY(seek(d, begin));
    DAYBOOK_TRY(read_open(d));
  }
  const std::uint32_t current = bucket_of(window_.minute, window_.level);
  for (std::uint32_t at = begin; at < window_.end && out.wants(at);) {
    const auto next = stored ? stored_bucket(d.name) : std::nullopt;
    const auto open = stored && open_ && current >= at ? std::optional(current) : std::nullopt;
    std::uint32_t busy = window_.end;
    for (const auto& bucket : {next, open}) {
      busy = bucket ? std::min(busy, *bucket) : busy;
    }
    if (busy > at) {
      if (depth_.pending == 0 || at >= window_.quiet_end) {
        at = busy;
        continue;
      }
      StatisticsBucket quiet;
      quiet.depth = depth_;
      DAYBOOK_TRY(emit(at++, std::move(quiet), d, out));
      continue;
    }
    StatisticsBucket sum;
    if (next == at) {
      if (!sum.decode(walker_.value())) {
        return fail(unreadable_statistics());
      }
      walker_.next();
    }
    if (open == at) {
      sum.merge_later(*open_);
    }
    depth_ = sum.depth;
    DAYBOOK_TRY(emit(at++, std::move(sum), d, out));
  }
  return walker_.status();
}

}  // namespace daybook::projections
