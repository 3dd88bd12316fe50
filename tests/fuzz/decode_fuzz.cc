// Any bytes as a record, and as the payload of any event type: refused or read, never harm.
// Input: two bytes of type id, then the payload.
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "base/check.h"
#include "base/limits/write_path.h"
#include "events/codec.h"
#include "events/json.h"

namespace daybook::events {
namespace {

void fuzz_record(Bytes bytes) {
  if (const auto record = read_record(bytes)) {
    static_cast<void>(decode(*record));
  }
}

void fuzz_payload(Bytes bytes) {
  if (bytes.size() < 2 || bytes.size() > kEventPayloadBytesMax) {
    return;
  }
  Header header;
  std::memcpy(&header.type, bytes.data(), 2);
  header.version = 1;
  header.seq = Seq{1};
  header.batch_count = 1;
  std::vector<std::uint8_t> stored;
  Sha256 digest;
  append_record(stored, header, bytes.subspan(2), genesis(), digest);
  const auto record = read_record(stored);
  DAYBOOK_CHECK(record.has_value(), "what was written can be read");
  const auto read = decode(*record);
  if (!read) {
    return;
  }
  // What was read can be written, and read again the same.
  Encoder encoder;
  const Bytes payload = encoder.encode(read->event, read->meta.actor);
  std::vector<std::uint8_t> again;
  append_record(again, header, payload, genesis(), digest);
  const auto twice = decode(*read_record(again));
  DAYBOOK_CHECK(twice.has_value(), "an event that was read can be written and read");
  DAYBOOK_CHECK(to_json(*twice) == to_json(*read), "it is the same event");
}

}  // namespace
}  // namespace daybook::events

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  daybook::events::fuzz_record({data, size});
  daybook::events::fuzz_payload({data, size});
  return 0;
}
