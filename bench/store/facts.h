// What a store holds: stands with every result that was measured on it.
#pragma once

#include <cstdint>
#include <filesystem>

#include "base/result.h"
#include "bench/load/report.h"

namespace daybook::bench {

struct StoreFacts {
  std::uint64_t events = 0;   // in the log
  std::uint64_t ended = 0;    // jobs that are still in the lists
  std::uint64_t pending = 0;  // jobs
  std::uint64_t log_bytes = 0;
  std::uint64_t views_bytes = 0;
};

// Of a directory that no server uses, which stays as it is.
Result<StoreFacts> facts_of(const std::filesystem::path& directory);

// As parameters: store, store_events, store_jobs_ended, store_jobs_pending.
void add_store(Report& report, const std::filesystem::path& directory, const StoreFacts& facts);

}  // namespace daybook::bench
