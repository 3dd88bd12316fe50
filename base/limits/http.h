// HTTP: heads, bodies, pages, connections: every bound with the reason for its number (I14). A test
// hits each of them.
#pragma once

#include <cstddef>
#include <cstdint>

namespace daybook {

// HTTP.
inline constexpr std::size_t kHttpHeaderBytesMax = 16 * 1024;
inline constexpr std::size_t kHttpHeadersMax = 64;
inline constexpr std::size_t kHttpBodyBytesMax = 8 * 1024 * 1024;
inline constexpr std::size_t kHttpTargetBytesMax = 4096;
inline constexpr std::size_t kHttpConnectionsMax = 4096;
inline constexpr std::size_t kHttpStreamsMax = 256;
// Reads that wait for a query thread or for the views; beyond it 503.
inline constexpr std::size_t kHttpQueriesMax = 1024;
// Beside what all may hold, so many more connections are taken for /health and /metrics alone:
// those who look after a full server must reach it.
inline constexpr std::size_t kHttpReserveMax = 16;
// Of one address. Everybody on this machine may share one, so it is most of them, and yet nobody
// who comes from another one finds the server full.
inline constexpr std::size_t kHttpPeerConnectionsMax = 3072;
inline constexpr std::size_t kHttpPeerStreamsMax = 192;
// A connection that has been idle for so long, or a stream open for so long, makes room for a new
// one when the server is full; shorter, and those that have just come would be closed before they
// speak.
inline constexpr std::int64_t kHttpIdleGraceUs = 1LL * 1'000'000;
inline constexpr std::int64_t kHttpStreamGraceUs = 30LL * 1'000'000;
// Bodies and answers of all connections together, and what one may hold without being counted: a
// larger body is also read away from the I/O threads.
inline constexpr std::size_t kHttpMemoryBytes = 256ULL * 1024 * 1024;
inline constexpr std::size_t kHttpFreeBytes = 64 * 1024;
// When that is full, who has held a share for so long makes room.
inline constexpr std::int64_t kHttpHoldGraceUs = 2LL * 1'000'000;
// Requests that wait to compile a component, and how long: each takes up to a second.
inline constexpr std::size_t kHttpCompilesMax = 64;
inline constexpr std::int64_t kHttpCompileWaitUs = 10LL * 1'000'000;
// After a component was changed, what names it is looked at for so long, while its caller waits.
inline constexpr std::int64_t kComponentUsersTimeUs = 2LL * 1'000'000;
// A header must be complete by then, however slowly it drips; of a body and an answer some bytes
// must pass in every such stretch, at the slowest rate (1 KiB/s) or faster.
inline constexpr std::int64_t kHttpHeaderTimeoutUs = 10LL * 1'000'000;
inline constexpr std::int64_t kHttpStallTimeoutUs = 10LL * 1'000'000;
inline constexpr std::int64_t kHttpBytesPerSecondMin = 1024;
inline constexpr std::int64_t kHttpIdleTimeoutUs = 60LL * 1'000'000;
// A read waits this long for the views to catch up with the log.
inline constexpr std::int64_t kHttpFreshTimeoutUs = 5LL * 1'000'000;
inline constexpr std::int64_t kHttpHeartbeatUs = 15LL * 1'000'000;
// The longest sleep of an I/O thread that has a deadline: beyond any of them.
inline constexpr std::int64_t kHttpSleepMaxUs = 3600LL * 1'000'000;
inline constexpr std::int64_t kHttpDrainTimeoutUs = 5LL * 1'000'000;
// One piece of a stream: what a slow reader costs in memory.
inline constexpr std::size_t kHttpStreamPieceBytes = 64 * 1024;
// Bytes of rows on one page: it ends early, and its cursor says where, before it fills the memory.
inline constexpr std::size_t kPageBytesMax = 8 * 1024 * 1024;
// A larger body is read on a thread for large bodies, so that it holds up no other connection.
inline constexpr std::size_t kInlineBodyBytesMax = kHttpFreeBytes;
// Events looked at for one page of a filtered feed; the page's lastCursor says how far it got.
inline constexpr std::size_t kEventsScanMax = 100'000;
inline constexpr std::size_t kPageLimitDefault = 50;
inline constexpr std::size_t kPageLimitMax = 1000;
inline constexpr std::size_t kJobsPerRequestMax = 10'000;

}  // namespace daybook
