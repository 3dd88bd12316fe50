// Ordered sets of jobs that come and soon go again: the pending and the running ones, by order of
// creation or of run_at. A key for each member would leave a tombstone for each that left, and
// walks would step over them; so a set is stored in pieces of some kCut members.
//
//   prefix             -> the members before the first cut; absent when there are none
//   prefix position    -> the member at this cut and those up to the next one
//
// A member is a cut by its own value alone (one in kCut is): what is stored depends on the members,
// not on the order in which they came (I8). Value: for each member, distance from the one before
// it. Private to projections/; one thread for PositionSets, one for each walk.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "projections/batch.h"
#include "projections/bytes.h"
#include "projections/store.h"

namespace daybook::projections {

// A key (8 bytes), or a time and a key (16 bytes), as they stand in an index key.
struct Position {
  std::uint64_t time = 0;  // as Key::time writes it; zero in sets without times
  std::uint64_t key = 0;   // never zero
  auto operator<=>(const Position&) const = default;

  static Position of(Seq key) { return {0, key.value}; }
  static Position of(Micros time, Seq key) {
    return {static_cast<std::uint64_t>(time.value) ^ 0x8000'0000'0000'0000ULL, key.value};
  }
};

enum class PositionKind : std::uint8_t { kKey, kTimed };

class PositionSets {
 public:
  static constexpr std::uint64_t kCut = 256;

  void load(const Reader& store) { store_ = &store; }
  // Once for each prefix and position between two writes; what is added is not there, what is
  // removed is.
  void add(const Key& prefix, PositionKind kind, Position position) {
    change(prefix, kind, position, true);
  }
  void remove(const Key& prefix, PositionKind kind, Position position) {
    change(prefix, kind, position, false);
  }
  // Reads the pieces that the changes touch, and changes them.
  Status resolve();
  void write(Batch& batch) const;
  void written();

 private:
  using Piece = std::vector<Position>;
  struct Change {
    Position position;
    bool added;
  };
  struct Held {
    Piece members;
    bool changed = false;
    bool gone = false;  // merged into the piece before it
  };
  // Pieces by their cut; the first has the position zero.
  struct Set {
    PositionKind kind = PositionKind::kKey;
    bool known = false;  // the two below have been found out
    bool whole = false;  // all its pieces are held
    std::vector<Change> changes;
    std::map<Position, Held> pieces;
    // Without a stored cut between them, and what is stored there is held.
    Position looked_from;
    Position looked_to;
    std::size_t held = 0;  // members that stayed after the last write
    std::size_t members() const;
  };

  void change(const Key& prefix, PositionKind kind, Position position, bool added);
  Status find_out(const std::string& prefix, Set& set);
  Status apply(const std::string& prefix, Set& set);
  // The piece that holds, or would hold, `position` or the one just before it.
  Result<Held*> piece_at(const std::string& prefix, Set& set, Position position, bool before);
  Status add_member(const std::string& prefix, Set& set, Position position);
  Status remove_member(const std::string& prefix, Set& set, Position position);
  Walker& walker();

  const Reader* store_ = nullptr;
  std::unordered_map<std::string, Set> sets_;
  std::vector<std::string> changed_;
  std::unique_ptr<Walker> walker_;  // of the last written state; while changes are resolved
  std::size_t held_ = 0;            // members of sets that are kept between writes
};

// Walks the members of one set between two keys (prefix and position), as if each had a key of its
// own; without values.
std::unique_ptr<Walker> walk_positions(const Reader& reader, std::string prefix, PositionKind kind,
                                       std::string lower, std::string upper);

}  // namespace daybook::projections
