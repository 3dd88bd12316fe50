// A record at an address where FlatBuffers may read it in place. Private to log/.
#pragma once

#include <cstdint>
#include <cstring>
#include <vector>

#include "events/record.h"

namespace daybook::log {

// Of the widest member of a payload; the header is a multiple of it.
inline constexpr std::size_t kRecordAlignment = alignof(std::uint64_t);
static_assert(events::kHeaderBytes % kRecordAlignment == 0);

// Keeps a copy of one record where the store has it at any address.
class AlignedRecord {
 public:
  // `record` borrows the copy until the next call.
  void align(events::RecordView& record) {
    if (reinterpret_cast<std::uintptr_t>(record.bytes.data()) % kRecordAlignment == 0) {
      return;
    }
    const std::size_t size = record.bytes.size();
    words_.resize((size + kRecordAlignment - 1) / kRecordAlignment);
    std::memcpy(words_.data(), record.bytes.data(), size);
    record.bytes = {reinterpret_cast<const std::uint8_t*>(words_.data()), size};
    record.payload = record.bytes.subspan(events::kHeaderBytes);
  }

 private:
  std::vector<std::uint64_t> words_;
};

}  // namespace daybook::log
