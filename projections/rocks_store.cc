#include "projections/rocks_store.h"

#include <fcntl.h>

#include <atomic>
#include <cstdlib>
#include <map>
#include <mutex>
#include <system_error>
#include <vector>

#include <rocksdb/convenience.h>
#include <rocksdb/db.h>
#include <rocksdb/listener.h>
#include <rocksdb/perf_level.h>
#include <rocksdb/sst_file_writer.h>
#include <rocksdb/write_batch.h>

#include "base/check.h"
#include "base/thread.h"
#include "log/files.h"
#include "log/table_check.h"
#include "projections/bytes.h"
#include "projections/rocks_faults.h"
#include "projections/rocks_options.h"
#include "projections/rocks_view.h"

namespace daybook::projections {
namespace {

// Files waiting for compaction beyond which large batches take the slow way, where RocksDB holds
// the writer back.
constexpr std::uint64_t kLevel0FilesMax = 40;
// A batch of so many bytes is worth a table file of its own.
constexpr std::size_t kLargeBatchBytes = 4 << 20;
constexpr std::string_view kLargeBatchName = "large-batch-";

std::filesystem::path damage_path(const std::filesystem::path& directory) {
  return directory / "damaged";
}

// A damaged table fails those who read it. RocksDB would fail every write of all projections as
// soon as a compaction meets it; left alone it would try that compaction for ever, and hold writes
// up for the tables that pile up meanwhile. So none is tried any more.
class DamageIsOfItsReaders final : public rocksdb::EventListener {
 public:
  DamageIsOfItsReaders(std::filesystem::path directory, std::function<void(const Error&)> told)
      : directory_(std::move(directory)), told_(std::move(told)) {}

  void OnBackgroundError(rocksdb::BackgroundErrorReason reason, rocksdb::Status* error) override {
    if (reason != rocksdb::BackgroundErrorReason::kCompaction || !error->IsCorruption()) {
      troubled_ = true;
      return;
    }
    const Error met = check(*error).error();
    *error = rocksdb::Status::OK();
    if (damaged_.exchange(true)) {
      return;
    }
    static_cast<void>(log::replace_file(damage_path(directory_), "damaged\n"));
    set_compactions();
    if (told_) {
      told_(met);
    }
  }
  // A compaction may have begun inside the open.
  void opened(rocksdb::DB* db) {
    db_ = db;
    set_compactions();
  }
  bool damaged() const { return damaged_; }
  // RocksDB met an error in the background, from which it may have recovered. It aborts when a file
  // is taken in while it does.
  bool troubled() const { return troubled_; }
  void forget() {
    damaged_ = false;
    set_compactions();
  }

 private:
  // Failing leaves it as it was: the next compaction fails as the last one did.
  void set_compactions() {
    const bool off = damaged_;
    if (rocksdb::DB* const db = db_; db != nullptr && off_.exchange(off) != off) {
      static_cast<void>(db->SetOptions({{"disable_auto_compactions", off ? "true" : "false"}}));
    }
  }

  const std::filesystem::path directory_;
  const std::function<void(const Error&)> told_;
  std::atomic<bool> damaged_{false};
  std::atomic<bool> troubled_{false};
  std::atomic<bool> off_{false};
  std::atomic<rocksdb::DB*> db_{nullptr};
};

std::string encode(const Checkpoint& c) {
  std::string out;
  Put(out).u64(c.applied.value).varint(c.version).u8(c.generation);
  out.append(reinterpret_cast<const char*>(c.chain.data()), c.chain.size());
  return out;
}

Result<Checkpoint> decode(std::string_view value) {
  Scan scan(value);
  Checkpoint out;
  out.applied = Seq{scan.u64()};
  out.version = static_cast<std::uint32_t>(scan.varint());
  out.generation = scan.u8();
  const std::string_view chain = scan.raw(out.chain.size());
  if (!scan.ok() || out.generation == 0) {
    return fail(Code::kCorrupt, "VIEWS_STORE", "a checkpoint of the views cannot be read");
  }
  std::memcpy(out.chain.data(), chain.data(), chain.size());
  return out;
}

// To a write batch or a table file.
template <typename To>
Status add_changes(const Batch& batch, To& to) {
  rocksdb::Status status;
  batch.each([&](const Batch::Change& change) {
    const rocksdb::Slice key = slice(change.key);
    const rocksdb::Slice value = slice(change.value);
    const rocksdb::Status added = change.kind == Batch::Kind::kErase ? to.Delete(key)
                                  : change.kind == Batch::Kind::kPut ? to.Put(key, value)
                                  : change.kind == Batch::Kind::kEraseRange
                                      ? to.DeleteRange(key, value)
                                      : to.Merge(key, value);
    if (!added.ok()) {
      status = added;
    }
  });
  return check(status);
}

std::string meta_key(RocksStore::ProjectionId id) {
  return {'\0', static_cast<char>(id)};
}

class NoLogger final : public rocksdb::Logger {
 public:
  using Logger::Logv;
  void Logv(const char*, va_list) override {}
};

// What a stop in the middle of write_file() left.
void remove_large_batches(const std::filesystem::path& directory) {
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(directory, error)) {
    if (entry.path().filename().string().starts_with(kLargeBatchName)) {
      std::filesystem::remove(entry.path(), error);
    }
  }
}

// RocksDB makes a new store where CURRENT is gone, over the tables of the old one.
Status check_named(const std::filesystem::path& directory) {
  std::error_code error;
  bool current = false;
  bool tables = false;
  for (const auto& entry : std::filesystem::directory_iterator(directory, error)) {
    const std::string name = entry.path().filename().string();
    current = current || name == "CURRENT";
    tables = tables || name.ends_with(".sst") || name.starts_with("MANIFEST-");
  }
  if (!current && tables) {
    return fail(Code::kCorrupt, "VIEWS_STORE",
                "the views' store: " + (directory / "CURRENT").string() + " is missing");
  }
  return {};
}

// RocksDB starts its threads here, and throws when the system gives none.
Result<std::unique_ptr<rocksdb::DB>> open_db(const rocksdb::Options& wanted,
                                             const RocksStore::Options& options) {
  DAYBOOK_TRY(check_threads("views-store"));
  if (const Status tables = log::check_tables(options.directory); !tables) {
    return fail(Code::kCorrupt, "VIEWS_STORE", "the views' store: " + tables.error().message);
  }
  const std::string directory = options.directory.string();
  try {
    rocksdb::DB* db = nullptr;
    DAYBOOK_TRY(check(options.read_only ? rocksdb::DB::OpenForReadOnly(wanted, directory, &db)
                                        : rocksdb::DB::Open(wanted, directory, &db)));
    return std::unique_ptr<rocksdb::DB>(db);
  } catch (const std::system_error& error) {
    return fail(Code::kUnavailable, "NO_THREAD",
                std::string("the system gives no thread for the views' store: ") + error.what());
  }
}

Status erase_range(rocksdb::DB& db, std::string_view from, std::string_view to) {
  rocksdb::WriteOptions options;
  options.disableWAL = true;
  return check(db.DeleteRange(options, db.DefaultColumnFamily(), slice(from), slice(to)));
}

// One generation, held by those who read it. Files go whatever snapshots there are, so those of an
// erased one go with its last reader.
class Generation {
 public:
  Generation(rocksdb::DB& db, Prefix prefix) : db_(db), prefix_(prefix) {}
  ~Generation() {
    if (erased_) {
      drop_files();
    }
  }
  Generation(const Generation&) = delete;
  Generation& operator=(const Generation&) = delete;

  Status erase() {
    const std::string from(prefix_.data(), prefix_.size());
    DAYBOOK_TRY(erase_range(db_, from, key_after(from)));
    erased_ = true;
    return {};
  }

 private:
  // Whole tables go at once, unread; with them may go the mark that hides the rows in the others.
  // Failing costs space only: nothing reads these keys.
  void drop_files() {
    const std::string from(prefix_.data(), prefix_.size());
    const std::string to = key_after(from);
    const rocksdb::Slice begin = slice(from);
    const rocksdb::Slice end = slice(to);
    static_cast<void>(
        rocksdb::DeleteFilesInRange(&db_, db_.DefaultColumnFamily(), &begin, &end, false));
    static_cast<void>(erase_range(db_, from, to));
  }

  rocksdb::DB& db_;
  const Prefix prefix_;
  std::atomic<bool> erased_{false};
};

}  // namespace

struct RocksStore::Impl {
  std::unique_ptr<rocksdb::Env> env;  // outlives the store; null: the default one
  std::shared_ptr<DamageIsOfItsReaders> listener;
  std::unique_ptr<rocksdb::DB> db;
  bool read_only = false;
  std::atomic<std::uint64_t> files{0};  // table files written for large batches
  // A view is made under it: no generation is erased between its snapshot and its being held.
  std::mutex generations_mutex;
  std::map<Prefix, std::weak_ptr<Generation>> generations;  // that somebody holds

  // Under generations_mutex.
  std::shared_ptr<Generation> hold(Prefix prefix) {
    std::weak_ptr<Generation>& known = generations[prefix];
    std::shared_ptr<Generation> out = known.lock();
    if (!out) {
      known = out = std::make_shared<Generation>(*db, prefix);
    }
    return out;
  }

  SnapshotPtr snapshot() const {
    rocksdb::DB* owner = db.get();
    return {owner->GetSnapshot(),
            [owner](const rocksdb::Snapshot* s) { owner->ReleaseSnapshot(s); }};
  }

  Result<std::optional<Checkpoint>> read(const rocksdb::ReadOptions& how, ProjectionId id) const {
    std::string value;
    const rocksdb::Status status = db->Get(how, meta_key(id), &value);
    if (status.IsNotFound()) {
      return std::optional<Checkpoint>();
    }
    DAYBOOK_TRY(check(status));
    DAYBOOK_ASSIGN(const Checkpoint out, decode(value));
    return std::optional(out);
  }

  bool wants_file(const Batch& batch) const;
  Status write_file(const Batch& batch, Checkpoints checkpoints);
  Status write_file(const std::string& path, const Batch& batch, Checkpoints checkpoints);
};

RocksStore::RocksStore(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
RocksStore::~RocksStore() = default;

Status RocksStore::check_readable(const std::filesystem::path& directory) {
  std::error_code error;
  std::filesystem::directory_iterator files(directory, error);
  if (error == std::errc::no_such_file_or_directory) {
    return {};
  }
  for (; !error && files != std::filesystem::directory_iterator(); files.increment(error)) {
    if (!files->is_directory() && !files->path().filename().string().starts_with("LO")) {
      DAYBOOK_TRY(log::open_file(files->path(), O_RDONLY | O_NOFOLLOW));
    }
  }
  return error ? Status(fail(log::file_error("cannot list", directory, error.value()))) : Status();
}

Result<std::unique_ptr<RocksStore>> RocksStore::open(const Options& options) {
  DAYBOOK_TRY(check_readable(options.directory));
  if (options.read_only) {
    std::error_code error;
    if (!std::filesystem::exists(options.directory, error) ||
        std::filesystem::is_empty(options.directory, error)) {
      return fail(Code::kNotFound, "NO_VIEWS",
                  "there are no views in " + options.directory.string());
    }
  } else {
    DAYBOOK_TRY(log::make_private_directory(options.directory));
    remove_large_batches(options.directory);
  }
  DAYBOOK_TRY(check_named(options.directory));
  auto impl = std::make_unique<Impl>();
  rocksdb::Options wanted = make_options(options);
  if (options.faults || options.before_change) {
    impl->env = make_faulty_env(options.faults, options.before_change);
    wanted.env = impl->env.get();
  }
  if (options.read_only) {
    wanted.info_log = std::make_shared<NoLogger>();
  }
  impl->listener = std::make_shared<DamageIsOfItsReaders>(options.directory, options.on_damage);
  wanted.listeners.push_back(impl->listener);
  DAYBOOK_ASSIGN(impl->db, open_db(wanted, options));
  impl->listener->opened(impl->db.get());
  impl->read_only = options.read_only;
  return std::unique_ptr<RocksStore>(new RocksStore(std::move(impl)));
}

// RocksDB's own way to destroy asks the damaged manifest what there is.
Status RocksStore::destroy(const std::filesystem::path& directory) {
  std::error_code error;
  std::filesystem::directory_iterator files(directory, error);
  for (; !error && files != std::filesystem::directory_iterator(); files.increment(error)) {
    std::filesystem::remove_all(files->path(), error);
  }
  return error ? Status(fail(log::file_error("cannot remove what is in", directory, error.value())))
               : Status();
}

void RocksStore::note_damage() const {
  if (!impl_->read_only) {
    static_cast<void>(log::replace_file(damage_path(impl_->db->GetName()), "damaged\n"));
  }
}

bool RocksStore::damage_noted(const std::filesystem::path& directory) {
  std::error_code error;
  return std::filesystem::exists(damage_path(directory), error);
}

Status RocksStore::forget_damage() {
  if (!damage_noted(impl_->db->GetName()) && !impl_->listener->damaged()) {
    return {};
  }
  DAYBOOK_TRY(check(impl_->db->VerifyChecksum()));
  DAYBOOK_TRY(log::remove_file(damage_path(impl_->db->GetName())));
  impl_->listener->forget();
  return {};
}

Result<std::optional<Checkpoint>> RocksStore::checkpoint(ProjectionId id) const {
  return impl_->read(rocksdb::ReadOptions(), id);
}

// Without a write-ahead log the persisted tier is the files alone.
Result<std::optional<Checkpoint>> RocksStore::durable_checkpoint(ProjectionId id) const {
  rocksdb::ReadOptions options;
  options.read_tier = rocksdb::kPersistedTier;
  return impl_->read(options, id);
}

std::unique_ptr<Reader> RocksStore::reader(Prefix prefix) const {
  return std::make_unique<RocksView>(*impl_->db, prefix, nullptr, Seq{}, nullptr);
}

Result<std::unique_ptr<View>> RocksStore::view(ProjectionId id) const {
  const std::lock_guard lock(impl_->generations_mutex);
  SnapshotPtr snapshot = impl_->snapshot();
  rocksdb::ReadOptions options;
  options.snapshot = snapshot.get();
  DAYBOOK_ASSIGN(const auto checkpoint, impl_->read(options, id));
  DAYBOOK_CHECK(checkpoint.has_value(), "a projection has its checkpoint before it is read");
  const Prefix prefix{static_cast<char>(id), static_cast<char>(checkpoint->generation)};
  return std::unique_ptr<View>(std::make_unique<RocksView>(
      *impl_->db, prefix, std::move(snapshot), checkpoint->applied, impl_->hold(prefix)));
}

std::pair<std::unique_ptr<View>, std::unique_ptr<View>> RocksStore::views(Prefix first,
                                                                          Prefix second) const {
  const std::lock_guard lock(impl_->generations_mutex);
  SnapshotPtr snapshot = impl_->snapshot();
  const auto view_of = [&](Prefix prefix) {
    return std::make_unique<RocksView>(*impl_->db, prefix, snapshot, Seq{}, impl_->hold(prefix));
  };
  return {view_of(first), view_of(second)};
}

bool RocksStore::Impl::wants_file(const Batch& batch) const {
  std::string waiting;
  return batch.bytes() >= kLargeBatchBytes && !listener->troubled() &&
         db->GetProperty(rocksdb::DB::Properties::kNumFilesAtLevelPrefix + "0", &waiting) &&
         std::strtoull(waiting.c_str(), nullptr, 10) < kLevel0FilesMax;
}

Status RocksStore::write(const Batch& batch, Checkpoints checkpoints) {
  // Counting every key comparison of this thread costs a few percent of the fold and nobody reads
  // it.
  rocksdb::SetPerfLevel(rocksdb::PerfLevel::kDisable);
  if (impl_->wants_file(batch)) {
    return impl_->write_file(batch, checkpoints);
  }
  rocksdb::WriteBatch out(batch.bytes() + batch.size() * 12 + 4096);
  for (const auto& [id, checkpoint] : checkpoints) {
    DAYBOOK_TRY(check(out.Put(meta_key(id), encode(checkpoint))));
  }
  DAYBOOK_TRY(add_changes(batch, out));
  rocksdb::WriteOptions options;
  options.disableWAL = true;
  return check(impl_->db->Write(options, &out));
}

// If we stop while the file is being written, it is a stranger in the folder that the next one
// overwrites; if after it was taken in, batch and checkpoint are durable together.
Status RocksStore::Impl::write_file(const Batch& batch, Checkpoints checkpoints) {
  const std::string path =
      db->GetName() + "/" + std::string(kLargeBatchName) + std::to_string(files++);
  const Status written = write_file(path, batch, checkpoints);
  if (!written) {
    std::error_code ignored;
    std::filesystem::remove(path, ignored);
  }
  return written;
}

Status RocksStore::Impl::write_file(const std::string& path, const Batch& batch,
                                    Checkpoints checkpoints) {
  rocksdb::SstFileWriter file(rocksdb::EnvOptions(), for_new_table(db->GetOptions()));
  DAYBOOK_TRY(check(file.Open(path)));
  for (const auto& [id, checkpoint] : checkpoints) {
    DAYBOOK_TRY(check(file.Put(meta_key(id), encode(checkpoint))));
  }
  DAYBOOK_TRY(add_changes(batch, file));
  DAYBOOK_TRY(check(file.Finish()));
  rocksdb::IngestExternalFileOptions options;
  options.move_files = true;
  options.write_global_seqno = false;
  if (listener->troubled()) {
    return fail(Code::kIo, "VIEWS_STORE", "the views' store met an error while a file was written");
  }
  return check(db->IngestExternalFile({path}, options));
}

void RocksStore::resume() {
  // Refused while it does so by itself, or when it must be opened anew; the next write tells.
  static_cast<void>(impl_->db->Resume());
}

Status RocksStore::flush() {
  rocksdb::FlushOptions options;
  options.allow_write_stall = true;
  return check(impl_->db->Flush(options));
}

Status RocksStore::erase(Prefix prefix) {
  std::shared_ptr<Generation> generation;
  {
    const std::lock_guard lock(impl_->generations_mutex);
    generation = impl_->hold(prefix);
  }
  return generation->erase();
}

Status RocksStore::erase_others(ProjectionId id, std::uint8_t keep) {
  const auto name = static_cast<char>(id);
  const std::string live{name, static_cast<char>(keep)};
  const std::string first{name, '\0'};
  const std::string after_live = key_after(live);
  const std::string after_all = key_after(std::string_view(&name, 1));
  const std::pair<std::string_view, std::string_view> ranges[] = {{first, live},
                                                                  {after_live, after_all}};
  for (const auto& [from, to] : ranges) {
    rocksdb::ReadOptions options;
    const rocksdb::Slice upper = slice(to);
    options.iterate_upper_bound = &upper;
    const std::unique_ptr<rocksdb::Iterator> it(impl_->db->NewIterator(options));
    it->Seek(slice(from));
    DAYBOOK_TRY(check(it->status()));
    if (it->Valid()) {
      DAYBOOK_TRY(erase_range(*impl_->db, from, to));
    }
  }
  return {};
}

}  // namespace daybook::projections
