#include "log/rocks/options.h"

#include <algorithm>
#include <string>

#include <rocksdb/cache.h>
#include <rocksdb/convenience.h>
#include <rocksdb/statistics.h>
#include <rocksdb/table.h>

#include "log/format.h"

namespace daybook::log {
namespace {

class SilentLogger final : public rocksdb::Logger {
 public:
  using Logger::Logv;
  void Logv(const char*, va_list) override {}
};

// Little time for most of the gain: headers are alike, and a block holds many.
constexpr int kCompressionLevel = 1;

// A RocksDB that was built without it still reads and writes; what it cannot read it refuses.
rocksdb::CompressionType table_compression() {
  static const bool offered = [] {
    const auto all = rocksdb::GetSupportedCompressions();
    return std::find(all.begin(), all.end(), rocksdb::kZSTD) != all.end();
  }();
  return offered ? rocksdb::kZSTD : rocksdb::kNoCompression;
}

void set_durability(rocksdb::Options& o) {
  // The default mode drops acknowledged writes after one flipped bit; this one refuses, and
  // survives a torn tail.
  o.wal_recovery_mode = rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
  o.track_and_verify_wals_in_manifest = true;
  o.paranoid_checks = true;
  o.max_bgerror_resume_count = 0;  // after an error this process is done (I15)
  o.recycle_log_file_num = 0;      // a recycled file can hold old records behind the tail
  o.atomic_flush = false;
  o.manual_wal_flush = false;
}

void set_shape(rocksdb::Options& o, std::size_t write_buffer_bytes) {
  o.write_buffer_size = write_buffer_bytes;
  o.max_write_buffer_number = 2;
  // Keys only rise, so files never overlap: level 0 is moved to level 1 without being rewritten,
  // and level 1 is the last and has no bound. The triggers only matter while a trim rewrites.
  o.num_levels = 2;
  o.max_bytes_for_level_base = 1ULL << 50;
  o.level0_file_num_compaction_trigger = 4;
  o.level0_slowdown_writes_trigger = 64;
  o.level0_stop_writes_trigger = 128;
  o.target_file_size_base = 256ULL << 20;
  o.max_background_jobs = 2;
  o.max_subcompactions = 1;
  // One writer: no need for the machinery that lets several insert at once.
  o.allow_concurrent_memtable_write = false;
  o.enable_write_thread_adaptive_yield = false;
  // A table is compressed once, when a flush makes it, beside the appends and not in them; the
  // write-ahead log is not (docs/benchmarks.md has the price). Every level says the same, else a
  // move between levels would rewrite the table. Tables of earlier releases stay as they are.
  o.compression = table_compression();
  o.bottommost_compression = table_compression();
  o.compression_per_level.clear();
  o.compression_opts.level = kCompressionLevel;
  o.bottommost_compression_opts.level = kCompressionLevel;
  o.bytes_per_sync =
      1 << 20;  // flushes reach the disk steadily, not in one burst beside the commits
}

void set_bounds(rocksdb::Options& o) {
  o.max_open_files = 512;
  o.max_log_file_size = 4 << 20;
  o.keep_log_file_num = 4;
  o.max_manifest_file_size = 16 << 20;
  o.stats_dump_period_sec = 0;
  o.stats_persist_period_sec = 0;
}

}  // namespace

rocksdb::Options make_options(std::size_t write_buffer_bytes) {
  rocksdb::Options o;
  set_durability(o);
  set_shape(o, write_buffer_bytes);
  set_bounds(o);
  rocksdb::BlockBasedTableOptions table;
  table.block_size = kChunkBytesTarget;
  table.checksum = rocksdb::kXXH3;
  table.format_version = 5;
  table.max_auto_readahead_size = 1 << 20;
  // Scans do not fill it: it serves repeated reads of single records.
  table.block_cache = rocksdb::NewLRUCache(8 << 20);
  o.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return o;
}

void make_silent(rocksdb::Options& options) {
  options.info_log = std::make_shared<SilentLogger>();
}

Status check_options(const rocksdb::Options& used) {
  const auto wrong = [](const char* name) {
    return fail(Code::kInternal, "OPTIONS_CHANGED",
                std::string("the log's store does not use the option that was set: ") + name);
  };
  if (used.wal_recovery_mode != rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords) {
    return wrong("wal_recovery_mode");
  }
  if (!used.paranoid_checks || used.best_efforts_recovery ||
      used.skip_checking_sst_file_sizes_on_db_open) {
    return wrong("paranoid_checks");
  }
  if (used.max_bgerror_resume_count != 0) {
    return wrong("max_bgerror_resume_count");
  }
  if (used.recycle_log_file_num != 0) {
    return wrong("recycle_log_file_num");
  }
  if (used.manual_wal_flush || used.allow_2pc || used.unordered_write) {
    return wrong("manual_wal_flush");
  }
  if (used.compression != table_compression() || used.num_levels != 2) {
    return wrong("compression");
  }
  return {};
}

rocksdb::ReadOptions scan_options() {
  static const rocksdb::Slice kEnd(kRecordsEnd.data(), kRecordsEnd.size());
  static const rocksdb::Slice kBegin(kRecordsBegin.data(), kRecordsBegin.size());
  rocksdb::ReadOptions o;
  o.verify_checksums = true;
  o.fill_cache = false;
  o.iterate_lower_bound = &kBegin;
  o.iterate_upper_bound = &kEnd;
  return o;
}

}  // namespace daybook::log
