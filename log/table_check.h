// What RocksDB does not check before it believes it: the properties of a table. It reads their
// block without its checksum first (they could have been changed by an ingestion, which is not done
// here), and a damaged one ends the process in an assertion of the packaged library. So they are
// checked before a store is opened, the log's or another one.
//
// Source of the format: RocksDB 7.8, table/format.cc (footer, trailers and checksums of blocks) and
// table/block_based/block_builder.cc (entries of the meta index).
#pragma once

#include <filesystem>

#include "base/result.h"

namespace daybook::log {

// kCorrupt "TABLE_DAMAGED", naming the first table in the directory whose properties are not what
// was written. What RocksDB refuses by itself is left to it, and so is a file that cannot be read.
Status check_tables(const std::filesystem::path& directory);

}  // namespace daybook::log
