// Builds one projection anew beside the live one, compares the two at the same event, then swaps.
// Private to projections/.
#pragma once

#include <functional>

#include "base/limits/write_path.h"
#include "projections/folder.h"

namespace daybook::projections {

class Rebuild {
 public:
  Rebuild(Store& store, log::Log& log, Folder& folder, Slot& slot)
      : store_(store), log_(log), folder_(folder), slot_(slot) {}

  using Progress = std::function<bool(Seq, Seq)>;

  // progress as in Views::rebuild. On any failure the live projection goes on as it was. What is
  // stored of the live one is not needed: where it is damaged it is not compared.
  Result<RebuildReport> run(const Progress& progress);

 private:
  Status prepare();
  // Folds up to `through` and writes; tells how far it is after each batch but the last.
  Status advance(Seq through, const Progress& progress);
  Status write();
  Status compare();
  Status swap(Seq group_position);
  bool is_named() const;  // by the stored checkpoint
  Status give_up();

  Store& store_;
  log::Log& log_;
  Folder& folder_;
  Slot& slot_;
  std::unique_ptr<Reader> reader_;
  std::unique_ptr<Projection> projection_;
  std::unique_ptr<log::Cursor> cursor_;
  log::Chunk chunk_{kChunkEventsMax, kChunkBytesMax};
  Batch batch_;
  Checkpoint checkpoint_;
  Prefix prefix_{};
  RebuildReport report_;
};

// "<key>: <value> became <value>" of the first key that differs, or empty. `keys` counts those of
// `second`.
Result<std::string> first_difference(const View& first, const View& second, std::uint64_t& keys);

}  // namespace daybook::projections
