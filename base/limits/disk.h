// Room on the file system of the data directory: what is kept free, and why.
#pragma once

#include <cstdint>

namespace daybook {

// Below this much free space new work is refused (507): room for the write buffers, compaction and
// the ends of open work. A setting of `serve`.
inline constexpr std::uint64_t kDiskWatermarkBytes = 512ULL << 20;
// Below this much nothing is written any more and the process stops: RocksDB as packaged aborts on
// a full disk. Three write buffers of the log: two that wait to be flushed, and their write-ahead
// log. A setting of `serve`; the write buffers shrink with it.
inline constexpr std::uint64_t kDiskFloorBytes = 96ULL << 20;
// A floor below this would leave write buffers that flush a table every few thousand events.
inline constexpr std::uint64_t kDiskFloorBytesMin = 12ULL << 20;

// The same in files: a flush makes two, a compaction of the views some ten. Unused on file systems
// that do not count them.
inline constexpr std::uint64_t kDiskWatermarkFiles = 64;
inline constexpr std::uint64_t kDiskFloorFiles = 16;

// Of the log's two write buffers, each; the reserve file has room for both. 32 MiB hold about half
// a second at full speed.
inline constexpr std::uint64_t kLogWriteBufferBytes = 32ULL << 20;
constexpr std::uint64_t log_write_buffer(std::uint64_t floor_bytes) {
  return floor_bytes / 3 < kLogWriteBufferBytes ? floor_bytes / 3 : kLogWriteBufferBytes;
}

}  // namespace daybook
