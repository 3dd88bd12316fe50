#include "projections/position_sets.h"

#include <algorithm>
#include <utility>

namespace daybook::projections {
namespace {

// A set of more pieces is read piece by piece, and not kept.
constexpr std::size_t kWholePieces = 8;
// Members of small sets that are kept between writes: 16 bytes each.
constexpr std::size_t kHeldMembers = 128 * 1024;
constexpr std::size_t kHeldSets = 16 * 1024;

bool is_cut(Position p) {
  std::uint64_t mixed = p.key * 0x9e37'79b9'7f4a'7c15ULL + p.time;
  mixed = (mixed ^ (mixed >> 32)) * 0xd6e8'feb8'6659'fd93ULL;
  return (mixed >> 32) % PositionSets::kCut == 0;
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
  if (cut != Position{}) {
    append_position(out, kind, cut);
  }
  return out;
}

std::string encode(PositionKind kind, const std::vector<Position>& members) {
  std::string out;
  Put put(out);
  Position last;
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

Status decode(PositionKind kind, std::string_view value, std::vector<Position>& out) {
  out.clear();
  Scan scan(value);
  Position last;
  while (!scan.done()) {
    const std::uint64_t later = kind == PositionKind::kTimed ? scan.varint() : 0;
    last.time += later;
    last.key += later == 0 ? scan.varint() : static_cast<std::uint64_t>(scan.zigzag());
    if (!scan.ok() || (!out.empty() && last <= out.back())) {
      return fail(Code::kCorrupt, "VIEWS_STORE", "a piece of a list of jobs cannot be read");
    }
    out.push_back(last);
  }
  return {};
}

}  // namespace

std::size_t PositionSets::Set::members() const {
  std::size_t out = 0;
  for (const auto& [cut, piece] : pieces) {
    out += piece.members.size();
  }
  return out;
}

void PositionSets::change(const Key& prefix, PositionKind kind, Position position, bool added) {
  const auto [it, fresh] = sets_.try_emplace(std::string(prefix.view()));
  Set& set = it->second;
  set.kind = kind;
  if (set.changes.empty()) {
    changed_.push_back(it->first);
  }
  set.changes.push_back({position, added});
}

Walker& PositionSets::walker() {
  if (!walker_) {
    walker_ = store_->walk({}, {});
  }
  return *walker_;
}

// Reads the set as a whole when it is small.
Status PositionSets::find_out(const std::string& prefix, Set& set) {
  set.known = set.whole = true;
  const std::string after = key_after(prefix);
  Walker& walk = walker();
  for (walk.seek(prefix); walk.valid() && walk.key() < after; walk.next()) {
    if (set.pieces.size() == kWholePieces) {
      set.pieces.clear();
      set.whole = false;
      return {};
    }
    const std::string_view cut = walk.key().substr(prefix.size());
    Held& held = set.pieces[cut.empty() ? Position{} : read_position(set.kind, cut)];
    DAYBOOK_TRY(decode(set.kind, walk.value(), held.members));
  }
  return walk.status();
}

Result<PositionSets::Held*> PositionSets::piece_at(const std::string& prefix, Set& set,
                                                   Position position, bool before) {
  const bool looked = position >= set.looked_from && position < set.looked_to;
  if (!set.whole && (before || !looked)) {
    std::string bound = piece_key(prefix, set.kind, position);
    if (!before) {
      bound.push_back('\0');
    }
    Walker& walk = walker();
    walk.seek_before(bound);
    DAYBOOK_TRY(walk.status());
    if (walk.valid() && walk.key().starts_with(prefix)) {
      const std::string_view bytes = walk.key().substr(prefix.size());
      const Position cut = bytes.empty() ? Position{} : read_position(set.kind, bytes);
      const auto [it, fresh] = set.pieces.try_emplace(cut);
      if (fresh) {
        DAYBOOK_TRY(decode(set.kind, walk.value(), it->second.members));
      }
      if (!before) {
        walk.next();
        const bool more = walk.valid() && walk.key().starts_with(prefix);
        set.looked_from = cut;
        set.looked_to = more ? read_position(set.kind, walk.key().substr(prefix.size()))
                             : Position{~std::uint64_t{0}, ~std::uint64_t{0}};
      }
      if (fresh) {
        return &it->second;
      }
      // Else what came of it is held: itself, cut in two, or merged into the one before it.
    }
  }
  auto it = before ? set.pieces.lower_bound(position) : set.pieces.upper_bound(position);
  while (it != set.pieces.begin()) {
    --it;
    if (!it->second.gone) {
      return &it->second;
    }
  }
  return &set.pieces[Position{}];
}

Status PositionSets::add_member(const std::string& prefix, Set& set, Position position) {
  DAYBOOK_ASSIGN(Held* const held, piece_at(prefix, set, position, false));
  Piece& all = held->members;
  held->changed = true;
  const auto at = std::lower_bound(all.begin(), all.end(), position);
  if (at != all.end() && *at == position) {
    return fail(Code::kCorrupt, "VIEWS_STORE", "a job is already in the list that it comes to");
  }
  if (!is_cut(position)) {
    all.insert(at, position);
    return {};
  }
  Held& behind = set.pieces[position];
  behind.changed = true;
  behind.gone = false;
  behind.members.assign(1, position);
  behind.members.insert(behind.members.end(), at, all.end());
  all.erase(at, all.end());
  return {};
}

Status PositionSets::remove_member(const std::string& prefix, Set& set, Position position) {
  DAYBOOK_ASSIGN(Held* const held, piece_at(prefix, set, position, false));
  Piece& all = held->members;
  held->changed = true;
  const auto at = std::lower_bound(all.begin(), all.end(), position);
  if (at == all.end() || *at != position) {
    return fail(Code::kCorrupt, "VIEWS_STORE", "a job is not in the list that it leaves");
  }
  all.erase(at);
  if (!is_cut(position)) {
    return {};
  }
  DAYBOOK_ASSIGN(Held* const previous, piece_at(prefix, set, position, true));
  previous->changed = true;
  previous->members.insert(previous->members.end(), all.begin(), all.end());
  all.clear();
  held->gone = true;
  return {};
}

Status PositionSets::apply(const std::string& prefix, Set& set) {
  if (!set.known) {
    DAYBOOK_TRY(find_out(prefix, set));
  }
  std::sort(set.changes.begin(), set.changes.end(),
            [](const Change& a, const Change& b) { return a.position < b.position; });
  for (const Change& change : set.changes) {
    DAYBOOK_TRY(change.added ? add_member(prefix, set, change.position)
                             : remove_member(prefix, set, change.position));
  }
  return {};
}

Status PositionSets::resolve() {
  for (const std::string& prefix : changed_) {
    DAYBOOK_TRY(apply(prefix, sets_.at(prefix)));
  }
  walker_.reset();
  return {};
}

void PositionSets::write(Batch& batch) const {
  for (const std::string& prefix : changed_) {
    const Set& set = sets_.at(prefix);
    for (const auto& [cut, held] : set.pieces) {
      if (!held.changed) {
        continue;
      }
      const std::string key = piece_key(prefix, set.kind, cut);
      if (held.members.empty()) {
        batch.erase(key);
      } else {
        batch.put(key, encode(set.kind, held.members));
      }
    }
  }
}

// Small sets stay. Of a large one only that it is large, until it has lost a piece.
void PositionSets::written() {
  for (const std::string& prefix : changed_) {
    const auto it = sets_.find(prefix);
    Set& set = it->second;
    set.changes.clear();
    bool shrunk = false;
    for (auto& [cut, piece] : set.pieces) {
      shrunk = shrunk || piece.gone;
      piece.changed = false;
    }
    std::erase_if(set.pieces, [](const auto& piece) { return piece.second.members.empty(); });
    if (!set.whole || set.pieces.size() > kWholePieces) {
      set.whole = false;
      set.pieces.clear();
      set.looked_from = set.looked_to = {};
      set.known = !shrunk;
    }
    held_ -= set.held;
    set.held = set.members();
    held_ += set.held;
  }
  changed_.clear();
  if (held_ > kHeldMembers || sets_.size() > kHeldSets) {
    sets_.clear();
    held_ = 0;
  }
}

namespace {

class PieceWalker final : public Walker {
 public:
  PieceWalker(const Reader& reader, std::string prefix, PositionKind kind, std::string lower,
              std::string upper)
      : prefix_(std::move(prefix)),
        lower_(std::move(lower)),
        upper_(std::move(upper)),
        kind_(kind),
        pieces_(reader.walk(prefix_, key_after(prefix_))) {}

  // From outside of the range a walk begins at its bound.
  void seek(std::string_view wanted_key) override {
    const std::string_view key = std::max<std::string_view>(wanted_key, lower_);
    pieces_->seek_before(std::string(key) + '\0');
    if (!pieces_->valid()) {
      pieces_->seek(prefix_);
    }
    load();
    const Position wanted = at_least(key);
    at_ = static_cast<std::size_t>(std::lower_bound(members_.begin(), members_.end(), wanted) -
                                   members_.begin());
    if (at_ == members_.size() && pieces_->valid()) {
      pieces_->next();
      load();
    }
    settle();
  }
  void seek_before(std::string_view wanted_key) override {
    const std::string_view key = std::min<std::string_view>(wanted_key, upper_);
    pieces_->seek_before(key);
    load();
    const Position wanted = at_least(key);
    at_ = static_cast<std::size_t>(std::lower_bound(members_.begin(), members_.end(), wanted) -
                                   members_.begin());
    back();
  }
  void next() override {
    if (++at_ == members_.size()) {
      pieces_->next();
      load();
    }
    settle();
  }
  void previous() override { back(); }
  bool valid() const override { return valid_; }
  std::string_view key() const override { return key_; }
  std::string_view value() const override { return {}; }
  Status status() const override { return status_ ? pieces_->status() : status_; }

 private:
  // The members of the piece under the walk, from its first.
  void load() {
    members_.clear();
    at_ = 0;
    if (pieces_->valid() && status_) {
      status_ = decode(kind_, pieces_->value(), members_);
    }
  }
  void back() {
    if (at_ == 0) {
      // The piece before this one, from its end. A walk that began nowhere stays there.
      if (pieces_->valid()) {
        pieces_->previous();
      }
      load();
      at_ = members_.size();
    }
    at_ = at_ == 0 ? members_.size() : at_ - 1;
    settle();
  }
  void settle() {
    valid_ = status_.has_value() && at_ < members_.size();
    if (valid_) {
      key_ = prefix_;
      append_position(key_, kind_, members_[at_]);
      valid_ = key_ >= lower_ && key_ < upper_;
    }
  }
  // The first position whose key is not before `key`; what is cut off counts as zeros, which no
  // position ends in.
  Position at_least(std::string_view key) const {
    if (key >= key_after(prefix_)) {
      return {~std::uint64_t{0}, ~std::uint64_t{0}};
    }
    std::string bytes(key.size() > prefix_.size() ? key.substr(prefix_.size()) : "");
    bytes.resize(kind_ == PositionKind::kTimed ? 16 : 8, '\0');
    return read_position(kind_, bytes);
  }

  const std::string prefix_;
  const std::string lower_;
  const std::string upper_;
  const PositionKind kind_;
  std::unique_ptr<Walker> pieces_;
  std::vector<Position> members_;
  std::size_t at_ = 0;
  std::string key_;
  bool valid_ = false;
  Status status_;
};

}  // namespace

std::unique_ptr<Walker> walk_positions(const Reader& reader, std::string prefix, PositionKind kind,
                                       std::string lower, std::string upper) {
  return std::make_unique<PieceWalker>(reader, std::move(prefix), kind, std::move(lower),
                                       std::move(upper));
}

}  // namespace daybook::projections
