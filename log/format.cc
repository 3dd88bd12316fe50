#include "log/format.h"

#include "base/crc32c.h"
#include "log/little.h"

namespace daybook::log {
namespace {

constexpr char kRecordPrefix = 'r';
constexpr char kMarkSuffix = 'h';
constexpr std::size_t kMarkBytes = 56;
constexpr std::size_t kTrimBytes = 64;
constexpr std::size_t kIdBytes = 24;
constexpr std::uint32_t kStoreFormat = 1;

void put_key(char* key, Seq seq) {
  key[0] = kRecordPrefix;
  for (std::size_t i = 0; i < 8; ++i) {
    key[1 + i] = static_cast<char>(seq.value >> (56 - 8 * i));
  }
}

// Values start with the CRC-32C of what follows it.
template <std::size_t N>
std::string sealed(std::array<std::uint8_t, N>& block) {
  put(block.data(), 0, crc32c({block.data() + 4, N - 4}));
  return std::string(as_text(block));
}

}  // namespace

ChunkKey chunk_key(Seq first) {
  ChunkKey key{};
  put_key(key.data(), first);
  return key;
}

MarkKey mark_key(Seq last) {
  MarkKey key{};
  put_key(key.data(), last);
  key.back() = kMarkSuffix;
  return key;
}

KeyRead read_key(std::string_view key) {
  KeyRead out;
  if (key.size() < sizeof(ChunkKey) || key.front() != kRecordPrefix) {
    return out;
  }
  for (std::size_t i = 0; i < 8; ++i) {
    out.seq.value = out.seq.value << 8 | static_cast<std::uint8_t>(key[1 + i]);
  }
  if (key.size() == sizeof(ChunkKey)) {
    out.kind = KeyKind::kChunk;
  } else if (key.size() == sizeof(MarkKey) && key.back() == kMarkSuffix) {
    out.kind = KeyKind::kMark;
  }
  return out;
}

std::string encode_mark(const Mark& mark) {
  std::array<std::uint8_t, kMarkBytes> block{};
  put(block.data(), 8, mark.seq.value);
  put(block.data(), 16, mark.count);
  put(block.data(), 24, mark.chain);
  return sealed(block);
}

std::optional<Mark> decode_mark(std::string_view value) {
  if (value.size() != kMarkBytes) {
    return std::nullopt;
  }
  const std::uint8_t* block = as_bytes(value).data();
  const Mark mark{Seq{get<std::uint64_t>(block, 8)}, get<std::uint64_t>(block, 16),
                  get<Hash>(block, 24)};
  return encode_mark(mark) == value ? std::optional(mark) : std::nullopt;
}

std::string encode_trim(const TrimPoint& trim) {
  std::array<std::uint8_t, kTrimBytes> block{};
  put(block.data(), 4, trim.epoch);
  put(block.data(), 8, trim.seq.value);
  put(block.data(), 16, trim.time.value);
  put(block.data(), 32, trim.chain);
  return sealed(block);
}

std::optional<TrimPoint> decode_trim(std::string_view value) {
  if (value.size() != kTrimBytes) {
    return std::nullopt;
  }
  const std::uint8_t* block = as_bytes(value).data();
  const TrimPoint trim{Seq{get<std::uint64_t>(block, 8)}, get<Hash>(block, 32),
                       Micros{get<std::int64_t>(block, 16)}, get<std::uint32_t>(block, 4)};
  return encode_trim(trim) == value ? std::optional(trim) : std::nullopt;
}

std::string encode_id(const LogId& id) {
  std::array<std::uint8_t, kIdBytes> block{};
  put(block.data(), 4, kStoreFormat);
  put(block.data(), 8, id);
  return sealed(block);
}

std::optional<LogId> decode_id(std::string_view value) {
  if (value.size() != kIdBytes) {
    return std::nullopt;
  }
  const LogId id = get<LogId>(as_bytes(value).data(), 8);
  return encode_id(id) == value ? std::optional(id) : std::nullopt;
}

}  // namespace daybook::log
