// A log whose appends wait at a gate: what a slow device does to those who wait for it.
#pragma once

#include <condition_variable>
#include <mutex>
#include <optional>
#include <utility>

#include "log/memory_log.h"

namespace daybook::scheduler {

class GatedLog final : public log::Log {
 public:
  explicit GatedLog(std::size_t tail_bytes = kTailBytesMax) : inner(tail_bytes) {}

  log::MemoryLog inner;

  void close() { set(false); }
  void open() { set(true); }
  // Waits until an append stands at the closed gate.
  void await_append() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return waiting_; });
  }

  Seq first() const override { return inner.first(); }
  Seq last() const override { return inner.last(); }
  Hash last_chain() const override { return inner.last_chain(); }
  const Watermark& durable() const override { return inner.durable(); }
  const log::Tail& tail() const override { return inner.tail(); }
  Status append(const events::Group& group) override {
    {
      std::unique_lock lock(mutex_);
      waiting_ = true;
      changed_.notify_all();
      changed_.wait(lock, [&] { return open_; });
      waiting_ = false;
    }
    return inner.append(group);
  }
  Result<std::unique_ptr<log::Cursor>> read(Seq from) override {
    const std::lock_guard lock(mutex_);
    if (unreadable_) {
      return fail(*unreadable_);
    }
    return inner.read(from);
  }
  // From now on nobody reads it.
  void refuse_reads(Error error) {
    const std::lock_guard lock(mutex_);
    unreadable_ = std::move(error);
  }
  Status trim(Seq through) override { return inner.trim(through); }

 private:
  void set(bool open) {
    const std::lock_guard lock(mutex_);
    open_ = open;
    changed_.notify_all();
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  bool open_ = true;
  bool waiting_ = false;
  std::optional<Error> unreadable_;
};

}  // namespace daybook::scheduler
