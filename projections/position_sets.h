// Ordered lists of jobs: those of one status, definition, tag or error code, in the order of
// creation, of run_at or of finishing. A key for each member of each list would be most of what is
// written for a job, and leave a tombstone for each that left, over which walks would step; so a
// list is stored in pieces (position_piece.h).
//
//   changes of a batch ─ sorted ─→ one pass over the pieces they touch ─→ puts, appends, erases
//
// Pieces that were changed stay in memory as long as there is room. Most jobs come at the end of a
// list, so a batch mostly appends to a piece that is held, without a read. Private to projections/;
// one thread.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "projections/batch.h"
#include "projections/bytes.h"
#include "projections/position_piece.h"
#include "projections/store.h"

namespace daybook::projections {

class PositionSets {
 public:
  // What pieces in memory may take, about; twice that while a batch is made.
  static constexpr std::size_t kHeldBytes = 8 << 20;

  explicit PositionSets(std::size_t held_bytes_max = kHeldBytes)
      : held_bytes_max_(held_bytes_max) {}

  void load(const Reader& store) { store_ = &store; }
  // Once for each prefix and position between two writes; what is added is not there, what is
  // removed is.
  void add(const Key& prefix, PositionKind kind, Position position) {
    change(prefix, kind, position, true);
  }
  void remove(const Key& prefix, PositionKind kind, Position position) {
    change(prefix, kind, position, false);
  }
  // Reads the pieces that the changes touch, and makes of them what is to be written.
  Status resolve();
  void write(Batch& batch) const;
  void written();

 private:
  struct Change {
    Position position;
    bool added;
  };
  struct Piece {
    Position cut;            // its last member, or the end
    Position from;           // what is at or behind it and not behind the cut belongs to this piece
    Position last{};         // its last member; zero when there is none
    std::string members{};   // as they are stored, or will be
    std::size_t stored = 0;  // bytes of them that the store has
    std::uint64_t used = 0;  // the write before which it was last changed
  };
  struct Set {
    PositionKind kind = PositionKind::kKey;
    std::vector<Change> changes;
    std::map<Position, Piece> held;  // some of its pieces, by cut
  };
  struct Write {
    std::string key;
    std::string value;
    Batch::Kind kind;
  };
  class Pass;
  static std::size_t bytes_of(const Piece& piece);
  void make_room();

  void change(const Key& prefix, PositionKind kind, Position position, bool added);
  Walker& walker();

  const std::size_t held_bytes_max_;
  const Reader* store_ = nullptr;
  std::unordered_map<std::string, Set> sets_;
  std::vector<std::string> changed_;
  std::vector<Write> writes_;
  std::unique_ptr<Walker> walker_;  // of the last written state; while changes are resolved
  std::size_t held_ = 0;            // bytes of pieces in memory
  std::uint64_t writes_made_ = 0;
};

}  // namespace daybook::projections
