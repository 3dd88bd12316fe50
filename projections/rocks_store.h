// The views' RocksDB: one column family, no write-ahead log, so what survives a crash is always a
// prefix of the batches written, each whole (a batch never spans two memtables). RocksDB itself
// stays behind this header.
//
//   00 | projection                       -> its checkpoint
//   projection | generation | its own key -> its own value
//
// Private to projections/; store.h has the contract.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include "projections/batch.h"
#include "projections/store.h"
#include "projections/testing.h"

namespace daybook::projections {

class RocksStore final : public Store {
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

  // kCorrupt "VIEWS_STORE" when files are missing or not what was written; kNotFound "NO_VIEWS"
  // when there is nothing to read.
  static Result<std::unique_ptr<RocksStore>> open(const Options& options);
  // Removes all that open() made, and what damage left of it.
  static Status destroy(const std::filesystem::path& directory);
  // Whether the files may be read at all; a folder that is not there may.
  static Status check_readable(const std::filesystem::path& directory);

  // Whether damage stands noted beside the store.
  static bool damage_noted(const std::filesystem::path& directory);
  ~RocksStore() override;
  RocksStore(const RocksStore&) = delete;
  RocksStore& operator=(const RocksStore&) = delete;

  Result<std::optional<Checkpoint>> checkpoint(ProjectionId id) const override;
  Result<std::optional<Checkpoint>> durable_checkpoint(ProjectionId id) const override;
  std::unique_ptr<Reader> reader(Prefix prefix) const override;
  Result<std::unique_ptr<View>> view(ProjectionId id) const override;
  std::pair<std::unique_ptr<View>, std::unique_ptr<View>> views(Prefix first,
                                                                Prefix second) const override;
  // A large batch becomes a table file and skips the memtable, which costs a third of the time.
  Status write(const Batch& batch, Checkpoints checkpoints) override;
  void resume() override;
  // Does not wait for a compaction.
  Status flush() override;
  // Its files go at once, or with the last view of it.
  Status erase(Prefix prefix) override;
  Status erase_others(ProjectionId id, std::uint8_t keep) override;
  void note_damage() const override;
  // Tables are merged again then.
  Status forget_damage() override;

 private:
  struct Impl;
  explicit RocksStore(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace daybook::projections
