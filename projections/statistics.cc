#include "projections/statistics.h"

#include <algorithm>
#include <variant>

#include "projections/bytes.h"

namespace daybook::projections {
namespace {

constexpr char kBucket = 'B';
constexpr char kDefinition = 'D';
constexpr char kDeferred = 'P';
constexpr char kMinute = 'M';
// What a bucket with its histograms, and what a small change takes here and in a batch: about.
constexpr std::size_t kBucketBytes = 2048;
constexpr std::size_t kChangeBytes = 192;

std::uint32_t minute_of(Micros time) {
  return static_cast<std::uint32_t>(std::max<std::int64_t>(time.value, 0) / 60'000'000);
}

// Milliseconds of the creation stand in the job's id.
Micros created_at(JobId job) {
  return Micros{static_cast<std::int64_t>(job.high >> 16) * 1000};
}

Error unreadable() {
  return make_error(Code::kCorrupt, "VIEWS_STORE", "stored statistics cannot be read");
}

}  // namespace

Status Statistics::load(const Reader& store) {
  store_ = &store;
  std::string value;
  DAYBOOK_ASSIGN(const bool found, store.get(Key(kMinute).view(), value));
  minute_ = found ? static_cast<std::uint32_t>(Scan(value).varint()) : 0;
  DAYBOOK_TRY(due_minutes_.load(store));
  DAYBOOK_TRY(load_definitions(store));
  return load_open_buckets(store);
}

Status Statistics::load_definitions(const Reader& store) {
  bool sound = true;
  DAYBOOK_TRY(each_key(store, "D", "E", [&](std::string_view, std::string_view value) {
    Scan scan(value);
    Definition& d = definitions_.emplace_back();
    d.name = scan.text();
    d.pending = scan.varint();
    d.due = scan.varint();
    numbers_.emplace(d.name, static_cast<std::uint32_t>(definitions_.size()));
    sound = sound && scan.ok();
    return sound;
  }));
  return sound ? Status() : fail(unreadable());
}

Status Statistics::load_open_buckets(const Reader& store) {
  const Key prefix = Key(kBucket).u32(minute_);
  const std::string after = key_after(prefix.view());
  bool sound = true;
  DAYBOOK_TRY(each_key(store, prefix.view(), after, [&](std::string_view key, std::string_view v) {
    const auto it = numbers_.find(key.substr(prefix.view().size()));
    sound = it != numbers_.end();
    if (sound) {
      Definition& d = definitions_[it->second - 1];
      d.open = true;
      open_.push_back(it->second);
      sound = d.bucket.decode(v);
    }
    return sound;
  }));
  return sound ? Status() : fail(unreadable());
}

std::uint32_t Statistics::number_of(std::string_view name) {
  auto it = numbers_.find(name);
  if (it == numbers_.end()) {
    definitions_.emplace_back().name = name;
    it = numbers_.emplace(name, static_cast<std::uint32_t>(definitions_.size())).first;
  }
  Definition& d = definitions_[it->second - 1];
  if (!d.changed) {
    d.changed = true;
    changed_.push_back(it->second);
  }
  return it->second;
}

StatisticsBucket& Statistics::bucket(std::uint32_t number) {
  Definition& d = definitions_[number - 1];
  if (!d.open) {
    d.open = true;
    open_.push_back(number);
  }
  return d.bucket;
}

void Statistics::close_buckets() {
  for (const std::uint32_t number : open_) {
    Definition& d = definitions_[number - 1];
    if (d.changed) {
      std::string value;
      d.bucket.encode(value);
      closed_.emplace_back(Key(kBucket).u32(minute_).tail(d.name).view(), std::move(value));
    }
    d.bucket = {};
    d.open = false;
  }
  open_.clear();
}

void Statistics::move_to(Micros time) {
  const std::uint32_t minute = minute_of(time);
  if (minute <= minute_) {
    return;
  }
  close_buckets();
  minute_ = minute;
  minute_changed_ = true;
  due_minutes_.advance(minute, [&](std::uint32_t number, std::uint32_t jobs) {
    definitions_[number - 1].due += jobs;
    number_of(definitions_[number - 1].name);
  });
}

void Statistics::come(JobId job, std::uint32_t number, Micros run_at) {
  Definition& d = definitions_[number - 1];
  ++d.pending;
  const std::uint32_t minute = minute_of(run_at);
  if (minute <= minute_) {
    ++d.due;
    return;
  }
  due_minutes_.add(minute, number);
  deferred_[job.key().value] = minute;
}

Result<std::optional<std::uint32_t>> Statistics::deferred_until(JobId job) const {
  const auto it = deferred_.find(job.key().value);
  if (it != deferred_.end()) {
    return it->second;
  }
  std::string value;
  DAYBOOK_ASSIGN(const bool found, store_->get(Key(kDeferred).seq(job.key()).view(), value));
  return found ? std::optional(static_cast<std::uint32_t>(Scan(value).varint())) : std::nullopt;
}

Status Statistics::leave(JobId job, std::uint32_t number, bool deferred) {
  Definition& d = definitions_[number - 1];
  std::optional<std::uint32_t> minute;
  if (deferred) {
    DAYBOOK_ASSIGN(minute, deferred_until(job));
  }
  const bool waits = minute && *minute > minute_;
  if (d.pending == 0 || (!waits && d.due == 0)) {
    return fail(Code::kCorrupt, "BAD_FOLD", "job " + job.text() + " leaves, but none is pending");
  }
  --d.pending;
  if (waits) {
    due_minutes_.remove(*minute, number);
  } else {
    --d.due;
  }
  if (minute) {
    deferred_[job.key().value] = std::nullopt;
  }
  return {};
}

void Statistics::end_attempt(std::uint32_t number, const events::AttemptEnd& end, Micros time) {
  if (end.attempt.value > 0) {
    bucket(number).add_execution(time - end.started_at);
  }
}

Status Statistics::on(const events::JobCreated& e, Micros) {
  const std::uint32_t number = number_of(e.definition);
  come(e.job, number, e.run_at);
  ++bucket(number).scheduled;
  return {};
}

Status Statistics::on(const events::JobStarted& e, Micros time) {
  const std::uint32_t number = number_of(e.definition);
  // A first attempt that was due in the minute of the creation was never put off: nothing to look
  // up.
  const bool deferred = e.attempt.value > 1 || minute_of(e.due) > minute_of(created_at(e.job));
  DAYBOOK_TRY(leave(e.job, number, deferred));
  bucket(number).latency.add(time - e.due);
  return {};
}

Status Statistics::on(const events::JobCompleted& e, Micros time) {
  const std::uint32_t number = number_of(e.definition);
  ++bucket(number).successful;
  end_attempt(number, e.end, time);
  return {};
}

Status Statistics::on(const events::JobFailed& e, Micros time) {
  const std::uint32_t number = number_of(e.definition);
  ++bucket(number).failed;
  end_attempt(number, e.end, time);
  return e.end.attempt.value > 0 ? Status() : leave(e.job, number, true);
}

Status Statistics::on(const events::JobCancelled& e, Micros time) {
  const std::uint32_t number = number_of(e.definition);
  ++bucket(number).cancelled;
  end_attempt(number, e.end, time);
  return e.end.attempt.value > 0 ? Status() : leave(e.job, number, true);
}

Status Statistics::on(const events::JobRetryScheduled& e, Micros time) {
  const std::uint32_t number = number_of(e.definition);
  end_attempt(number, e.end, time);
  bucket(number);
  come(e.job, number, e.run_at);
  return {};
}

Status Statistics::apply(const events::Recorded& recorded) {
  return std::visit(
      [&](const auto& e) -> Status {
        if constexpr (requires { on(e, Micros{}); }) {
          move_to(recorded.meta.time);
          DAYBOOK_TRY(on(e, recorded.meta.time));
          Definition& d = definitions_[number_of(e.definition) - 1];
          d.bucket.due_depth = d.due;
          d.bucket.pending_depth = d.pending;
        }
        return {};
      },
      recorded.event);
}

std::size_t Statistics::unwritten_bytes() const {
  return (changed_.size() + closed_.size()) * kBucketBytes +
         (deferred_.size() + due_minutes_.changed()) * kChangeBytes;
}

void Statistics::write(Batch& batch) {
  for (const auto& [key, value] : closed_) {
    batch.put(key, value);
  }
  std::string value;
  for (const std::uint32_t number : changed_) {
    const Definition& d = definitions_[number - 1];
    value.clear();
    Put(value).text(d.name).varint(d.pending).varint(d.due);
    batch.put(Key(kDefinition).u32(number).view(), value);
    if (d.open) {
      value.clear();
      d.bucket.encode(value);
      batch.put(Key(kBucket).u32(minute_).tail(d.name).view(), value);
    }
  }
  for (const auto& [job, minute] : deferred_) {
    const Key key = Key(kDeferred).u64(job);
    if (minute) {
      value.clear();
      Put(value).varint(*minute);
      batch.put(key.view(), value);
    } else {
      batch.erase(key.view());
    }
  }
  due_minutes_.write(batch);
  if (minute_changed_) {
    value.clear();
    Put(value).varint(minute_);
    batch.put(Key(kMinute).view(), value);
  }
}

void Statistics::written() {
  for (const std::uint32_t number : changed_) {
    definitions_[number - 1].changed = false;
  }
  changed_.clear();
  closed_.clear();
  deferred_.clear();
  due_minutes_.written();
  minute_changed_ = false;
}

}  // namespace daybook::projections
