#include "log/rocks_log.h"

#include <algorithm>
#include <utility>

#include <rocksdb/convenience.h>
#include <rocksdb/utilities/checkpoint.h>

#include "base/entropy.h"
#include "log/anchor.h"
#include "log/group_check.h"
#include "log/little.h"
#include "log/recovery.h"
#include "log/refusals.h"
#include "log/rocks/copy.h"
#include "log/rocks/cursor.h"
#include "log/rocks/examine.h"
#include "log/rocks/options.h"
#include "log/rocks/store.h"
#include "log/tail.h"
#include "log/unfinished.h"

namespace daybook::log {
namespace {

LogId new_id() {
  SystemEntropy entropy;
  const std::uint64_t halves[2] = {entropy.next(), entropy.next()};
  return std::bit_cast<LogId>(halves);
}

// Cuts a group into chunks at record boundaries and adds the mark; `followed`, which may be null,
// gets all of it. Nothing reaches the disk here.
events::Header fill_batch(rocksdb::WriteBatch& batch, const events::Group& group,
                          const std::shared_ptr<Chunk>& followed = nullptr) {
  const std::string_view bytes = as_text(group.bytes);
  events::Header last;
  Seq chunk_first = group.first;
  std::size_t chunk_begin = 0;
  std::size_t at = 0;
  const auto cut = [&] {
    const ChunkKey key = chunk_key(chunk_first);
    batch.Put(slice(key_text(key)), slice(bytes.substr(chunk_begin, at - chunk_begin)));
    chunk_begin = at;
  };
  for_each_record(group, [&](const events::RecordView& record) {
    if (at != chunk_begin && at - chunk_begin + record.bytes.size() > kChunkBytesTarget) {
      cut();
      chunk_first = record.header.seq;
    }
    add_to(followed, record);
    at += record.bytes.size();
    last = record.header;
  });
  cut();
  const MarkKey key = mark_key(group.last());
  batch.Put(slice(key_text(key)), encode_mark(Mark{group.last(), group.count, group.chain}));
  return last;
}

// Store, anchor, identity, in this order: a directory with an identity has had all three, so what
// is missing later is a loss and not a beginning.
Status create(const DataDir& dir, const RocksLogOptions& options, const Examined& examined) {
  LogId id = examined.id;
  DAYBOOK_ASSIGN(const std::string work, unfinished_work(dir.path()));
  if (work.empty()) {
    DAYBOOK_TRY(mark_unfinished(dir.path(), kWorkCreate));
  }
  if (!examined.has_id) {
    id = new_id();
    DAYBOOK_ASSIGN(const auto store, open_store(dir.log_path(), OpenMode::kCreate, options));
    DAYBOOK_TRY(write_id(*store->db, id));
    DAYBOOK_TRY(sync_directory(dir.path()));
  }
  if (examined.anchor.state != AnchorState::kValid) {
    DAYBOOK_TRY(write_anchor(dir.anchor_path(), id, Head{{}, events::genesis(), {}}));
  }
  DAYBOOK_TRY(write_identity(dir.path(), id));
  return work.empty() || work == kWorkCreate ? mark_finished(dir.path()) : Status();
}

// A creation that stopped after the identity, and before it was noted as done.
Status mark_finished_creation(const DataDir& dir) {
  DAYBOOK_ASSIGN(const std::string work, unfinished_work(dir.path()));
  return work == kWorkCreate ? mark_finished(dir.path()) : Status();
}

bool creates(const Row& row) {
  return row.action == Action::kCreate || row.action == Action::kFinishCreation;
}

}  // namespace

struct RocksLog::Impl {
  Impl(DataDir& d, const RocksLogOptions& o) : dir(d), options(o) {}

  DataDir& dir;
  const RocksLogOptions options;
  LogId id{};
  std::string_view opened_by;
  AnchorRead found_anchor;
  bool behind = false;  // the anchor stands before the log's end
  std::unique_ptr<Store> store;
  Bounds bounds;
  Tail tail{bounds.durable, options.tail_bytes};
  std::unique_ptr<Anchor> anchor;

  // The writer's own: one thread at a time.
  std::optional<Error> poison;
  rocksdb::WriteBatch batch;

  mutable std::mutex mutex;  // guards what follows
  Head head;
  Micros time;
  TrimPoint trim;
  Metrics metrics;

  static Result<std::unique_ptr<Impl>> of(DataDir& dir, const RocksLogOptions& options,
                                          Examined found);

  Status poisoned(Error error) {
    poison = std::move(error);
    return fail(*poison);
  }
  Status ready();
  Status write(rocksdb::WriteBatch& what, std::string_view why);
  void count(const events::Group& group, Micros began);
  Status cut_chunk(rocksdb::WriteBatch& out, Seq through, TrimPoint& point);
  void free_disk(Seq through);
};

// What must hold before a byte is written. Nothing has happened yet, but the process must stop all
// the same (I15).
Status RocksLog::Impl::ready() {
  if (!anchor) {
    return fail(Code::kConflict, "OPENED_TO_READ", dir.path().string() + " was opened to read");
  }
  if (poison) {
    return fail(*poison);
  }
  if (const Status status = dir.check_floor(); !status) {
    return poisoned(status.error());
  }
  return {};
}

// If we stop inside the write, the batch is in the write-ahead log as a whole or torn; a torn one
// is cut at recovery. If we stop after it and before the anchor moves, recovery finds the log past
// its anchor and moves the anchor.
Status RocksLog::Impl::write(rocksdb::WriteBatch& what, std::string_view why) {
  rocksdb::WriteOptions write_options;
  write_options.sync = !options.unsafe_no_sync;
  if (const auto status = store->db->Write(write_options, &what); !status.ok()) {
    const Error error = store_error(status, why);
    return poisoned(make_error(Code::kUnknownOutcome, error.reason, error.message));
  }
  return {};
}

void RocksLog::Impl::count(const events::Group& group, Micros began) {
  const auto took = static_cast<std::uint64_t>(dir.clock().steady().value - began.value);
  metrics.groups += 1;
  metrics.records += group.count;
  metrics.bytes += group.bytes.size();
  metrics.append_us += took;
  metrics.append_us_max = std::max(metrics.append_us_max, took);
}

RocksLog::RocksLog(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

RocksLog::~RocksLog() = default;

// What was found, when the log can be opened by it.
Result<std::unique_ptr<RocksLog::Impl>> RocksLog::Impl::of(DataDir& dir,
                                                           const RocksLogOptions& options,
                                                           Examined found) {
  const Row& row = decide(found.findings);
  if (row.action != Action::kOpen && row.action != Action::kAdvanceAnchor) {
    return fail(refusal(row, dir.path(), found));
  }
  auto impl = std::make_unique<Impl>(dir, options);
  impl->id = found.id;
  impl->opened_by = row.reason;
  impl->found_anchor = found.anchor;
  impl->behind = row.action == Action::kAdvanceAnchor;
  impl->head = found.head;
  impl->time = found.time;
  impl->trim = found.trim;
  impl->bounds.first = found.trim.seq.value + 1;
  impl->bounds.durable.raise(found.head.seq);
  impl->store = std::move(found.store);
  return impl;
}

Result<std::unique_ptr<RocksLog>> RocksLog::open(DataDir& dir, const RocksLogOptions& options) {
  DAYBOOK_ASSIGN(Examined found, examine(dir.path(), options));
  const Row& row = decide(found.findings);
  if (creates(row)) {
    found.store.reset();
    DAYBOOK_TRY(dir.claim());
    DAYBOOK_TRY(create(dir, options, found));
    DAYBOOK_ASSIGN(found, examine(dir.path(), options));
  }
  DAYBOOK_ASSIGN(auto impl, Impl::of(dir, options, std::move(found)));
  if (creates(row)) {
    impl->opened_by = row.reason;
  }
  return write_to(std::move(impl));
}

Result<std::unique_ptr<RocksLog>> RocksLog::open_to_read(DataDir& dir,
                                                         const RocksLogOptions& options) {
  DAYBOOK_ASSIGN(Examined found, examine(dir.path(), options));
  if (creates(decide(found.findings))) {
    return fail(Code::kNotFound, "NO_LOG", "there is no log in " + dir.path().string());
  }
  DAYBOOK_ASSIGN(auto impl, Impl::of(dir, options, std::move(found)));
  return std::unique_ptr<RocksLog>(new RocksLog(std::move(impl)));
}

Result<std::unique_ptr<RocksLog>> RocksLog::open_to_write(std::unique_ptr<RocksLog> looked_at) {
  DAYBOOK_CHECK(!looked_at->impl_->anchor, "it was opened to read");
  return write_to(std::move(looked_at->impl_));
}

Result<std::unique_ptr<RocksLog>> RocksLog::write_to(std::unique_ptr<Impl> impl) {
  DataDir& dir = impl->dir;
  impl->store.reset();
  DAYBOOK_TRY(dir.claim());
  DAYBOOK_TRY(mark_finished_creation(dir));
  DAYBOOK_ASSIGN(impl->store, open_store(dir.log_path(), OpenMode::kWrite, impl->options));
  // Opened for writing, the store must still end where it ended when it was looked at.
  DAYBOOK_ASSIGN(const StoreEnd end, read_end(*impl->store->db));
  if (std::max(end.last, impl->trim.seq) != impl->head.seq) {
    return fail(Code::kCorrupt, "LOG_CHANGED", dir.log_path().string() + " changed while opening");
  }
  // Opening made durable what was in the write-ahead log, synced or not: only now may the anchor
  // say that it was there.
  if (impl->behind) {
    DAYBOOK_TRY(write_anchor(dir.anchor_path(), impl->id, impl->head));
    DAYBOOK_ASSIGN(impl->found_anchor, read_anchor(dir.anchor_path(), impl->id));
  }
  DAYBOOK_TRY(dir.hold_log());
  DAYBOOK_ASSIGN(impl->anchor,
                 Anchor::open(dir.anchor_path(), impl->id, impl->found_anchor,
                              {impl->options.anchor_every, impl->options.anchor_events}));
  DAYBOOK_TRY(dir.restore_reserve());
  return std::unique_ptr<RocksLog>(new RocksLog(std::move(impl)));
}

Seq RocksLog::first() const {
  return Seq{impl_->bounds.first.load(std::memory_order_acquire)};
}

Seq RocksLog::last() const {
  return impl_->bounds.durable.value();
}

const Watermark& RocksLog::durable() const {
  return impl_->bounds.durable;
}

const Tail& RocksLog::tail() const {
  return impl_->tail;
}

Status RocksLog::append(const events::Group& group) {
  Impl& my = *impl_;
  DAYBOOK_TRY(my.ready());
  if (group.first != next(last())) {
    return refuse_not_head(group.first, last());
  }
  if (group.empty()) {
    return {};
  }
  my.dir.spend(group.bytes.size());
  const Micros began = my.dir.clock().steady();
  my.batch.Clear();
  const auto chunk = chunk_for(group, my.tail);
  const events::Header header = fill_batch(my.batch, group, chunk);
  DAYBOOK_TRY(my.write(my.batch, "appending records " + std::to_string(group.first.value) + " to " +
                                     std::to_string(group.last().value)));
  const Head head{group.last(), group.chain, Epoch{header.epoch}};
  {
    const std::lock_guard lock(my.mutex);
    my.head = head;
    my.time = header.time;
    my.count(group, began);
  }
  my.tail.publish(head.seq, chunk);
  // The group is durable whatever becomes of the anchor; a broken anchor stops the next append.
  if (const Status status = my.anchor->offer(head); !status) {
    my.poison = status.error();
  }
  return {};
}

Result<std::unique_ptr<Cursor>> RocksLog::read(Seq from) {
  DAYBOOK_TRY(check_position(from, first(), last()));
  return std::make_unique<RocksCursor>(*impl_->store->db, impl_->bounds, from);
}

// Finds the record `through`; when its chunk goes on, puts the rest back under a key of its own.
Status RocksLog::Impl::cut_chunk(rocksdb::WriteBatch& out, Seq through, TrimPoint& point) {
  RocksCursor cursor(*store->db, bounds, through);
  events::RecordView record;
  DAYBOOK_ASSIGN(const bool there, cursor.next(record));
  DAYBOOK_CHECK(there, "what is durable can be read");
  point = TrimPoint{through, record.header.chain, record.header.time, record.header.epoch};
  const events::Bytes rest = cursor.rest();
  if (!rest.empty()) {
    const ChunkKey key = chunk_key(next(through));
    out.Put(slice(key_text(key)), slice(as_text(rest)));
  }
  return {};
}

// The records are gone already; this gives their bytes back. Failing only costs space until the
// next trim.
void RocksLog::Impl::free_disk(Seq through) {
  const ChunkKey end_key = chunk_key(next(through));
  const rocksdb::Slice begin = slice(kRecordsBegin);
  const rocksdb::Slice end = slice(key_text(end_key));
  rocksdb::DB& db = *store->db;
  rocksdb::DeleteFilesInRange(&db, db.DefaultColumnFamily(), &begin, &end, false);
  rocksdb::CompactRangeOptions compact;
  compact.exclusive_manual_compaction = false;
  compact.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForce;
  db.CompactRange(compact, &begin, &end);
}

Status RocksLog::trim(Seq through) {
  Impl& my = *impl_;
  DAYBOOK_TRY(my.ready());
  if (through > last()) {
    return refuse_trim(through, last());
  }
  if (through < first()) {
    return {};
  }
  // The anchor must not stand inside what goes away: its record could no longer be compared
  // (recovery would refuse).
  if (const Status status = my.anchor->flush(); !status) {
    return my.poisoned(status.error());
  }
  TrimPoint point;
  rocksdb::WriteBatch batch;
  const ChunkKey end_key = chunk_key(next(through));
  DAYBOOK_TRY(my.cut_chunk(batch, through, point));
  batch.DeleteRange(slice(kRecordsBegin), slice(key_text(end_key)));
  batch.Put(slice(kTrimKey), encode_trim(point));
  // Readers learn of the trim before the records go, so that none mistakes it for a loss.
  my.bounds.first.store(next(through).value, std::memory_order_release);
  DAYBOOK_TRY(my.write(batch, "trimming through " + std::to_string(through.value)));
  {
    const std::lock_guard lock(my.mutex);
    my.trim = point;
  }
  my.free_disk(through);
  return {};
}

Status RocksLog::check_room(std::uint64_t bytes) const {
  return impl_->dir.check_room(bytes);
}

// An attempt that was cut short may have cut its chunks elsewhere: two sets of chunks side by side
// cannot be read.
Status RocksLog::drop_below() {
  Impl& my = *impl_;
  DAYBOOK_TRY(my.ready());
  const std::unique_ptr<rocksdb::Iterator> it(my.store->db->NewIterator(scan_options()));
  it->SeekToFirst();
  if (!it->status().ok()) {
    return fail(store_error(it->status(), "looking below the log's first record"));
  }
  if (!it->Valid() || read_key(it->key().ToStringView()).seq >= first()) {
    return {};
  }
  const ChunkKey end = chunk_key(first());
  rocksdb::WriteBatch batch;
  batch.DeleteRange(slice(kRecordsBegin), slice(key_text(end)));
  DAYBOOK_TRY(my.write(batch, "removing what was put back in part"));
  my.free_disk(Seq{first().value - 1});
  return {};
}

Status RocksLog::put_below(const events::Group& group) {
  Impl& my = *impl_;
  DAYBOOK_TRY(my.ready());
  DAYBOOK_CHECK(!group.empty() && group.last() < first(), "what is put back stands before the log");
  my.dir.spend(group.bytes.size());
  my.batch.Clear();
  fill_batch(my.batch, group);
  return my.write(my.batch, "putting back records " + std::to_string(group.first.value) + " to " +
                                std::to_string(group.last().value));
}

// If we stop before this write, the trim point still hides what was put below it.
Status RocksLog::begin_after(const Head& before, Micros time) {
  Impl& my = *impl_;
  DAYBOOK_TRY(my.ready());
  DAYBOOK_CHECK(next(before.seq) < first(), "a log only grows by what is put back");
  const TrimPoint point{before.seq, before.chain, time,
                        static_cast<std::uint32_t>(before.epoch.value)};
  rocksdb::WriteBatch batch;
  if (before.seq.value == 0) {
    batch.Delete(slice(kTrimKey));
  } else {
    batch.Put(slice(kTrimKey), encode_trim(point));
  }
  DAYBOOK_TRY(my.write(batch, "beginning after record " + std::to_string(before.seq.value)));
  {
    const std::lock_guard lock(my.mutex);
    my.trim = before.seq.value == 0 ? TrimPoint{{}, events::genesis(), {}, 0} : point;
  }
  my.bounds.first.store(next(before.seq).value, std::memory_order_release);
  return {};
}

Hash RocksLog::last_chain() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->head.chain;
}

const LogId& RocksLog::id() const {
  return impl_->id;
}

Head RocksLog::head() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->head;
}

Epoch RocksLog::last_epoch() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->head.epoch;
}

Micros RocksLog::last_time() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->time;
}

Hash RocksLog::base_chain() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->trim.chain;
}

std::string_view RocksLog::opened_by() const {
  return impl_->opened_by;
}

Metrics RocksLog::metrics() const {
  Metrics out;
  {
    const std::lock_guard lock(impl_->mutex);
    out = impl_->metrics;
  }
  if (!impl_->anchor) {  // opened to read
    return out;
  }
  rocksdb::DB& db = *impl_->store->db;
  const rocksdb::Statistics& statistics = *impl_->store->statistics;
  const auto gauge = [&](const std::string& name) {
    std::uint64_t value = 0;
    db.GetIntProperty(name, &value);
    return value;
  };
  out.anchor_writes = impl_->anchor->writes();
  out.wal_bytes = statistics.getTickerCount(rocksdb::WAL_FILE_BYTES);
  out.wal_syncs = statistics.getTickerCount(rocksdb::WAL_FILE_SYNCED);
  out.flush_bytes = statistics.getTickerCount(rocksdb::FLUSH_WRITE_BYTES);
  out.compaction_read_bytes = statistics.getTickerCount(rocksdb::COMPACT_READ_BYTES);
  out.compaction_written_bytes = statistics.getTickerCount(rocksdb::COMPACT_WRITE_BYTES);
  out.stall_us = statistics.getTickerCount(rocksdb::STALL_MICROS);
  out.memtable_bytes = gauge(rocksdb::DB::Properties::kSizeAllMemTables);
  out.table_reader_bytes = gauge(rocksdb::DB::Properties::kEstimateTableReadersMem);
  out.cache_bytes = gauge(rocksdb::DB::Properties::kBlockCacheUsage);
  out.files_bytes = gauge(rocksdb::DB::Properties::kTotalSstFilesSize);
  std::string level0;
  db.GetProperty(rocksdb::DB::Properties::kNumFilesAtLevelPrefix + "0", &level0);
  std::string level1;
  db.GetProperty(rocksdb::DB::Properties::kNumFilesAtLevelPrefix + "1", &level1);
  out.files_level0 = std::strtoull(level0.c_str(), nullptr, 10);
  out.files = out.files_level0 + std::strtoull(level1.c_str(), nullptr, 10);
  return out;
}

Status RocksLog::flush_anchor() {
  return impl_->anchor ? impl_->anchor->flush() : impl_->ready();
}

Status RocksLog::checkpoint(const std::filesystem::path& to) {
  if (!impl_->anchor) {
    return copy_open_store(*impl_->store->db, to);
  }
  rocksdb::Checkpoint* raw = nullptr;
  rocksdb::Status status = rocksdb::Checkpoint::Create(impl_->store->db.get(), &raw);
  const std::unique_ptr<rocksdb::Checkpoint> checkpoint(raw);
  if (status.ok()) {
    status = checkpoint->CreateCheckpoint(to.string());
  }
  if (!status.ok()) {
    return fail(store_error(status, "making a checkpoint in " + to.string()));
  }
  return {};
}

}  // namespace daybook::log
