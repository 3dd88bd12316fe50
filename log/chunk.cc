#include "log/chunk.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "events/codec.h"
#include "log/aligned_record.h"

namespace daybook::log {
namespace {

std::size_t aligned(std::size_t bytes) {
  return (bytes + kRecordAlignment - 1) / kRecordAlignment * kRecordAlignment;
}

}  // namespace

Chunk::Chunk(std::size_t events, std::size_t bytes)
    : events_max_(events),
      bytes_max_(bytes),
      bytes_(std::make_unique_for_overwrite<std::uint8_t[]>(bytes)) {
  events_.reserve(events);
  chains_.reserve(events);
}

events::Bytes Chunk::keep(events::Bytes payload) {
  std::uint8_t* to = nullptr;
  if (aligned(payload.size()) <= bytes_max_ - std::min(used_, bytes_max_)) {
    to = bytes_.get() + used_;
    used_ += aligned(payload.size());
  } else {
    large_.push_back(std::make_unique_for_overwrite<std::uint8_t[]>(payload.size()));
    to = large_.back().get();
    used_ = bytes_max_;
  }
  if (!payload.empty()) {
    std::memcpy(to, payload.data(), payload.size());
  }
  return {to, payload.size()};
}

Status Chunk::add(const events::RecordView& record) {
  events::RecordView kept = record;
  kept.payload = keep(record.payload);
  DAYBOOK_ASSIGN(events::Recorded event, events::decode(kept));
  events_.push_back(std::move(event));
  types_.add(record.header.type);
  chains_.push_back(record.header.chain);
  return {};
}

Status Chunk::fill(Cursor& cursor, Seq through) {
  events_.clear();
  chains_.clear();
  large_.clear();
  types_ = {};
  used_ = 0;
  events::RecordView record;
  while (!full()) {
    DAYBOOK_ASSIGN(const bool found, cursor.next(record));
    if (!found) {
      break;
    }
    DAYBOOK_TRY(add(record));
    if (record.header.seq >= through) {
      break;
    }
  }
  return {};
}

std::size_t Chunk::memory_bytes() const {
  constexpr std::size_t kOfItself = sizeof(Chunk) + 64;  // and of who keeps it
  return kOfItself + bytes_max_ + events_.capacity() * (sizeof(events::Recorded) + sizeof(Hash));
}

}  // namespace daybook::log
