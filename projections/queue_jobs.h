// The jobs that the queue knows: 40 bytes each in fixed blocks, found by their key through an
// open-addressing index. A slot number stays valid while the job is in the table. Private to the
// queue; one owner.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "base/ids.h"

namespace daybook::projections {

enum class QueuePlace : std::uint8_t { kWaiting, kReady, kOffered, kRunning };

struct QueueJob {
  JobId job;
  Micros run_at;
  std::uint32_t definition = 0;
  std::uint32_t position = 0;  // in the heap that holds it
  std::int32_t priority = 0;
  QueuePlace place = QueuePlace::kWaiting;
  // While it waits, run_at is in running time; once ready, it stays so whatever the wall clock
  // shows, and run_at is in wall time as that of the others.
  bool delayed = false;
};

class QueueJobs {
 public:
  static constexpr std::uint32_t kNone = 0xffff'ffff;

  // Slot of the job with this key, or kNone.
  std::uint32_t find(Seq key) const;
  // Adds a job that is not in the table; returns its slot.
  std::uint32_t insert(const QueueJob& job);
  void erase(std::uint32_t slot);
  // The index has room for so many.
  void reserve(std::size_t jobs);

  QueueJob& operator[](std::uint32_t slot) { return blocks_[slot / kBlock][slot % kBlock]; }
  const QueueJob& operator[](std::uint32_t slot) const {
    return blocks_[slot / kBlock][slot % kBlock];
  }
  std::size_t size() const { return size_; }
  void each(auto&& f) const {
    for (const std::uint32_t slot : index_) {
      if (slot != kNone) {
        f(slot);
      }
    }
  }
  std::size_t memory_bytes() const;

 private:
  // Blocks instead of one vector: growing never copies, and at most one block stands empty.
  static constexpr std::uint32_t kBlock = 4096;

  std::size_t home(Seq key) const;
  void resize_index(std::size_t size);

  std::vector<std::unique_ptr<QueueJob[]>> blocks_;
  std::vector<std::uint32_t> free_;   // slots given back
  std::vector<std::uint32_t> index_;  // slot numbers, linear probing; size is a power of two
  std::uint32_t used_ = 0;            // slots ever handed out
  std::size_t size_ = 0;
  int shift_ = 64;
};

}  // namespace daybook::projections
