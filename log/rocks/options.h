// The options of the log's store, each with its reason. A user never sees them. Private to log/.
#pragma once

#include <rocksdb/options.h>

#include "base/result.h"

namespace daybook::log {

rocksdb::Options make_options(std::size_t write_buffer_bytes);

// For a store that is only looked at: writes nothing, not even RocksDB's own LOG file.
void make_silent(rocksdb::Options& options);

// Compares what an open store says it uses with what durability depends on: RocksDB changes options
// that do not fit each other without a word. kInternal "OPTIONS_CHANGED".
Status check_options(const rocksdb::Options& used);

rocksdb::ReadOptions scan_options();

}  // namespace daybook::log
