#include "projections/chunk.h"

#include <cstring>

#include "base/limits/views.h"
#include "events/codec.h"

namespace daybook::projections {

// Payloads stay 8-byte aligned, as FlatBuffers wants them.
events::Bytes Chunk::keep(events::Bytes payload) {
  std::uint8_t* to = nullptr;
  if (used_ + payload.size() <= kFoldChunkBytesMax) {
    to = bytes_.get() + used_;
    used_ += (payload.size() + 7) / 8 * 8;
  } else {
    large_.push_back(std::make_unique<std::uint8_t[]>(payload.size()));
    to = large_.back().get();
    used_ = kFoldChunkBytesMax;
  }
  if (!payload.empty()) {
    std::memcpy(to, payload.data(), payload.size());
  }
  return {to, payload.size()};
}

Status Chunk::fill(log::Cursor& cursor, Seq through) {
  events_.clear();
  large_.clear();
  used_ = 0;
  if (!bytes_) {
    bytes_ = std::make_unique<std::uint8_t[]>(kFoldChunkBytesMax);
    events_.reserve(kFoldChunkEventsMax);
  }
  events::RecordView record;
  while (events_.size() < kFoldChunkEventsMax && used_ < kFoldChunkBytesMax) {
    DAYBOOK_ASSIGN(const bool found, cursor.next(record));
    if (!found) {
      break;
    }
    record.payload = keep(record.payload);
    DAYBOOK_ASSIGN(events::Recorded event, events::decode(record));
    events_.push_back(std::move(event));
    chain_ = record.header.chain;
    if (record.header.seq >= through) {
      break;
    }
  }
  return {};
}

}  // namespace daybook::projections
