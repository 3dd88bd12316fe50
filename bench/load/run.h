// What every subcommand of `daybook bench` takes, and how a benchmark is repeated.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <iosfwd>
#include <string>

#include "base/result.h"
#include "bench/load/report.h"

namespace daybook::bench {

struct RunOptions {
  // Scratch directories are made below it: it decides which disk is measured.
  std::filesystem::path directory;
  std::size_t repeat = 1;
  std::filesystem::path json;  // a line is appended to it; empty: none
  // A data directory to begin from, where a benchmark can: each run has a copy of it
  // (bench/store/copy.h), so it stays as it is. Empty: an empty one.
  std::filesystem::path store;
  // Called now and then from the thread that called the benchmark; may be empty.
  std::function<void(std::uint64_t done, std::uint64_t total)> progress;
};

// Probes the sync latency, calls `run` with an empty directory as often as asked for, prints the
// table to `out` and appends the JSON line; what the store holds that it began from stands in both.
Status repeat(const RunOptions& options, Report& report, std::ostream& out,
              const std::function<Result<Numbers>(const std::filesystem::path&)>& run);

// Makes the data directory of a run: a copy of the store; nothing where there is none.
Status begin_from_store(const RunOptions& options, const std::filesystem::path& data);

// The end of `repeat` alone: for benchmarks that run once, in a place of their own.
Status publish(const RunOptions& options, const Report& report, std::ostream& out);

}  // namespace daybook::bench
