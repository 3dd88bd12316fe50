// A run of decoded events with the bytes that they borrow: decoded once, folded by every
// projection. Private to projections/.
#pragma once

#include <memory>
#include <vector>

#include "base/limits/views.h"
#include "base/result.h"
#include "events/types.h"
#include "log/log.h"

namespace daybook::projections {

class Chunk {
 public:
  // Replaces the contents by what the cursor gives next, up to the record `through`,
  // kFoldChunkEventsMax events or kFoldChunkBytesMax bytes. Empty afterwards when the cursor is at
  // the end. What was read before a failure is kept.
  Status fill(log::Cursor& cursor, Seq through);

  bool empty() const { return events_.empty(); }
  const std::vector<events::Recorded>& events() const { return events_; }
  Seq last() const { return events_.back().meta.seq; }
  // Chain hash of the last event.
  const Hash& chain() const { return chain_; }

 private:
  events::Bytes keep(events::Bytes payload);

  std::vector<events::Recorded> events_;
  Hash chain_{};
  std::unique_ptr<std::uint8_t[]> bytes_;
  std::size_t used_ = 0;
  std::vector<std::unique_ptr<std::uint8_t[]>> large_;
};

}  // namespace daybook::projections
