// Live jobs, held compactly: 32 bytes each, in the order of their creation.
//
// A job is found by its key (JobId::key(), the sequence number of its JobCreated event). Keys only
// rise, so a new job goes behind all others, and rows stand sorted in chunks: no index. What is
// erased leaves a hole; neighbours that fit into one chunk become one, so that two together are
// always more than one holds. docs/adr/0014-a-pending-job-is-32-bytes.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "base/ids.h"
#include "base/limits/state.h"

namespace daybook::scheduler {

struct JobSlot {
  static constexpr std::uint32_t kDefinitionMost = (1U << 20) - 1;
  static constexpr std::uint32_t kOwnerMost = (1U << 12) - 1;

  JobId id;
  // While pending: when it is to run. While running: the number of the event that opened its
  // attempt.
  std::int64_t at = 0;
  std::uint32_t definition : 20 = 0;  // index into the definitions
  std::uint32_t owner : 12 = 0;       // number among the owners
  std::uint32_t attempts : 21 = 0;    // begun so far
  std::uint32_t is_running : 1 = 0;
  std::uint32_t is_delayed : 1 =
      0;  // run_at counts in running time, else it is read on the wall clock
  std::int32_t priority : 8 = 0;

  bool running() const { return is_running != 0; }
  bool delayed() const { return is_delayed != 0; }
  Attempt attempt() const { return Attempt{attempts}; }
  // Of a pending job.
  Micros run_at() const { return Micros{at}; }
  // Zero while pending.
  Seq started() const { return Seq{running() ? static_cast<std::uint64_t>(at) : 0}; }

  void set_definition(std::uint32_t index) { definition = index & kDefinitionMost; }
  void set_owner(std::uint32_t number) { owner = number & kOwnerMost; }
  void wait_until(Micros run_at, bool delayed);
  void start(Seq started, Attempt attempt);
};

class JobTable {
 public:
  // The new slot of a job whose key is above those of all that are there; valid until the next
  // insert or erase.
  JobSlot& insert(JobId id);
  // Whether insert() would take it.
  bool is_new(JobId id) const { return id.key() > newest_; }
  JobSlot* find(JobId id);
  const JobSlot* find(JobId id) const;
  const JobSlot* find_key(Seq key) const;
  void erase(JobId id);

  std::size_t size() const { return size_; }
  // All live slots in order of creation.
  template <typename Visit>
  void each(Visit visit) {
    for (Chunk& chunk : chunks_) {
      for (JobSlot* slot = chunk.begin(); slot != chunk.end(); ++slot) {
        if (!is_hole(*slot)) {
          visit(*slot);
        }
      }
    }
  }
  template <typename Visit>
  void each(Visit visit) const {
    for (const Chunk& chunk : chunks_) {
      for (const JobSlot* slot = chunk.begin(); slot != chunk.end(); ++slot) {
        if (!is_hole(*slot)) {
          visit(*slot);
        }
      }
    }
  }
  std::size_t memory_bytes() const;

 private:
  static constexpr std::uint32_t kChunk = 4096;
  static constexpr std::uint32_t kHole =
      JobSlot::kDefinitionMost;  // as the definition of what was erased

  struct Chunk {
    Seq first;  // key of its first slot, be it a hole
    std::uint32_t used = 0;
    std::uint32_t live = 0;
    std::unique_ptr<JobSlot[]> slots;

    JobSlot* begin() const { return slots.get(); }
    JobSlot* end() const { return slots.get() + used; }
  };
  using Place = std::vector<Chunk>::iterator;

  static bool is_hole(const JobSlot& slot) { return slot.definition == kHole; }
  // The chunk that would hold the key; the table is not empty.
  std::vector<Chunk>::const_iterator chunk_of(Seq key) const;
  void close_gaps(Place at);
  bool join(Place left);

  std::vector<Chunk> chunks_;  // none is without a live slot, but for the last
  Seq newest_;                 // key of the last inserted
  std::size_t size_ = 0;
};

}  // namespace daybook::scheduler
