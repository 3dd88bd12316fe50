#include "projections/position_sets.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace daybook::projections {
namespace {

// Sets of which some pieces are in memory.
constexpr std::size_t kHeldSets = 16 * 1024;
// Of one piece beside its members.
constexpr std::size_t kPieceBytes = 160;

Error corrupt(const char* what) {
  return make_error(Code::kCorrupt, "VIEWS_STORE", what);
}

}  // namespace

// One pass over the changes of a set, from first to last. One piece is open; nothing behind it has
// changed, and what became of those before it is to be written.
class PositionSets::Pass {
 public:
  Pass(PositionSets& sets, const std::string& prefix, Set& set)
      : sets_(sets), prefix_(prefix), kind_(set.kind), held_(set.held) {}

  Status make(const Change& change) {
    const Position position = change.position;
    DAYBOOK_TRY(open(position));
    if (change.added && open_->last < position) {
      add_behind(position);
      return {};
    }
    DAYBOOK_TRY(read_members());
    const auto at = std::lower_bound(members_.begin(), members_.end(), position);
    const bool there = at != members_.end() && *at == position;
    if (there == change.added) {
      return fail(corrupt(there ? "a job is already in the list that it comes to"
                                : "a job is not in the list that it leaves"));
    }
    if (change.added) {
      const auto added = members_.insert(at, position);
      if (is_cut(position)) {
        cut_behind(added);
      }
      return {};
    }
    members_.erase(at);
    return position == open_->cut ? join_next() : Status();
  }

  void close() {
    if (open_) {
      seal();
    }
  }

 private:
  // Opens the piece in which `position` is, or would be.
  Status open(Position position) {
    if (open_ && position <= open_->cut) {
      return {};
    }
    close();
    DAYBOOK_ASSIGN(open_, take(position));
    return {};
  }

  // Most come at the end: what is there is neither read nor written again.
  void add_behind(Position position) {
    if (changed_) {
      members_.push_back(position);
    } else {
      open_->members += encode_members(kind_, open_->last, std::span(&position, 1));
    }
    open_->last = position;
    if (!is_cut(position)) {
      return;
    }
    if (changed_) {
      cut_behind(std::prev(members_.end()));
      return;
    }
    Piece before{position, open_->from, position, std::move(open_->members)};
    open_ = Piece{open_->cut, position, {}, {}, open_->stored};
    changed_ = true;
    keep(std::move(before), Batch::Kind::kPut);
  }

  // Once a member comes or goes elsewhere.
  Status read_members() {
    if (!changed_) {
      DAYBOOK_TRY(decode_members(kind_, open_->members, members_));
      changed_ = true;
    }
    return {};
  }

  // What stands up to `last`, which is a cut, becomes a piece of its own.
  void cut_behind(std::vector<Position>::iterator last) {
    Piece before{*last, open_->from, *last};
    before.members = encode_members(kind_, {}, {members_.begin(), last + 1});
    open_->from = *last;
    members_.erase(members_.begin(), last + 1);
    keep(std::move(before), Batch::Kind::kPut);
  }

  // With its cut a piece goes: what else is in it belongs to the next one.
  Status join_next() {
    const Piece gone = std::move(*open_);
    std::vector<Position> others = std::move(members_);
    open_.reset();
    members_.clear();
    changed_ = false;
    write(gone.cut, Batch::Kind::kErase, {});
    if (others.empty()) {
      return {};
    }
    DAYBOOK_ASSIGN(open_, take({gone.cut.time, gone.cut.key + 1}));
    DAYBOOK_TRY(read_members());
    members_.insert(members_.begin(), others.begin(), others.end());
    open_->from = gone.from;
    open_->last = members_.back();
    return {};
  }

  // The piece around `position`.
  Result<Piece> take(Position position) {
    const auto held = held_.lower_bound(position);
    if (held != held_.end() && held->second.from <= position) {
      return take(held);
    }
    Walker& walk = sets_.walker();
    walk.seek(piece_key(prefix_, kind_, position));
    DAYBOOK_TRY(walk.status());
    const bool stored = walk.valid() && walk.key().starts_with(prefix_);
    Piece out{stored ? read_position(kind_, walk.key().substr(prefix_.size())) : end_of(kind_),
              position};
    if (held != held_.end() && held->first == out.cut) {
      out = take(held);
      out.from = position;
    } else if (stored) {
      out.members = walk.value();
      out.stored = out.members.size();
      DAYBOOK_ASSIGN(out.last, last_member(kind_, out.members));
    }
    return out;
  }

  Piece take(std::map<Position, Piece>::iterator held) {
    Piece out = std::move(held->second);
    held_.erase(held);
    sets_.held_ -= bytes_of(out);
    return out;
  }

  // What became of the open piece is to be written.
  void seal() {
    Piece& piece = *open_;
    if (changed_) {
      piece.members = encode_members(kind_, {}, members_);
      piece.last = members_.empty() ? Position{} : members_.back();
    }
    const bool longer = !changed_ && piece.stored > 0;
    keep(std::move(piece), longer ? Batch::Kind::kAppend : Batch::Kind::kPut);
    open_.reset();
    members_.clear();
    changed_ = false;
  }

  void keep(Piece piece, Batch::Kind how) {
    if (piece.members.empty()) {
      if (piece.stored > 0) {
        write(piece.cut, Batch::Kind::kErase, {});
      }
    } else {
      const std::string_view all = piece.members;
      write(piece.cut, how, all.substr(how == Batch::Kind::kAppend ? piece.stored : 0));
    }
    piece.stored = piece.members.size();
    piece.used = sets_.writes_made_;
    // A batch that changes more pieces than there is room for passes over them.
    if (sets_.held_ <= 2 * sets_.held_bytes_max_) {
      sets_.held_ += bytes_of(piece);
      held_.insert_or_assign(piece.cut, std::move(piece));
    }
  }

  void write(Position cut, Batch::Kind kind, std::string_view value) {
    sets_.writes_.push_back({piece_key(prefix_, kind_, cut), std::string(value), kind});
  }

  PositionSets& sets_;
  const std::string& prefix_;
  const PositionKind kind_;
  std::map<Position, Piece>& held_;
  std::optional<Piece> open_;
  bool changed_ = false;           // elsewhere than at its end:
  std::vector<Position> members_;  // its members then
};

std::size_t PositionSets::bytes_of(const Piece& piece) {
  return kPieceBytes + piece.members.size();
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

Status PositionSets::resolve() {
  for (const std::string& prefix : changed_) {
    Set& set = sets_.at(prefix);
    std::sort(set.changes.begin(), set.changes.end(),
              [](const Change& a, const Change& b) { return a.position < b.position; });
    Pass pass(*this, prefix, set);
    for (const Change& change : set.changes) {
      DAYBOOK_TRY(pass.make(change));
    }
    pass.close();
    set.changes = {};
  }
  walker_.reset();
  return {};
}

void PositionSets::write(Batch& batch) const {
  for (const Write& write : writes_) {
    switch (write.kind) {
      case Batch::Kind::kAppend:
        batch.append(write.key, write.value);
        break;
      case Batch::Kind::kErase:
        batch.erase(write.key);
        break;
      default:
        batch.put(write.key, write.value);
    }
  }
}

void PositionSets::written() {
  writes_.clear();
  changed_.clear();
  ++writes_made_;
  if (held_ > held_bytes_max_ || sets_.size() > kHeldSets) {
    make_room();
  }
}

// What the last batch did not change goes first; when that is not enough, all.
void PositionSets::make_room() {
  for (auto& [prefix, set] : sets_) {
    std::erase_if(set.held, [&](const auto& held) {
      const bool old = held.second.used + 1 < writes_made_;
      held_ -= old ? bytes_of(held.second) : 0;
      return old;
    });
  }
  std::erase_if(sets_, [](const auto& set) { return set.second.held.empty(); });
  if (held_ > held_bytes_max_ || sets_.size() > kHeldSets) {
    sets_.clear();
    held_ = 0;
  }
}

}  // namespace daybook::projections
