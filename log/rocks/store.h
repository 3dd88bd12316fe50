// The RocksDB under a log: opened for writing or only to look at. Private to log/.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include <rocksdb/db.h>
#include <rocksdb/statistics.h>

#include "base/result.h"
#include "log/format.h"
#include "log/rocks_log.h"

namespace daybook::log {

enum class OpenMode : std::uint8_t {
  kCreate,   // for writing; makes it
  kWrite,    // for writing; must exist
  kLook,     // read-only, refuses a damaged write-ahead log
  kSalvage,  // read-only, reads a damaged write-ahead log up to the damage: for verification only
  kForce,    // as kSalvage, and opens although files are missing
};

// The same bytes; lives as long as they do.
inline rocksdb::Slice slice(std::string_view text) {
  return {text.data(), text.size()};
}

struct Store {
  // Declared before db: it must outlive it.
  std::unique_ptr<rocksdb::Env> env;
  std::shared_ptr<rocksdb::Statistics> statistics;
  std::unique_ptr<rocksdb::DB> db;
};

enum class StoreFiles : std::uint8_t {
  kNone,     // no folder
  kRemains,  // a folder in which no store can be: empty, or with a manifest alone
  kThere,
};
// What is in the folder. Fails with what the system says when it cannot be listed.
Result<StoreFiles> look_for_store(const std::filesystem::path& path);

Result<std::unique_ptr<Store>> open_store(const std::filesystem::path& path, OpenMode mode,
                                          const RocksLogOptions& options);

// kCorrupt "LOG_CORRUPT", kNoSpace "DISK_FULL" or kIo "LOG_IO"; `what` says where.
Error store_error(const rocksdb::Status& status, std::string_view what);

// The id in the store; nothing before it was written. kCorrupt "LOG_CORRUPT" when it is damaged.
Result<std::optional<LogId>> read_id(rocksdb::DB& db);
// The trim point, or the start of the log.
Result<TrimPoint> read_trim(rocksdb::DB& db);
Status write_id(rocksdb::DB& db, const LogId& id);

struct StoreEnd {
  Seq first_of_last_chunk;   // zero when there are no records
  Seq last;                  // last record, as far as the last entries tell
  std::optional<Mark> mark;  // the store's last entry, when it is a mark
  std::string unreadable;    // why the last chunk does not hold whole records; empty when it does
};
// What the store's last entries say. Fails when the store cannot read them.
Result<StoreEnd> read_end(rocksdb::DB& db);

}  // namespace daybook::log
