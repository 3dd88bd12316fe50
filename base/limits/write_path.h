// The inbox, a group of the log, and reading it back: every bound with the reason for its number
// (I14). A test hits each of them.
#pragma once

#include <cstddef>
#include <cstdint>

namespace daybook {

// The write path: one group commit holds at most so many events and bytes, so a sync stays short.
inline constexpr std::size_t kBatchEventsMax = 16'384;
inline constexpr std::size_t kBatchBytesMax = 8 * 1024 * 1024;
// Commands waiting for the sequencer; beyond it callers get kExhausted and should back off.
inline constexpr std::size_t kInboxCommandsMax = 16'384;
// Largest payload of one event: a result of the largest size, its effects and names.
inline constexpr std::size_t kEventPayloadBytesMax = 4 * 1024 * 1024;

// What a follower of the log gets at once when it reads the store: events decoded together.
inline constexpr std::size_t kChunkEventsMax = 2'048;
inline constexpr std::size_t kChunkBytesMax = 1024 * 1024;
// The newest part of the log that is kept in memory, decoded (log/tail.h): some 30,000 events of
// short jobs, a quarter of a second of the heaviest load. Who is further behind reads the store.
inline constexpr std::size_t kTailBytesMax = 16 * 1024 * 1024;
// What is read of the store with one event that is looked up (log/event_reader.h): a few
// neighbours, decoded in some 10 us; and how many such stretches are kept.
inline constexpr std::size_t kStretchEventsMax = 64;
inline constexpr std::size_t kStretchBytesMax = 64 * 1024;
inline constexpr std::size_t kStretchesKept = 8;

// Reading ahead (log/prefetch.h): a batch is worth a hand-over between threads, and a few of them
// fit the cache.
inline constexpr std::size_t kPrefetchBatchBytes = 256 * 1024;
inline constexpr std::size_t kPrefetchBatchRecords = 2048;
inline constexpr std::size_t kPrefetchBatches = 4;
// What one thread of a start reads at once of the newest records (log/newest.h).
inline constexpr std::uint64_t kNewestPart = 8192;
// One line of an NDJSON import: the largest payload in base64 beside its readable form with every
// byte escaped.
inline constexpr std::size_t kNdjsonLineBytesMax = 48 * 1024 * 1024;

}  // namespace daybook
