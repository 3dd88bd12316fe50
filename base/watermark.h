// A number that only rises, which threads can wait for: "durable up to here", "applied up to here".
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>

#include "base/ids.h"

namespace daybook {

class Watermark {
 public:
  explicit Watermark(Seq start = {}) : value_(start.value) {}

  Seq value() const { return Seq{value_.load(std::memory_order_acquire)}; }

  // Raises the mark and wakes all waiters; a lower value changes nothing.
  void raise(Seq to) {
    {
      const std::lock_guard lock(mutex_);
      if (to.value <= value_.load(std::memory_order_relaxed)) {
        return;
      }
      value_.store(to.value, std::memory_order_release);
    }
    raised_.notify_all();
  }

  // Wakes all waiters for good: they return what there is.
  void close() {
    {
      const std::lock_guard lock(mutex_);
      closed_ = true;
    }
    raised_.notify_all();
  }

  // Waits until the mark is at least `at_least`, the watermark is closed, or `timeout` has passed;
  // true in the first case.
  bool wait(Seq at_least, std::chrono::microseconds timeout) const {
    if (value() >= at_least) {
      return true;
    }
    std::unique_lock lock(mutex_);
    raised_.wait_for(lock, timeout, [&] { return closed_ || value() >= at_least; });
    return value() >= at_least;
  }

 private:
  std::atomic<std::uint64_t> value_;
  mutable std::mutex mutex_;
  mutable std::condition_variable raised_;
  bool closed_ = false;
};

}  // namespace daybook
