// A copy of a store that is open read-only: RocksDB's own checkpoint would write to it. Private to
// log/.
#pragma once

#include <filesystem>

#include "log/rocks/store.h"

namespace daybook::log {

// Copies what an open read-only store consists of into the new directory `to`: tables as hard links
// where they can be, the rest byte for byte. Nothing is synced.
Status copy_open_store(rocksdb::DB& db, const std::filesystem::path& to);

}  // namespace daybook::log
