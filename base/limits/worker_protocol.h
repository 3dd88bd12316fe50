// Workers on connections of their own (docs/worker-protocol.md): every bound with the reason for
// its number (I14). A test hits each of them.
#pragma once

#include <cstddef>
#include <cstdint>

namespace daybook {

// Connections; each is one of kHttpConnectionsMax too, which leaves room for those who ask and
// create. Of one address.
inline constexpr std::size_t kWorkerConnectionsMax = 1024;
inline constexpr std::size_t kWorkerPeerConnectionsMax = 768;
// One message: a result of the largest size and some to spare. More than one is never held.
inline constexpr std::size_t kWorkerMessageBytesMax = 2 * 1024 * 1024;
inline constexpr std::size_t kWorkerFramesPerMessageMax = 1000;
// Messages and control frames in a second: a worker that reports each job alone needs as many as it
// has jobs, and more come together in one message.
inline constexpr std::size_t kWorkerMessagesPerSecondMax = 20'000;
// Each waits as a long poll: of all connections together no more than kLongPollsMax.
inline constexpr std::size_t kWorkerSubscriptionsMax = 4;
// Jobs that a connection may hold, all subscriptions together: what is remembered of each is small.
inline constexpr std::size_t kWorkerCreditsMax = 10'000;
// Jobs of one lease on behalf of a subscription: their parameters are in memory together.
inline constexpr std::size_t kWorkerLeaseMax = 64;
// Items that came together and go to the sequencer as one request, and those without an outcome
// beyond which nothing more is read.
inline constexpr std::size_t kWorkerBatchItemsMax = 1000;
inline constexpr std::size_t kWorkerOpenItemsMax = 4000;
// What waits to be written, beyond which nothing more is read or leased; what one message holds
// before it ends, unless one frame is larger.
inline constexpr std::size_t kWorkerOutBytesMax = 256 * 1024;
inline constexpr std::size_t kWorkerOutMessageBytes = 64 * 1024;
// Items in a row that are refused: who names nothing but attempts that are not its own is told so a
// thousand times.
inline constexpr std::size_t kWorkerFaultsMax = 1000;
// After a lease that ended at once with nothing, the next one waits so long.
inline constexpr std::int64_t kWorkerRestUs = 1LL * 1'000'000;

}  // namespace daybook
