// What the log tells about itself, as plain numbers: counters since the log was opened, gauges now.
#pragma once

#include <cstdint>

namespace daybook::log {

struct Metrics {
  // Counters.
  std::uint64_t groups = 0;
  std::uint64_t records = 0;
  std::uint64_t bytes = 0;
  std::uint64_t append_us = 0;      // spent in append, all of it
  std::uint64_t append_us_max = 0;  // the slowest append
  std::uint64_t anchor_writes = 0;
  // Counters of the store.
  std::uint64_t wal_bytes = 0;
  std::uint64_t wal_syncs = 0;
  std::uint64_t flush_bytes = 0;
  std::uint64_t compaction_read_bytes = 0;
  std::uint64_t compaction_written_bytes = 0;
  std::uint64_t stall_us = 0;
  // Gauges.
  std::uint64_t memtable_bytes = 0;
  std::uint64_t table_reader_bytes = 0;
  std::uint64_t cache_bytes = 0;
  std::uint64_t files = 0;
  std::uint64_t files_bytes = 0;
  std::uint64_t files_level0 = 0;
};

}  // namespace daybook::log
