// Reads of the views, and how they are folded: every bound with the reason for its number (I14). A
// test hits each of them.
#pragma once

#include <cstddef>
#include <cstdint>

namespace daybook {

// Views: rows looked at in vain for one page of a filter that no index answers in full; about 50
// ms.
inline constexpr std::size_t kJobScanMax = 5'000;
// Index ranges merged for one page: definitions that the caller may see times statuses.
inline constexpr std::size_t kJobMergeMax = 256;
// Buckets read for one statistics query: half a year of minutes of one definition, under a second.
inline constexpr std::size_t kStatisticsBucketsMax = 300'000;
// Definitions that one look for ended jobs visits; the next look goes on behind them.
inline constexpr std::size_t kRetentionDefinitionsMax = 4'096;
// One fold: events decoded together, folded into one batch, and how long a busy projection gathers
// before it writes.
inline constexpr std::size_t kFoldChunkEventsMax = 2'048;
inline constexpr std::size_t kFoldChunkBytesMax = 1024 * 1024;
inline constexpr std::size_t kFoldChunksMax = 4;
inline constexpr std::size_t kFoldBatchEventsMax = 16'384;
// Far behind the log a fold gathers until its changes take about so much memory: a hundred thousand
// events of short jobs, so that most jobs begin and end within one batch.
inline constexpr std::size_t kFoldBatchBytesMax = 64 * 1024 * 1024;
inline constexpr std::int64_t kFoldBatchUs = 25'000;

}  // namespace daybook
