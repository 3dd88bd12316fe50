// Keys and meta values of the log's store (docs/log-format.md).
//
//   'r' + 8 bytes big-endian seq          chunk: records from that seq on, as they were appended
//   'r' + 8 bytes big-endian seq + 'h'    mark: a group ended with that record; stands right after
//   its last chunk "mid"                                 the log's id "mtrim" the last trimmed
//   record
//
// Every key is written once and keys only rise, so files of the store never overlap and are moved,
// not merged; that is why the head is a mark after each group and not one key that is overwritten.
// "mtrim" is the exception, and rare.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/ids.h"
#include "log/data_dir.h"

namespace daybook::log {

// A chunk is what one read brings: large enough that keys do not matter, small enough for a seek to
// one record.
inline constexpr std::size_t kChunkBytesTarget = 64 * 1024;

inline constexpr std::string_view kIdKey = "mid";
inline constexpr std::string_view kTrimKey = "mtrim";
inline constexpr std::string_view kRecordsBegin = "r";
inline constexpr std::string_view kRecordsEnd = "s";

using ChunkKey = std::array<char, 9>;
using MarkKey = std::array<char, 10>;
ChunkKey chunk_key(Seq first);
MarkKey mark_key(Seq last);

enum class KeyKind : std::uint8_t { kChunk, kMark, kUnknown };
struct KeyRead {
  KeyKind kind = KeyKind::kUnknown;
  Seq seq;
};
KeyRead read_key(std::string_view key);

// The end of a group: its last record, its chain hash, and how many records the group had.
struct Mark {
  Seq seq;
  std::uint64_t count = 0;
  Hash chain{};
};
std::string encode_mark(const Mark& mark);
std::optional<Mark> decode_mark(std::string_view value);

// The last trimmed record: what a reader needs to go on from there. All zero with the genesis chain
// when nothing was.
struct TrimPoint {
  Seq seq;
  Hash chain{};
  Micros time;
  std::uint32_t epoch = 0;
};
std::string encode_trim(const TrimPoint& trim);
std::optional<TrimPoint> decode_trim(std::string_view value);

std::string encode_id(const LogId& id);
std::optional<LogId> decode_id(std::string_view value);

template <std::size_t N>
std::string_view key_text(const std::array<char, N>& key) {
  return {key.data(), key.size()};
}

}  // namespace daybook::log
