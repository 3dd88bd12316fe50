// Whether the files of a store belong together: what RocksDB does not ask. A manifest that lost its
// tail, or is older than its neighbours, opens without a word, without the tables that it does not
// name; opened for writing, those tables are deleted. Private to log/.
#pragma once

#include <filesystem>

#include "log/rocks/cursor.h"
#include "log/rocks/store.h"

namespace daybook::log {

// Before the store is opened: CURRENT names a manifest that is there, and every file can be read.
// kCorrupt "LOG_CORRUPT", or what the system says of a file ("FILE_DENIED", "FILE_ERROR").
Status check_store_files(const std::filesystem::path& store);

// Where two tables meet, and where the last one meets the write-ahead log, no record is missing
// between `trim` and the end. Looks only where the tables' key ranges do not prove it: a few reads.
// kCorrupt "LOG_GAP" names the first missing record; else what the store says.
Status check_seams(rocksdb::DB& db, const TrimPoint& trim);

// Tables that lie in the folder although the manifest does not name them hold nothing but what the
// log holds too: what a flush or a trim that was cut short leaves. kCorrupt "LOG_CORRUPT" names the
// table. `bounds`: what can be read.
Status check_strangers(rocksdb::DB& db, const Bounds& bounds, const TrimPoint& trim);

}  // namespace daybook::log
