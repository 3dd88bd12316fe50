// What a measurement was made on: it stands beside every number.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "base/result.h"
#include "bench/load/histogram.h"

namespace daybook::bench {

struct Machine {
  std::string cpu;
  unsigned cores = 0;
  std::uint64_t memory_bytes = 0;
  std::string kernel;
  std::string filesystem;  // of the directory measured in, e.g. "ext4"
  std::string commit;      // of the build, "unknown" when it was not built in a checkout
};

Machine machine(const std::filesystem::path& directory);

// Latency of `writes` appends of `bytes` bytes, each followed by fdatasync, to a file made in
// `directory` and removed: what one group commit costs at least.
Result<Histogram> probe_sync(const std::filesystem::path& directory, std::size_t writes,
                             std::size_t bytes);

// Resident memory of a process.
Result<std::uint64_t> resident_bytes(int pid);

// Processor time of all threads of a process, also of those that have ended.
Result<std::uint64_t> processor_ns(int pid);

// Bytes of all files below `directory`, as allocated on disk.
std::uint64_t disk_bytes(const std::filesystem::path& directory);

// Bytes as MiB.
double mib(std::uint64_t bytes);

}  // namespace daybook::bench
