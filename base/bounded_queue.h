// The only queue between threads: many producers, one consumer, a fixed bound (I14).
#pragma once

#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <utility>
#include <vector>

namespace daybook {

template <typename T>
class BoundedQueue {
 public:
  explicit BoundedQueue(std::size_t items_max) : items_max_(items_max) {}

  // False when the queue is full or closed; the item is then untouched.
  [[nodiscard]] bool try_push(T&& item) {
    {
      const std::lock_guard lock(mutex_);
      if (closed_ || items_.size() >= items_max_) {
        return false;
      }
      items_.push_back(std::move(item));
      if (items_.size() != 1) {
        return true;  // the consumer has not yet taken the earlier ones: it is awake
      }
    }
    ready_.notify_one();
    return true;
  }

  // Waits for room; false when the queue is closed.
  [[nodiscard]] bool push(T&& item) {
    {
      std::unique_lock lock(mutex_);
      room_.wait(lock, [&] { return closed_ || items_.size() < items_max_; });
      if (closed_) {
        return false;
      }
      items_.push_back(std::move(item));
    }
    ready_.notify_one();
    return true;
  }

  // Waits for at least one item and swaps all of them into `out` (which must be empty); false when
  // closed and drained.
  [[nodiscard]] bool pop_all(std::vector<T>& out) {
    {
      std::unique_lock lock(mutex_);
      ready_.wait(lock, [&] { return closed_ || !items_.empty(); });
      if (items_.empty()) {
        return false;
      }
      out.swap(items_);
    }
    room_.notify_all();
    return true;
  }

  // As pop_all, but returns at once: false when there is nothing.
  [[nodiscard]] bool try_pop_all(std::vector<T>& out) {
    {
      const std::lock_guard lock(mutex_);
      if (items_.empty()) {
        return false;
      }
      out.swap(items_);
    }
    room_.notify_all();
    return true;
  }

  // No more pushes; what is queued can still be taken.
  void close() {
    {
      const std::lock_guard lock(mutex_);
      closed_ = true;
    }
    ready_.notify_all();
    room_.notify_all();
  }

  std::size_t size() const {
    const std::lock_guard lock(mutex_);
    return items_.size();
  }

 private:
  const std::size_t items_max_;
  mutable std::mutex mutex_;
  std::condition_variable ready_;
  std::condition_variable room_;
  std::vector<T> items_;
  bool closed_ = false;
};

}  // namespace daybook
