// The views' RocksDB: one column family, no write-ahead log, so what survives a crash is always a
// prefix of the batches written, each whole (a batch never spans two memtables). RocksDB itself
// stays behind this header.
//
//   00 | projection                       -> its checkpoint
//   projection | generation | its own key -> its own value
//
// Private to projections/. write(), flush() and erase() may run beside readers; one writer per
// projection.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <utility>

#include "projections/batch.h"
#include "projections/store.h"
#include "projections/testing.h"

namespace daybook::projections {

class RocksStore {
 public:
  struct Options {
    std::filesystem::path directory;
    std::size_t write_buffer_bytes = 0;
    std::size_t block_cache_bytes = 0;
    bool read_only = false;                 // changes no byte of the folder
    std::shared_ptr<StoreFaults> faults{};  // null: none
    // For tests: called before a file is made, renamed or removed, on the thread that does it.
    std::function<void()> before_change{};
    // Told once when a compaction meets damage, on the store's own thread: it is noted, and tables
    // are not merged any more, so writes go on. Null: nobody.
    std::function<void(const Error&)> on_damage{};
  };
  using ProjectionId = std::uint8_t;
  using Checkpoints = std::span<const std::pair<ProjectionId, Checkpoint>>;

  // kCorrupt "VIEWS_STORE" when files are missing or not what was written; kNotFound "NO_VIEWS"
  // when there is nothing to read.
  static Result<std::unique_ptr<RocksStore>> open(const Options& options);
  // Removes all that open() made, and what damage left of it.
  static Status destroy(const std::filesystem::path& directory);
  // Whether the files may be read at all; a folder that is not there may.
  static Status check_readable(const std::filesystem::path& directory);

  // A reader found damage that this open did not: notes it beside the store, so that the next open
  // knows. Any thread; does nothing when it cannot.
  void note_damage() const;
  static bool damage_noted(const std::filesystem::path& directory);
  // Reads the whole store, and takes the note away when it is sound; tables are merged again then.
  Status forget_damage();
  ~RocksStore();
  RocksStore(const RocksStore&) = delete;
  RocksStore& operator=(const RocksStore&) = delete;

  // The checkpoint as written, or as it would be found after a crash now.
  Result<std::optional<Checkpoint>> checkpoint(ProjectionId id) const;
  Result<std::optional<Checkpoint>> durable_checkpoint(ProjectionId id) const;

  // Always the last written state of that generation.
  std::unique_ptr<Reader> reader(Prefix prefix) const;
  // The live generation of a projection at this moment.
  Result<std::unique_ptr<View>> view(ProjectionId id) const;
  // Two generations of one projection at one moment.
  std::pair<std::unique_ptr<View>, std::unique_ptr<View>> views(Prefix first, Prefix second) const;

  // One atomic write of a sorted batch in which no key stands twice. A large one becomes a table
  // file and skips the memtable, which costs a third of the time.
  Status write(const Batch& batch, Checkpoints checkpoints);
  // After a failed write: lets the store try again what it could not write. write() then says
  // whether it can.
  void resume();
  // Makes everything written so far durable, without waiting for a compaction.
  Status flush();
  // Erases one generation that no durable checkpoint names: its files go at once, or with the last
  // view of it.
  Status erase(Prefix prefix);
  // Every generation of `id` but `keep`; what the checkpoint written last does not name.
  Status erase_others(ProjectionId id, std::uint8_t keep);

 private:
  struct Impl;
  explicit RocksStore(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace daybook::projections
