// The views' store in memory: what RocksStore promises (projections/store.h) without files and
// threads, and a disk under it that can lose what was not flushed, or take nothing.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "projections/store.h"

namespace daybook::simulation {

// What outlives the process. One thread.
class StoreDisk {
 public:
  using Rows = std::map<std::string, std::string, std::less<>>;
  using ProjectionId = projections::Store::ProjectionId;
  using Checkpoints = std::map<ProjectionId, projections::Checkpoint>;

  // The power fails: of the batches written since the last flush the first `kept` are there.
  void crash(std::size_t kept);
  std::size_t unflushed() const { return undo_.size(); }
  // Everything is gone, as if the folder had been deleted.
  void wipe();

  // What the next writes do.
  enum class Fault : std::uint8_t {
    kNone,
    kRefused,     // there is no space
    kTakenQuiet,  // it is taken, and told as failed
    kForgets,     // a broken store: the checkpoint is taken, the changes are not
  };
  Fault fault = Fault::kNone;

 private:
  friend class MemoryStore;

  // What a batch replaced, to be put back the other way round. Of a row that it only made longer,
  // how long it was.
  struct Before {
    std::string key;
    std::optional<std::string> value{};
    std::optional<std::size_t> bytes{};
  };
  struct Undo {
    std::vector<Before> rows;
    std::vector<std::pair<ProjectionId, std::optional<projections::Checkpoint>>> checkpoints;
  };
  void put(Undo& undo, std::string_view key, std::optional<std::string> value);
  void append(Undo& undo, std::string_view key, std::string_view more);
  void erase_range(Undo& undo, std::string_view from, std::string_view to);
  void undo_last();

  Rows rows_;
  Checkpoints checkpoints_;
  Checkpoints durable_;
  std::vector<Undo> undo_;
  std::uint64_t writes_ = 0;  // a view that is read after another one is a mistake of the test
};

class MemoryStore final : public projections::Store {
 public:
  // `disk` outlives it.
  explicit MemoryStore(StoreDisk& disk) : disk_(disk) {}

  Result<std::optional<projections::Checkpoint>> checkpoint(ProjectionId id) const override;
  Result<std::optional<projections::Checkpoint>> durable_checkpoint(ProjectionId id) const override;
  std::unique_ptr<projections::Reader> reader(projections::Prefix prefix) const override;
  // Shows the rows as they are: not to be kept over a write.
  Result<std::unique_ptr<projections::View>> view(ProjectionId id) const override;
  std::pair<std::unique_ptr<projections::View>, std::unique_ptr<projections::View>> views(
      projections::Prefix first, projections::Prefix second) const override;
  Status write(const projections::Batch& batch, Checkpoints checkpoints) override;
  void resume() override {}
  Status flush() override;
  Status erase(projections::Prefix prefix) override;
  Status erase_others(ProjectionId id, std::uint8_t keep) override;
  void note_damage() const override {}
  Status forget_damage() override { return {}; }

 private:
  class RowsWalker;
  class RowsView;

  StoreDisk& disk_;
};

}  // namespace daybook::simulation
