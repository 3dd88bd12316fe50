// Events to payload bytes and back: the one place that touches FlatBuffers, and the one place that
// verifies them.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "base/result.h"
#include "events/record.h"
#include "events/types.h"

namespace daybook::events {

// Encodes payloads, reusing one buffer. One thread.
class Encoder {
 public:
  Encoder();
  ~Encoder();
  Encoder(const Encoder&) = delete;
  Encoder& operator=(const Encoder&) = delete;

  // The payload of `event`; valid until the next call.
  Bytes encode(const Event& event, std::string_view actor);

 private:
  struct Builder;
  std::unique_ptr<Builder> builder_;
};

// Reads and verifies an event; what it returns borrows the record's bytes. Older schema versions
// are brought to the newest form here. Fails with kCorrupt when the payload is not a valid buffer
// of its type, the type is unknown, or a required member is missing.
Result<Recorded> decode(const RecordView& record);

}  // namespace daybook::events
