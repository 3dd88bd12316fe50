// Damage done on purpose to a closed log: what recovery and verification must notice.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "base/result.h"

namespace daybook::log::surgery {

// Offsets in a write-ahead log at which a whole write ends, in order.
std::vector<std::uint64_t> wal_write_ends(const std::filesystem::path& wal);

// Name to content of every file.
std::map<std::string, std::string> fingerprint(const std::filesystem::path& directory);

enum class Plant : std::uint8_t {
  kNoMark,
  kWrongMark,
  kFlippedByte,  // below the store's own checksums
  kGap,
  kWrongChain,
  kTornBatch,
  kTimeBack,
  kEpochBack,
  kUnknownType,
  kTrimPastAnchor,
  kAnchorRecordGone,
};

// Opens the store itself, not the log, and writes records that no log would have written.
Status plant(const std::filesystem::path& data, Plant what);

}  // namespace daybook::log::surgery
