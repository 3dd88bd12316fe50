#include "projections/position_piece.h"

namespace daybook::projections {

bool is_cut(Position p) {
  std::uint64_t mixed = p.key * 0x9e37'79b9'7f4a'7c15ULL + p.time;
  mixed = (mixed ^ (mixed >> 32)) * 0xd6e8'feb8'6659'fd93ULL;
  return (mixed >> 32) % kCut == 0;
}

void append_position(std::string& out, PositionKind kind, Position p) {
  if (kind == PositionKind::kTimed) {
    Put(out).u64(p.time);
  }
  Put(out).u64(p.key);
}

Position read_position(PositionKind kind, std::string_view bytes) {
  Scan scan(bytes);
  Position out;
  out.time = kind == PositionKind::kTimed ? scan.u64() : 0;
  out.key = scan.u64();
  return out;
}

std::string piece_key(std::string_view prefix, PositionKind kind, Position cut) {
  std::string out(prefix);
  append_position(out, kind, cut);
  return out;
}

std::string encode_members(PositionKind kind, Position last, std::span<const Position> members) {
  std::string out;
  Put put(out);
  for (const Position& p : members) {
    if (kind == PositionKind::kTimed) {
      put.varint(p.time - last.time);
    }
    // Within one time keys rise.
    if (p.time == last.time) {
      put.varint(p.key - last.key);
    } else {
      put.zigzag(static_cast<std::int64_t>(p.key - last.key));
    }
    last = p;
  }
  return out;
}

namespace {

// Calls visit(member) for each.
template <typename Visit>
Status each_member(PositionKind kind, std::string_view value, Visit&& visit) {
  Scan scan(value);
  Position last;
  while (!scan.done()) {
    const Position before = last;
    const std::uint64_t later = kind == PositionKind::kTimed ? scan.varint() : 0;
    last.time += later;
    last.key += later == 0 ? scan.varint() : static_cast<std::uint64_t>(scan.zigzag());
    if (!scan.ok() || last <= before) {
      return fail(Code::kCorrupt, "VIEWS_STORE", "a piece of a list of jobs cannot be read");
    }
    visit(last);
  }
  return {};
}

}  // namespace

Result<Position> last_member(PositionKind kind, std::string_view value) {
  Position out;
  DAYBOOK_TRY(each_member(kind, value, [&](Position member) { out = member; }));
  return out;
}

Status decode_members(PositionKind kind, std::string_view value, std::vector<Position>& out) {
  out.clear();
  return each_member(kind, value, [&](Position member) { out.push_back(member); });
}

}  // namespace daybook::projections
