// A run of decoded events with the bytes that they borrow: decoded once, read by all who follow the
// log. Filled by one thread, then only read, by any.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "events/group.h"
#include "events/record.h"
#include "events/type_set.h"
#include "events/types.h"
#include "log/log.h"

namespace daybook::log {

class Chunk {
 public:
  // For records of so many payload bytes; more have memory of their own.
  Chunk(std::size_t events, std::size_t bytes);
  Chunk(const Chunk&) = delete;
  Chunk& operator=(const Chunk&) = delete;

  // Adds the record behind the last one, with a copy of its payload. Fails when it is none that
  // this release can read; the chunk is then as it was.
  Status add(const events::RecordView& record);
  // Replaces the contents by what the cursor gives next, up to the record `through`, or as much as
  // the chunk was made for. Empty afterwards when the cursor is at the end. What was read before a
  // failure is kept.
  Status fill(Cursor& cursor, Seq through);

  bool empty() const { return events_.empty(); }
  const std::vector<events::Recorded>& events() const { return events_; }
  // The events from `seq` on, which stands in it.
  std::span<const events::Recorded> from(Seq seq) const {
    return std::span(events_).subspan(seq.value - first().value);
  }
  Seq first() const { return events_.front().meta.seq; }
  Seq last() const { return events_.back().meta.seq; }
  // Chain hash of the last event, and of any.
  const Hash& chain() const { return chains_.back(); }
  const Hash& chain_of(Seq seq) const { return chains_[seq.value - first().value]; }
  events::TypeSet types() const { return types_; }
  // What it takes, about.
  std::size_t memory_bytes() const;

 private:
  bool full() const { return events_.size() >= events_max_ || used_ >= bytes_max_; }
  events::Bytes keep(events::Bytes payload);

  const std::size_t events_max_;
  const std::size_t bytes_max_;
  std::vector<events::Recorded> events_;
  events::TypeSet types_;
  std::vector<Hash> chains_;  // of each event
  std::unique_ptr<std::uint8_t[]> bytes_;
  std::size_t used_ = 0;
  std::vector<std::unique_ptr<std::uint8_t[]>> large_;
};

}  // namespace daybook::log
