#include "events/record.h"

#include <bit>
#include <cstring>
#include <string>

#include "base/check.h"
#include "base/crc32c.h"
#include "base/limits/write_path.h"

namespace daybook::events {
namespace {

static_assert(std::endian::native == std::endian::little,
              "the header is stored as it lies in memory");

constexpr std::size_t kCrcAt = 4;
constexpr std::size_t kCrcFrom = 8;
constexpr std::size_t kReservedAt = 72;
constexpr std::size_t kChainAt = 96;
static_assert(kChainAt + sizeof(Hash) == kHeaderBytes);

template <typename T>
void put(std::uint8_t* header, std::size_t at, T value) {
  std::memcpy(header + at, &value, sizeof(T));
}

template <typename T>
T get(const std::uint8_t* header, std::size_t at) {
  T value;
  std::memcpy(&value, header + at, sizeof(T));
  return value;
}

// Hashes the previous chain, the header up to the chain with its CRC field zero, and the payload.
Hash chain_of(const Hash& previous, const std::uint8_t* header, Bytes payload, Sha256& digest) {
  std::uint8_t block[sizeof(Hash) + kChainAt];
  std::memcpy(block, previous.data(), sizeof(Hash));
  std::memcpy(block + sizeof(Hash), header, kChainAt);
  put<std::uint32_t>(block + sizeof(Hash), kCrcAt, 0);
  digest.update(block);
  digest.update(payload);
  return digest.finish();
}

tl::unexpected<Error> corrupt(const std::string& what) {
  return fail(Code::kCorrupt, "CORRUPT_RECORD", what);
}

}  // namespace

Hash genesis() {
  static const Hash kGenesis = sha256("daybook log format 1");
  return kGenesis;
}

Hash append_record(std::vector<std::uint8_t>& out, const Header& header, Bytes payload,
                   const Hash& previous, Sha256& digest) {
  DAYBOOK_CHECK(payload.size() <= kEventPayloadBytesMax, "an event's payload is within its limit");
  DAYBOOK_CHECK(header.batch_index < header.batch_count, "a record stands inside its batch");
  std::uint8_t h[kHeaderBytes] = {};
  put(h, 0, kFormatVersion);
  put(h, 8, header.seq.value);
  put(h, 16, header.time.value);
  put(h, 24, header.type);
  put(h, 26, header.version);
  put(h, 28, header.epoch);
  put(h, 32, header.batch_index);
  put(h, 36, header.batch_count);
  put(h, 40, static_cast<std::uint32_t>(payload.size()));
  put(h, 44, crc32c(payload));
  put(h, 48, header.command.high);
  put(h, 56, header.command.low);
  put(h, 64, header.cause.value);
  const Hash chain = chain_of(previous, h, payload, digest);
  std::memcpy(h + kChainAt, chain.data(), sizeof(Hash));
  put(h, kCrcAt, crc32c({h + kCrcFrom, kHeaderBytes - kCrcFrom}));
  const std::size_t at = out.size();
  out.resize(at + kHeaderBytes + payload.size());
  std::memcpy(out.data() + at, h, kHeaderBytes);
  if (!payload.empty()) {
    std::memcpy(out.data() + at + kHeaderBytes, payload.data(), payload.size());
  }
  return chain;
}

Result<RecordView> read_record(Bytes bytes) {
  if (bytes.size() < kHeaderBytes) {
    return corrupt("a record ends inside its header");
  }
  const std::uint8_t* h = bytes.data();
  if (crc32c({h + kCrcFrom, kHeaderBytes - kCrcFrom}) != get<std::uint32_t>(h, kCrcAt)) {
    return corrupt("the header checksum of a record does not match");
  }
  RecordView out;
  Header& header = out.header;
  header.seq = Seq{get<std::uint64_t>(h, 8)};
  const auto at = [&] { return "record " + std::to_string(header.seq.value) + ": "; };
  if (get<std::uint16_t>(h, 0) != kFormatVersion || get<std::uint16_t>(h, 2) != 0) {
    return corrupt(at() + "unknown format version or flags");
  }
  for (std::size_t i = kReservedAt; i < kChainAt; ++i) {
    if (h[i] != 0) {
      return corrupt(at() + "a reserved byte is not zero");
    }
  }
  header.time = Micros{get<std::int64_t>(h, 16)};
  header.type = get<std::uint16_t>(h, 24);
  header.version = get<std::uint16_t>(h, 26);
  header.epoch = get<std::uint32_t>(h, 28);
  header.batch_index = get<std::uint32_t>(h, 32);
  header.batch_count = get<std::uint32_t>(h, 36);
  header.payload_bytes = get<std::uint32_t>(h, 40);
  header.payload_crc = get<std::uint32_t>(h, 44);
  header.command = CommandId{get<std::uint64_t>(h, 48), get<std::uint64_t>(h, 56)};
  header.cause = Seq{get<std::uint64_t>(h, 64)};
  std::memcpy(header.chain.data(), h + kChainAt, sizeof(Hash));
  if (header.payload_bytes > bytes.size() - kHeaderBytes) {
    return corrupt(at() + "the payload is cut short");
  }
  if (header.batch_index >= header.batch_count) {
    return corrupt(at() + "its place in the batch is outside the batch");
  }
  out.payload = bytes.subspan(kHeaderBytes, header.payload_bytes);
  out.bytes = bytes.first(kHeaderBytes + header.payload_bytes);
  if (crc32c(out.payload) != header.payload_crc) {
    return corrupt(at() + "the payload checksum does not match");
  }
  return out;
}

Hash chain_after(const Hash& previous, const RecordView& record, Sha256& digest) {
  return chain_of(previous, record.bytes.data(), record.payload, digest);
}

}  // namespace daybook::events
