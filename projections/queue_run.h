// Where the far part of the queue is written: files without names, each written once from its begin
// to its end and read back in pieces. They are gone with whoever holds them, so nothing of them is
// ever recovered. One owner.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>

#include "base/result.h"

namespace daybook::projections {

class QueueRunFile {
 public:
  virtual ~QueueRunFile() = default;
  virtual Status write(std::uint64_t offset, std::span<const std::uint8_t> bytes) = 0;
  // All of `out`; kCorrupt when the file ends before.
  virtual Status read(std::uint64_t offset, std::span<std::uint8_t> out) = 0;
};

class QueueRunFiles {
 public:
  virtual ~QueueRunFiles() = default;
  virtual Result<std::unique_ptr<QueueRunFile>> make() = 0;
};

// Unnamed files in that directory, which is there.
std::unique_ptr<QueueRunFiles> queue_run_files(std::filesystem::path directory);

}  // namespace daybook::projections
