// Live jobs, held compactly: 56 bytes, an index entry and one allocation for the texts each.
//
// A job is found by its key (JobId::key(), the sequence number of its JobCreated event) through an
// open-addressing index.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "base/ids.h"

namespace daybook::scheduler {

struct JobSlot {
  JobId id;
  Micros run_at;
  Seq started;  // of the open attempt; zero while pending
  std::unique_ptr<char[]>
      texts;  // u32 size of parameters | parameters | unique key; null when both are empty
  std::uint32_t unique_key_bytes = 0;
  std::uint32_t definition = 0;  // index into the definitions
  Attempt attempt;               // begun so far
  std::int8_t priority = 0;
  bool delayed = false;  // run_at counts in running time, else it is read on the wall clock

  bool running() const { return started.value != 0; }
  void set_texts(std::string_view parameters, std::string_view unique_key);
  std::string_view parameters() const;
  std::string_view unique_key() const;
};

class JobTable {
 public:
  // The new slot of a job that is not there yet; valid until the next insert or erase.
  JobSlot& insert(JobId id);
  JobSlot* find(JobId id);
  const JobSlot* find(JobId id) const;
  void erase(JobId id);

  std::size_t size() const { return size_; }
  // All live slots in any order.
  template <typename Visit>
  void each(Visit visit) {
    for (std::uint32_t at = 0; at < used_; ++at) {
      if (!slot(at).id.is_null()) {
        visit(slot(at));
      }
    }
  }
  template <typename Visit>
  void each(Visit visit) const {
    for (std::uint32_t at = 0; at < used_; ++at) {
      if (!slot(at).id.is_null()) {
        visit(slot(at));
      }
    }
  }
  // All live slots in order of creation.
  std::vector<const JobSlot*> sorted() const;
  std::size_t memory_bytes() const;

 private:
  static constexpr std::size_t kChunk = 4096;
  static constexpr std::uint32_t kNone = 0xffff'ffff;

  JobSlot& slot(std::uint32_t at) { return chunks_[at / kChunk][at % kChunk]; }
  const JobSlot& slot(std::uint32_t at) const { return chunks_[at / kChunk][at % kChunk]; }
  std::size_t home(std::uint64_t key) const;
  // Index position that holds `key`, or the empty one where it would go.
  std::size_t probe(std::uint64_t key) const;
  void grow();

  std::vector<std::unique_ptr<JobSlot[]>> chunks_;
  std::vector<std::uint32_t> free_;
  std::uint32_t used_ = 0;  // slots ever handed out
  std::vector<std::uint32_t> index_;
  std::size_t size_ = 0;
};

}  // namespace daybook::scheduler
