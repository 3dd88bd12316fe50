// Reads of the views, and how they are folded: every bound with the reason for its number (I14). A
// test hits each of them.
#pragma once

#include <cstddef>
#include <cstdint>

namespace daybook {

// Views: rows looked at in vain for one page of a filter that no index answers in full; about 50
// ms.
inline constexpr std::size_t kJobScanMax = 5'000;
// Lists merged for one page, each of one definition and status, when the caller may not see jobs of
// all definitions: each costs a seek, together some milliseconds. Of more, rows are looked at.
inline constexpr std::size_t kJobMergeMax = 256;
// Rows of one answer with statistics: of one definition, or of all together, two weeks by minute;
// of each definition, what costs some milliseconds.
inline constexpr std::size_t kStatisticsRowsMax = 20'000;
inline constexpr std::size_t kStatisticsPageRows = 200;
// Definitions that are passed over for one such answer, because nothing happened in them; or that
// are added up for a caller who may not see all: some 0.1 s.
inline constexpr std::size_t kStatisticsDefinitionsMax = 10'000;
// Buckets that are added up for one such answer, under a second; when there are more definitions,
// its page has fewer rows.
inline constexpr std::size_t kStatisticsSumBucketsMax = 500'000;
// Days for which minutes and hours are kept, a month and two years by day besides: what is asked by
// minute is recent, and a year by hour can be laid beside the one before. Days are kept for ever:
// 365 rows a year of a definition. In the fold, so never a setting: a view is a function of the
// log.
inline constexpr std::uint32_t kStatisticsMinutesKeptDays = 35;
inline constexpr std::uint32_t kStatisticsHoursKeptDays = 750;
// Definitions that one look for ended jobs visits; the next look goes on behind them.
inline constexpr std::size_t kRetentionDefinitionsMax = 4'096;
// Blocks of 16,384 events in which a question for several properties of events looks for one that
// has them all: 50 million events, under 0.1 s.
inline constexpr std::size_t kEventBlocksMax = 3'000;
// Events looked at for the history of a job that came back from an archive.
inline constexpr std::size_t kHistoryScanMax = 100'000;
// One fold: events folded into one batch, and how long is gathered before it is written, unless a
// reader waits.
inline constexpr std::size_t kFoldBatchEventsMax = 16'384;
// Far behind the log a fold gathers until its changes take about so much memory: a hundred thousand
// events of short jobs, so that most jobs begin and end within one batch.
inline constexpr std::size_t kFoldBatchBytesMax = 64 * 1024 * 1024;
inline constexpr std::int64_t kFoldBatchUs = 25'000;
// Between two tries to write to a store that takes nothing: soon at first, for most causes pass at
// once, and never so seldom that healing is late.
inline constexpr std::int64_t kViewsRetryMinUs = 100'000;
inline constexpr std::int64_t kViewsRetryMaxUs = 5'000'000;

}  // namespace daybook
