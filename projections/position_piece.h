// A piece of a list of jobs: how the members of position_sets.h are stored.
//
//   prefix position    -> the member at this cut and those before it, up to the cut before
//   prefix end         -> the members behind the last cut; absent when there are none
//
// A member is a cut by its own value alone (one in kCut is): where pieces end depends on the
// members, not on the order in which they came (I8). Value: for each member the distance from the
// one before it, so what comes behind the last one is appended. What goes at the front empties one
// piece after the other and changes no other. Private to projections/.
#pragma once

#include <compare>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "projections/bytes.h"

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

// Behind all members.
inline Position end_of(PositionKind kind) {
  constexpr std::uint64_t last = std::numeric_limits<std::uint64_t>::max();
  return {kind == PositionKind::kTimed ? last : 0, last};
}

// One member in so many is a cut.
inline constexpr std::uint64_t kCut = 256;
bool is_cut(Position position);

void append_position(std::string& out, PositionKind kind, Position position);
Position read_position(PositionKind kind, std::string_view bytes);
std::string piece_key(std::string_view prefix, PositionKind kind, Position cut);

// What stands in a piece for `members`, which come behind `last`; zero when they are its first.
std::string encode_members(PositionKind kind, Position last, std::span<const Position> members);
// Zero when there is none.
Result<Position> last_member(PositionKind kind, std::string_view value);
Status decode_members(PositionKind kind, std::string_view value, std::vector<Position>& out);

}  // namespace daybook::projections
