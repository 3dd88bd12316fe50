#include "log/rocks/store.h"

#include <algorithm>
#include <system_error>
#include <utility>

#include "base/thread.h"
#include "events/record.h"
#include "log/files.h"
#include "log/little.h"
#include "log/rocks/faults.h"
#include "log/rocks/options.h"
#include "log/table_check.h"

namespace daybook::log {
namespace {

// A meta value that must decode; nothing when the key is absent.
Result<std::optional<std::string>> read_meta(rocksdb::DB& db, std::string_view key) {
  std::string value;
  rocksdb::ReadOptions options;
  options.verify_checksums = true;
  const rocksdb::Status status = db.Get(options, slice(key), &value);
  if (status.IsNotFound()) {
    return std::optional<std::string>();
  }
  if (!status.ok()) {
    return fail(store_error(status, "reading " + std::string(key)));
  }
  return std::optional<std::string>(std::move(value));
}

// The sequence number of the last record in a chunk.
Result<Seq> last_in_chunk(std::string_view chunk) {
  events::Bytes rest = as_bytes(chunk);
  Seq last;
  while (!rest.empty()) {
    DAYBOOK_ASSIGN(const auto record, events::read_record(rest));
    last = record.header.seq;
    rest = rest.subspan(record.bytes.size());
  }
  return last;
}

}  // namespace

Error store_error(const rocksdb::Status& status, std::string_view what) {
  const std::string text = std::string(what) + ": " + status.ToString();
  if (status.IsNoSpace()) {
    return make_error(Code::kNoSpace, "DISK_FULL", text);
  }
  if (status.IsCorruption()) {
    return make_error(Code::kCorrupt, "LOG_CORRUPT", text);
  }
  return make_error(Code::kIo, "LOG_IO", text);
}

Result<StoreFiles> look_for_store(const std::filesystem::path& path) {
  std::error_code error;
  std::filesystem::directory_iterator files(path, error);
  if (error == std::errc::no_such_file_or_directory) {
    return StoreFiles::kNone;
  }
  StoreFiles out = StoreFiles::kRemains;
  for (; !error && files != std::filesystem::directory_iterator(); files.increment(error)) {
    const auto name = files->path().filename();
    if (name == "CURRENT" || name.extension() == ".sst" || name.extension() == ".log") {
      out = StoreFiles::kThere;
    }
  }
  if (error) {
    return fail(file_error("cannot list", path, error.value()));
  }
  return out;
}

namespace {

Result<std::unique_ptr<Store>> open_or_throw(const std::filesystem::path& path, OpenMode mode,
                                             const RocksLogOptions& options) {
  auto store = std::make_unique<Store>();
  rocksdb::Options o = make_options(options.write_buffer_bytes);
  if (options.faults) {
    store->env = make_faulty_env(options.faults);
    o.env = store->env.get();
  }
  if (const Status tables = check_tables(path); !tables) {
    return fail(Code::kCorrupt, "LOG_CORRUPT",
                "opening " + path.string() + ": " + tables.error().message);
  }
  o.create_if_missing = mode == OpenMode::kCreate;
  rocksdb::DB* db = nullptr;
  rocksdb::Status status;
  const bool for_writing = mode == OpenMode::kCreate || mode == OpenMode::kWrite;
  if (!for_writing) {
    make_silent(o);
    if (mode != OpenMode::kLook) {
      o.wal_recovery_mode = rocksdb::WALRecoveryMode::kPointInTimeRecovery;
    }
    // A missing file then shows when it is read, so that the place can be named.
    o.paranoid_checks = mode != OpenMode::kForce;
    status = rocksdb::DB::OpenForReadOnly(o, path.string(), &db);
  } else {
    store->statistics = rocksdb::CreateDBStatistics();
    store->statistics->set_stats_level(rocksdb::StatsLevel::kExceptHistogramOrTimers);
    o.statistics = store->statistics;
    status = rocksdb::DB::Open(o, path.string(), &db);
  }
  store->db.reset(db);
  if (!status.ok()) {
    return fail(store_error(status, "opening " + path.string()));
  }
  if (for_writing || mode == OpenMode::kLook) {
    DAYBOOK_TRY(check_options(db->GetOptions()));
  }
  return store;
}

}  // namespace

// RocksDB starts its threads here, and throws when the system gives none.
Result<std::unique_ptr<Store>> open_store(const std::filesystem::path& path, OpenMode mode,
                                          const RocksLogOptions& options) {
  DAYBOOK_TRY(check_threads("log-store"));
  try {
    return open_or_throw(path, mode, options);
  } catch (const std::system_error& error) {
    return fail(Code::kUnavailable, "NO_THREAD",
                std::string("the system gives no thread for the log's store: ") + error.what());
  }
}

Result<std::optional<LogId>> read_id(rocksdb::DB& db) {
  DAYBOOK_ASSIGN(const auto value, read_meta(db, kIdKey));
  if (!value) {
    return std::optional<LogId>();
  }
  const auto id = decode_id(*value);
  if (!id) {
    return fail(Code::kCorrupt, "LOG_CORRUPT", db.GetName() + ": the log's id is damaged");
  }
  return id;
}

Result<TrimPoint> read_trim(rocksdb::DB& db) {
  DAYBOOK_ASSIGN(const auto value, read_meta(db, kTrimKey));
  if (!value) {
    return TrimPoint{{}, events::genesis(), {}, 0};
  }
  const auto trim = decode_trim(*value);
  if (!trim) {
    return fail(Code::kCorrupt, "LOG_CORRUPT", db.GetName() + ": the trim point is damaged");
  }
  return *trim;
}

Status write_id(rocksdb::DB& db, const LogId& id) {
  rocksdb::WriteOptions options;
  options.sync = true;
  if (const auto status = db.Put(options, slice(kIdKey), encode_id(id)); !status.ok()) {
    return fail(store_error(status, "writing the log's id"));
  }
  return {};
}

Result<StoreEnd> read_end(rocksdb::DB& db) {
  StoreEnd end;
  const std::unique_ptr<rocksdb::Iterator> it(db.NewIterator(scan_options()));
  it->SeekToLast();
  if (it->Valid() && read_key(it->key().ToStringView()).kind == KeyKind::kMark) {
    end.mark = decode_mark(it->value().ToStringView());
    it->Prev();
  }
  if (it->Valid()) {
    const KeyRead key = read_key(it->key().ToStringView());
    const auto last = last_in_chunk(it->value().ToStringView());
    end.first_of_last_chunk = key.seq;
    end.last = last ? *last : std::max(key.seq, end.mark ? end.mark->seq : Seq{});
    if (key.kind != KeyKind::kChunk || !last || *last < key.seq) {
      end.unreadable = "the chunk that starts at record " + std::to_string(key.seq.value) +
                       " cannot be read" + (last ? "" : ": " + last.error().message);
    }
  }
  if (!it->status().ok()) {
    return fail(store_error(it->status(), "reading the log's end"));
  }
  return end;
}

}  // namespace daybook::log
