#include "bench/load/fsync.h"

#include <algorithm>

namespace daybook::bench {
namespace {

constexpr std::size_t kSmall = std::size_t{4} << 10;
constexpr std::size_t kLarge = std::size_t{1} << 20;
// Large writes are fewer: a scratch disk is not ours to fill.
constexpr std::size_t kLargeWritesMax = 200;

}  // namespace

Status bench_fsync(const FsyncOptions& options, std::ostream& out) {
  Report report("fsync", options.run.directory);
  report.parameter("writes", options.writes);
  return repeat(
      options.run, report, out, [&](const std::filesystem::path& scratch) -> Result<Numbers> {
        DAYBOOK_ASSIGN(const Histogram small, probe_sync(scratch, options.writes, kSmall));
        DAYBOOK_ASSIGN(const Histogram large,
                       probe_sync(scratch, std::min(options.writes, kLargeWritesMax), kLarge));
        Numbers numbers;
        add_percentiles(numbers, "fsync_4k", small);
        add_percentiles(numbers, "fsync_1m", large);
        return numbers;
      });
}

}  // namespace daybook::bench
