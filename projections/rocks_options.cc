#include "projections/rocks_options.h"

#include <algorithm>
#include <deque>
#include <memory>
#include <string>

#include <rocksdb/cache.h>
#include <rocksdb/convenience.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/merge_operator.h>
#include <rocksdb/table.h>
#include <rocksdb/utilities/table_properties_collectors.h>

namespace daybook::projections {
namespace {

// Keys in a row that are nearly all tombstones.
constexpr std::size_t kTombstoneRun = 64 * 1024;
constexpr int kLastLevelCompressionLevel = 1;

// Appends the new bytes to the old ones: the order of the batches is the order of the bytes. All at
// once: a list may have been appended to thousands of times since it was last whole.
class AppendOperator final : public rocksdb::MergeOperator {
 public:
  bool FullMergeV2(const MergeOperationInput& in, MergeOperationOutput* out) const override {
    std::string& all = out->new_value;
    all.clear();
    if (in.existing_value != nullptr) {
      all.append(in.existing_value->data(), in.existing_value->size());
    }
    for (const rocksdb::Slice& part : in.operand_list) {
      all.append(part.data(), part.size());
    }
    return true;
  }
  bool PartialMergeMulti(const rocksdb::Slice&, const std::deque<rocksdb::Slice>& parts,
                         std::string* out, rocksdb::Logger*) const override {
    out->clear();
    for (const rocksdb::Slice& part : parts) {
      out->append(part.data(), part.size());
    }
    return true;
  }
  const char* Name() const override { return "daybook.append"; }
};

// A RocksDB that was built without it still reads and writes.
rocksdb::CompressionType last_level_compression() {
  const auto all = rocksdb::GetSupportedCompressions();
  const bool offered = std::find(all.begin(), all.end(), rocksdb::kZSTD) != all.end();
  return offered ? rocksdb::kZSTD : rocksdb::kLZ4Compression;
}

}  // namespace

rocksdb::Options make_options(const RocksStore::Options& from) {
  rocksdb::Options options;
  options.create_if_missing = true;
  options.merge_operator = std::make_shared<AppendOperator>();
  options.write_buffer_size = from.write_buffer_bytes;
  options.max_write_buffer_number = 2;
  options.max_background_jobs = 2;
  // Bounds what filters and indexes take: under 0.3 MB a file of a level that has filters, some
  // 2 MB for each GB of the last one.
  options.max_open_files = 512;
  options.level_compaction_dynamic_level_bytes = true;
  // Twice as large in each deeper level: those of the last are of 128 MiB in a store of 10 GB, so
  // that the open files below are those of some 400 million events.
  options.target_file_size_base = 32 << 20;
  options.target_file_size_multiplier = 2;
  options.max_bytes_for_level_base = 128 << 20;
  options.level0_file_num_compaction_trigger = 8;
  options.level0_slowdown_writes_trigger = 40;
  // Writes are slowed down, not stopped: one that waits for a compaction waits for ever when there
  // is none.
  options.level0_stop_writes_trigger = 1 << 20;
  options.compression = rocksdb::kLZ4Compression;
  options.compression_per_level.assign(7, rocksdb::kLZ4Compression);
  options.compression_per_level[0] = options.compression_per_level[1] = rocksdb::kNoCompression;
  // What has sunk to the last level is nine tenths of all, and is written there once or twice.
  options.bottommost_compression = last_level_compression();
  options.bottommost_compression_opts.enabled = true;
  options.bottommost_compression_opts.level = kLastLevelCompressionLevel;
  // A sweep leaves long runs of tombstones in front of the oldest jobs, over which lists of them
  // would step: files with such runs are compacted first. Files where tombstones and rows mix wait
  // for their turn, for each compaction in between would meet the same ones again.
  options.table_properties_collector_factories.push_back(
      rocksdb::NewCompactOnDeletionCollectorFactory(kTombstoneRun, kTombstoneRun * 7 / 8));
  // Closing without a flush is the same as a crash, and as harmless.
  options.avoid_flush_during_shutdown = true;
  options.info_log_level = rocksdb::WARN_LEVEL;
  options.keep_log_file_num = 2;
  options.max_log_file_size = 1 << 20;
  options.stats_dump_period_sec = 0;
  options.stats_persist_period_sec = 0;
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = rocksdb::NewLRUCache(from.block_cache_bytes);
  // Filters and indexes stay with their open file. In the cache, one that is larger than a shard
  // (512 KiB: 400,000 keys) would be read anew for each look-up.
  table.cache_index_and_filter_blocks = false;
  // The last level, nine tenths of all keys, has no filters: keys are looked up to be found.
  options.optimize_filters_for_hits = true;
  table.block_size = 16 << 10;
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return options;
}

rocksdb::Options for_new_table(rocksdb::Options of_store) {
  of_store.bottommost_compression = rocksdb::kDisableCompressionOption;
  of_store.compression_per_level.clear();
  of_store.compression = rocksdb::kLZ4Compression;
  return of_store;
}

}  // namespace daybook::projections
