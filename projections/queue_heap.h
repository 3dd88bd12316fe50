// A heap of job slots, four children to a node, whose members know their position: so any of them
// can be removed in O(log n), and cancelling leaves nothing behind. Order is given by Before(a, b).
// Private to the queue.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "projections/queue_jobs.h"

namespace daybook::projections {

// Waiting jobs: the earliest first.
struct ByDue {
  static bool before(const QueueJob& a, const QueueJob& b) {
    return a.run_at != b.run_at ? a.run_at < b.run_at : a.job.key() < b.job.key();
  }
};

// Ready jobs of one definition: by priority, then the earliest, then the oldest.
struct ByRank {
  static bool before(const QueueJob& a, const QueueJob& b) {
    return a.priority != b.priority ? a.priority > b.priority : ByDue::before(a, b);
  }
};

template <typename Order>
class QueueHeap {
 public:
  bool empty() const { return items_.empty(); }
  std::size_t size() const { return items_.size(); }
  std::uint32_t top() const { return items_.front(); }

  void push(QueueJobs& jobs, std::uint32_t slot) {
    items_.push_back(slot);
    rise(jobs, items_.size() - 1, slot);
  }

  void erase(QueueJobs& jobs, std::uint32_t slot) {
    const std::size_t hole = jobs[slot].position;
    const std::uint32_t moved = items_.back();
    items_.pop_back();
    if (moved != slot) {
      if (hole > 0 && Order::before(jobs[moved], jobs[items_[(hole - 1) / kFan]])) {
        rise(jobs, hole, moved);
      } else {
        sink(jobs, hole, moved);
      }
    }
    if (items_.capacity() > kShrinkFrom && items_.size() < items_.capacity() / 4) {
      std::vector<std::uint32_t> smaller;
      smaller.reserve(items_.size() * 2);
      smaller.assign(items_.begin(), items_.end());
      items_.swap(smaller);
    }
  }

  // How many members come before `slot`; visits only these and their children.
  std::uint64_t count_before(const QueueJobs& jobs, std::uint32_t slot) const {
    std::uint64_t count = 0;
    std::vector<std::size_t> open;
    if (!items_.empty()) {
      open.push_back(0);
    }
    while (!open.empty()) {
      const std::size_t at = open.back();
      open.pop_back();
      if (!Order::before(jobs[items_[at]], jobs[slot])) {
        continue;
      }
      ++count;
      const std::size_t end = std::min(at * kFan + 1 + kFan, items_.size());
      for (std::size_t child = at * kFan + 1; child < end; ++child) {
        open.push_back(child);
      }
    }
    return count;
  }

  // Empties the heap; its members in any order.
  std::vector<std::uint32_t> release() { return std::exchange(items_, {}); }

  std::size_t memory_bytes() const { return items_.capacity() * sizeof(std::uint32_t); }

 private:
  static constexpr std::size_t kFan = 4;
  static constexpr std::size_t kShrinkFrom = 1024;

  void put(QueueJobs& jobs, std::size_t at, std::uint32_t slot) {
    items_[at] = slot;
    jobs[slot].position = static_cast<std::uint32_t>(at);
  }

  void rise(QueueJobs& jobs, std::size_t at, std::uint32_t slot) {
    while (at > 0) {
      const std::size_t parent = (at - 1) / kFan;
      if (!Order::before(jobs[slot], jobs[items_[parent]])) {
        break;
      }
      put(jobs, at, items_[parent]);
      at = parent;
    }
    put(jobs, at, slot);
  }

  void sink(QueueJobs& jobs, std::size_t at, std::uint32_t slot) {
    for (;;) {
      const std::size_t first = at * kFan + 1;
      const std::size_t end = std::min(first + kFan, items_.size());
      std::size_t best = first;
      for (std::size_t child = first + 1; child < end; ++child) {
        if (Order::before(jobs[items_[child]], jobs[items_[best]])) {
          best = child;
        }
      }
      if (first >= items_.size() || !Order::before(jobs[items_[best]], jobs[slot])) {
        break;
      }
      put(jobs, at, items_[best]);
      at = best;
    }
    put(jobs, at, slot);
  }

  std::vector<std::uint32_t> items_;
};

}  // namespace daybook::projections
