#include "log/memory_log.h"

#include <algorithm>
#include <string>
#include <utility>

#include "base/check.h"
#include "log/group_check.h"
#include "log/refusals.h"

namespace daybook::log {

class MemoryLog::MemoryCursor final : public Cursor {
 public:
  MemoryCursor(MemoryLog& log, Seq from) : log_(log), next_(from) {}

  Result<bool> next(events::RecordView& out) override {
    {
      const std::lock_guard lock(log_.mutex_);
      if (next_ < log_.first_) {
        return refuse_trimmed(next_, log_.first_);
      }
      if (next_ > log_.last()) {
        return false;
      }
      held_ = log_.records_[next_.value - log_.first_.value];
    }
    DAYBOOK_ASSIGN(out, events::read_record(*held_));
    next_ = daybook::next(next_);
    return true;
  }

 private:
  MemoryLog& log_;
  Seq next_;
  Stored held_;
};

MemoryLog::MemoryLog(std::size_t tail_bytes)
    : last_chain_(events::genesis()), tail_(durable_, tail_bytes) {}
MemoryLog::MemoryLog(const MemoryLog& before, Seq through, std::size_t tail_bytes)
    : MemoryLog(tail_bytes) {
  const std::lock_guard lock(before.mutex_);
  const Seq last = std::min(through, before.last());
  first_ = before.first_;
  records_.assign(before.records_.begin(),
                  before.records_.begin() +
                      static_cast<std::ptrdiff_t>(next(last).value - before.first_.value));
  if (!records_.empty()) {
    const auto newest = events::read_record(*records_.back());
    DAYBOOK_CHECK(newest.has_value(), "what was stored can be read");
    last_chain_ = newest->header.chain;
    tail_.publish(last, nullptr);
  }
}

MemoryLog::~MemoryLog() = default;

Seq MemoryLog::first() const {
  const std::lock_guard lock(mutex_);
  return first_;
}

Hash MemoryLog::last_chain() const {
  const std::lock_guard lock(mutex_);
  return last_chain_;
}

Status MemoryLog::append(const events::Group& group) {
  const std::unique_lock lock(mutex_);
  if (poison_) {
    return fail(*poison_);
  }
  if (group.first != next(last())) {
    return refuse_not_head(group.first, last());
  }
  if (appends_until_failure_ != 0 && --appends_until_failure_ == 0) {
    poison_ = failure_;
    return fail(*poison_);
  }
  const auto chunk = chunk_for(group, tail_);
  for_each_record(group, [&](const events::RecordView& record) {
    add_to(chunk, record);
    records_.push_back(std::make_shared<const std::vector<std::uint8_t>>(record.bytes.begin(),
                                                                         record.bytes.end()));
  });
  if (!group.empty()) {
    last_chain_ = group.chain;
    tail_.publish(group.last(), chunk);
  }
  return {};
}

Result<std::unique_ptr<Cursor>> MemoryLog::read(Seq from) {
  DAYBOOK_TRY(check_position(from, first(), last()));
  return std::make_unique<MemoryCursor>(*this, from);
}

Status MemoryLog::trim(Seq through) {
  const std::lock_guard lock(mutex_);
  if (through > last()) {
    return refuse_trim(through, last());
  }
  while (first_ <= through) {
    records_.pop_front();
    first_ = next(first_);
  }
  return {};
}

void MemoryLog::fail_append(std::uint64_t nth, Error error) {
  const std::lock_guard lock(mutex_);
  appends_until_failure_ = nth;
  failure_ = std::move(error);
}

}  // namespace daybook::log
