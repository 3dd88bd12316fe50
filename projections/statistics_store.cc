// Statistics: what is stored of the fold, and read again.
#include "projections/bytes.h"
#include "projections/statistics.h"

namespace daybook::projections {
namespace {

using statistics_keys::bucket;
using statistics_keys::bucket_of;

constexpr char kLastMinute = 'M';
constexpr char kStepped = 'X';
// What a bucket with its histograms, and what a small change takes here and in a batch: about.
constexpr std::size_t kBucketBytes = 2048;
constexpr std::size_t kSmallChangeBytes = 192;

}  // namespace

Status Statistics::load(const Reader& store) {
  store_ = &store;
  std::string value;
  DAYBOOK_ASSIGN(const bool found, store.get(Key(kLastMinute).view(), value));
  if (found) {
    Scan scan(value);
    minute_ = static_cast<std::uint32_t>(scan.varint());
    first_minute_ = static_cast<std::uint32_t>(scan.varint());
  }
  DAYBOOK_ASSIGN(stepped_, store.get(Key(kStepped).view(), value));
  DAYBOOK_TRY(due_minutes_.load(store));
  definitions_.resize(1);  // the totals, stored or not
  bool sound = true;
  DAYBOOK_TRY(each_key(store, "D", "E", [&](std::string_view key, std::string_view row) {
    StatisticsDefinition d;
    sound = d.decode(key.substr(1), row);
    if (sound && d.number >= definitions_.size()) {
      definitions_.resize(d.number + 1);
    }
    if (sound) {
      definitions_[d.number] = std::move(d);
    }
    return sound;
  }));
  if (!sound) {
    return fail(unreadable_statistics());
  }
  for (StatisticsDefinition& d : definitions_) {
    if (d.number != 0) {
      numbers_.emplace(d.name, d.number);
    }
    DAYBOOK_TRY(load_open_buckets(d));
  }
  return {};
}

Status Statistics::load_open_buckets(StatisticsDefinition& d) {
  if (d.last == minute_) {
    DAYBOOK_TRY(load_bucket(Level::kMinute, d.name, minute_, d.minute, d.minute_open));
  }
  if (bucket_of(d.last, Level::kHour) == current(Level::kHour)) {
    DAYBOOK_TRY(load_bucket(Level::kHour, d.name, current(Level::kHour), d.hour, d.hour_open));
  }
  if (d.minute_open) {
    minutes_open_.push_back(&d);
  }
  if (d.hour_open) {
    hours_open_.push_back(&d);
  }
  return {};
}

Status Statistics::load_bucket(Level level, std::string_view name, std::uint32_t number,
                               StatisticsBucket& out, bool& found) const {
  std::string value;
  DAYBOOK_ASSIGN(found, store_->get(bucket(level, name, number).view(), value));
  return !found || out.decode(value) ? Status() : fail(unreadable_statistics());
}

std::size_t Statistics::unwritten_bytes() const {
  return 2 * closed_bytes_ + (changed_.size() + hour_changed_.size()) * kBucketBytes +
         (deferred_.size() + due_minutes_.changed() + erased_.size()) * kSmallChangeBytes;
}

void Statistics::write(Batch& batch) {
  for (const auto& [from, to] : erased_) {
    batch.erase_range(from, to);
  }
  for (const auto& [key, value] : closed_) {
    batch.put(key, value);
  }
  std::string value;
  const auto put_bucket = [&](Level level, const StatisticsDefinition& d,
                              const StatisticsBucket& what) {
    value.clear();
    what.encode(value);
    batch.put(bucket(level, d.name, current(level)).view(), value);
  };
  for (const StatisticsDefinition* d : hour_changed_) {
    put_bucket(Level::kHour, *d, d->hour);
  }
  for (const StatisticsDefinition* d : changed_) {
    value.clear();
    d->encode(value);
    batch.put(statistics_keys::definition(d->name).view(), value);
    if (d->minute_open) {
      put_bucket(Level::kMinute, *d, d->minute);
    }
  }
  for (const auto& [job, minute] : deferred_) {
    const Key key = Key(statistics_keys::kDeferred).u64(job);
    if (minute) {
      value.clear();
      Put(value).varint(*minute);
      batch.put(key.view(), value);
    } else {
      batch.erase(key.view());
    }
  }
  due_minutes_.write(batch);
  if (stepped_ && !stepped_written_) {
    batch.put(Key(kStepped).view(), {});
  }
  if (minute_changed_) {
    value.clear();
    Put(value).varint(minute_).varint(first_minute_);
    batch.put(Key(kLastMinute).view(), value);
  }
}

void Statistics::written() {
  for (StatisticsDefinition* d : changed_) {
    d->changed = false;
  }
  for (StatisticsDefinition* d : hour_changed_) {
    d->hour_changed = false;
  }
  changed_.clear();
  hour_changed_.clear();
  closed_.clear();
  closed_bytes_ = 0;
  erased_.clear();
  deferred_.clear();
  due_minutes_.written();
  minute_changed_ = false;
  stepped_written_ = stepped_;
}

}  // namespace daybook::projections
