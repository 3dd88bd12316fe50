#include "projections/queue_jobs.h"

#include <algorithm>

#include "base/check.h"

namespace daybook::projections {

static_assert(sizeof(QueueJob) == 40, "the memory bar counts on 40 bytes a job");

// Multiplicative hashing (Knuth 6.4): keys are nearly dense, the multiplier spreads them over the
// high bits.
std::size_t QueueJobs::home(Seq key) const {
  return static_cast<std::size_t>((key.value * 0x9e37'79b9'7f4a'7c15ULL) >> shift_);
}

std::uint32_t QueueJobs::find(Seq key) const {
  if (index_.empty()) {
    return kNone;
  }
  const std::size_t mask = index_.size() - 1;
  for (std::size_t at = home(key);; at = (at + 1) & mask) {
    const std::uint32_t slot = index_[at];
    if (slot == kNone || (*this)[slot].job.key() == key) {
      return slot;
    }
  }
}

// The slots are walked in their own order, in which they were made: only the index is met at
// random.
void QueueJobs::resize_index(std::size_t size) {
  std::vector<bool> is_free(used_);
  for (const std::uint32_t slot : free_) {
    is_free[slot] = true;
  }
  index_.assign(size, kNone);
  shift_ = 64 - __builtin_ctzll(size);
  const std::size_t mask = size - 1;
  for (std::uint32_t slot = 0; slot < used_; ++slot) {
    if (is_free[slot]) {
      continue;
    }
    std::size_t at = home((*this)[slot].job.key());
    while (index_[at] != kNone) {
      at = (at + 1) & mask;
    }
    index_[at] = slot;
  }
}

void QueueJobs::reserve(std::size_t jobs) {
  std::size_t size = std::max<std::size_t>(index_.size(), 1024);
  while (4 * jobs > 3 * size) {
    size *= 2;
  }
  if (size > index_.size()) {
    resize_index(size);
  }
}

std::uint32_t QueueJobs::insert(const QueueJob& job) {
  reserve(size_ + 1);
  std::uint32_t slot = used_;
  if (!free_.empty()) {
    slot = free_.back();
    free_.pop_back();
  } else {
    DAYBOOK_CHECK(used_ < kNone - 1, "fewer than 2^32 jobs are pending or running");
    if (used_ / kBlock == blocks_.size()) {
      blocks_.push_back(std::make_unique<QueueJob[]>(kBlock));
    }
    ++used_;
  }
  (*this)[slot] = job;
  const std::size_t mask = index_.size() - 1;
  std::size_t at = home(job.job.key());
  while (index_[at] != kNone) {
    at = (at + 1) & mask;
  }
  index_[at] = slot;
  ++size_;
  return slot;
}

void QueueJobs::erase(std::uint32_t slot) {
  const std::size_t mask = index_.size() - 1;
  std::size_t hole = home((*this)[slot].job.key());
  while (index_[hole] != slot) {
    hole = (hole + 1) & mask;
  }
  // Backward shift: later entries of the same run move up, so no tombstones are needed.
  for (std::size_t at = (hole + 1) & mask; index_[at] != kNone; at = (at + 1) & mask) {
    const std::size_t wanted = home((*this)[index_[at]].job.key());
    if (((at - wanted) & mask) >= ((at - hole) & mask)) {
      index_[hole] = index_[at];
      hole = at;
    }
  }
  index_[hole] = kNone;
  free_.push_back(slot);
  --size_;
  if (size_ == 0) {
    blocks_.resize(1);
    free_.clear();
    used_ = 0;
  }
}

std::size_t QueueJobs::memory_bytes() const {
  return blocks_.size() * kBlock * sizeof(QueueJob) +
         (free_.capacity() + index_.capacity()) * sizeof(std::uint32_t) +
         blocks_.capacity() * sizeof(blocks_[0]);
}

}  // namespace daybook::projections
