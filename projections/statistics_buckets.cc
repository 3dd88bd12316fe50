// Buckets of the statistics: they open, are added up, and are erased.
#include <string>

#include "projections/statistics.h"

namespace daybook::projections {
namespace {

using statistics_keys::bucket;
using statistics_keys::bucket_of;
using statistics_keys::Level;

// What a row takes in memory besides its bytes: about.
constexpr std::size_t kRowBytes = 128;

}  // namespace

// Minutes in which jobs come due are entered one by one on the way.
Status Statistics::move_to(Micros time) {
  const std::uint32_t to = statistics_keys::minute_of(time);
  if (to <= minute_) {
    return {};
  }
  for (auto due = due_minutes_.first(); due && *due < to; due = due_minutes_.first()) {
    DAYBOOK_TRY(enter(*due));
  }
  return enter(to);
}

Status Statistics::enter(std::uint32_t minute) {
  close_minutes();
  if (bucket_of(minute, Level::kHour) != current(Level::kHour)) {
    DAYBOOK_TRY(close_hours());
  }
  const bool new_day = bucket_of(minute, Level::kDay) != current(Level::kDay);
  if (minute_ == 0) {
    first_minute_ = minute;
  }
  minute_ = minute;
  minute_changed_ = true;
  if (new_day) {
    erase_old();
  }
  come_due();
  return {};
}

void Statistics::come_due() {
  due_minutes_.take(minute_, [&](std::uint32_t number, std::uint32_t jobs) {
    definitions_[number].due += jobs;
    totals().due += jobs;
    show_depth(definitions_[number]);
    show_depth(totals());
  });
}

StatisticsBucket& Statistics::open(StatisticsDefinition& d) {
  if (!d.minute_open) {
    d.minute_open = true;
    minutes_open_.push_back(&d);
    d.last = minute_;
    for (const Level level : {Level::kMinute, Level::kHour}) {
      auto& oldest = d.oldest[static_cast<std::size_t>(level)];
      oldest = oldest ? oldest : current(level);
    }
  }
  touch(d);
  return d.minute;
}

void Statistics::show_depth(StatisticsDefinition& d) {
  open(d).depth = {d.due, d.pending};
}

void Statistics::close_minutes() {
  for (StatisticsDefinition* d : minutes_open_) {
    // One that is not changed is stored as it is.
    if (d->changed) {
      keep(Level::kMinute, d->name, minute_, d->minute);
    }
    d->hour.merge_later(d->minute);
    d->minute = {};
    d->minute_open = false;
    if (!d->hour_open) {
      d->hour_open = true;
      hours_open_.push_back(d);
    }
    if (!d->hour_changed) {
      d->hour_changed = true;
      hour_changed_.push_back(d);
    }
  }
  minutes_open_.clear();
}

Status Statistics::close_hours() {
  for (StatisticsDefinition* d : hours_open_) {
    if (d->hour_changed) {
      keep(Level::kHour, d->name, current(Level::kHour), d->hour);
    }
    DAYBOOK_TRY(add_to_day(*d));
    d->hour = {};
    d->hour_open = false;
    d->hour_changed = false;
  }
  hours_open_.clear();
  hour_changed_.clear();
  return {};
}

Status Statistics::add_to_day(const StatisticsDefinition& d) {
  const std::uint32_t day = current(Level::kDay);
  StatisticsBucket sum;
  bool found = false;
  const auto unwritten = closed_.find(std::string(bucket(Level::kDay, d.name, day).view()));
  if (unwritten != closed_.end()) {
    found = sum.decode(unwritten->second);
  } else {
    DAYBOOK_TRY(load_bucket(Level::kDay, d.name, day, sum, found));
  }
  sum.merge_later(d.hour);
  keep(Level::kDay, d.name, day, sum);
  return {};
}

void Statistics::keep(Level level, std::string_view name, std::uint32_t number,
                      const StatisticsBucket& what) {
  std::string& value = closed_[std::string(bucket(level, name, number).view())];
  closed_bytes_ -= value.empty() ? 0 : value.size() + kRowBytes;
  value.clear();
  what.encode(value);
  closed_bytes_ += value.size() + kRowBytes;
}

// Whole days, so that the first minute that is kept begins an hour, and the first hour a day: what
// was pending before it stands in the last hour or day before it.
void Statistics::erase_old() {
  for (const Level level : {Level::kMinute, Level::kHour}) {
    const std::uint32_t cut = statistics_keys::first_kept(level, minute_);
    for (StatisticsDefinition& d : definitions_) {
      auto& oldest = d.oldest[static_cast<std::size_t>(level)];
      if (!oldest || *oldest >= cut) {
        continue;
      }
      erased_.emplace_back(bucket(level, d.name, *oldest).view(),
                           bucket(level, d.name, cut).view());
      oldest = bucket_of(d.last, level) < cut ? std::nullopt : std::optional(cut);
      touch(d);
    }
    std::erase_if(closed_, [&](const auto& row) {
      return statistics_keys::is_before(row.first, level, cut);
    });
  }
  closed_bytes_ = 0;
  for (const auto& [key, value] : closed_) {
    closed_bytes_ += value.size() + kRowBytes;
  }
}

}  // namespace daybook::projections
