// The dispatcher, its workers and their leases: every bound with the reason for its number (I14). A
// test hits each of them.
#pragma once

#include <cstddef>
#include <cstdint>

namespace daybook {

// The dispatcher: starts proposed in one command, so that one tick never holds up the inbox.
inline constexpr std::size_t kStartsPerCommandMax = 512;
// Starts in a row that go past the definition that has waited longest, because others have jobs of
// a higher priority: then it has its turn.
inline constexpr std::size_t kPassedOverMax = 64;
// Jobs that cannot run (their definition or component is gone) and are being failed: few, since
// they may come by the million and all others wait behind them.
inline constexpr std::size_t kFailuresInFlightMax = 128;
// The pending queue: memory of jobs that wait for a wall time (the setting `queue-memory`), of
// which the farthest are on disk beyond it: half a million of them by default, and never so few
// that runs on disk are tiny.
inline constexpr std::size_t kQueueMemoryDefault = 32 * 1024 * 1024;
inline constexpr std::size_t kQueueMemoryLeast = 1024 * 1024;
// What one of them takes: its row, its places in the index and in the heap, with what those grow
// by.
inline constexpr std::size_t kQueueJobBytes = 64;
// Of a run on disk, jobs that are read at once.
inline constexpr std::size_t kQueueRunPiece = 128;
inline constexpr std::size_t kRemovalsPerCommandMax = 1024;
// Such commands that the views need not show yet: the sweep keeps them busy and no more.
inline constexpr std::size_t kSweepCommandsAhead = 4;
inline constexpr std::size_t kLeaseJobsMax = 1000;
inline constexpr std::int64_t kLeaseWaitMaxMs = 60'000;
// Long polls open at once: as many as there may be connections.
inline constexpr std::size_t kLongPollsMax = 4096;
inline constexpr std::size_t kLeaseDefinitionsMax = 1000;
// Their ids together: of each worker they are held while it waits, and for the list.
inline constexpr std::size_t kLeaseDefinitionsBytesMax = 32 * 1024;
// Workers that are remembered for the list; the longest unseen make room.
inline constexpr std::size_t kWorkersMax = 10'000;
// What all of them asked for; of those that came when it was full the list shows nothing.
inline constexpr std::size_t kWorkersDefinitionsBytesMax = 64 * 1024 * 1024;
// Events that the dispatcher folds before it looks at its mail again, and reports that it sends in
// one request: together under half a group.
inline constexpr std::size_t kDispatchEventsMax = 4096;
inline constexpr std::size_t kReportBytesMax = 4 * 1024 * 1024;

// At an orderly stop, what the server runs may still end for so long (the setting `drain`): within
// the 30 s and more that service managers give before they kill; at most an hour.
inline constexpr std::int64_t kRunDrainTimeoutUs = 20LL * 1'000'000;
inline constexpr std::int64_t kRunDrainMaxUs = 3600LL * 1'000'000;

}  // namespace daybook
