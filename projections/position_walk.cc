#include "projections/position_walk.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace daybook::projections {
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
    seek_piece(at_least(std::max<std::string_view>(wanted_key, lower_)));
    settle();
  }
  void seek_before(std::string_view wanted_key) override {
    seek_piece(at_least(std::min<std::string_view>(wanted_key, upper_)));
    if (!pieces_->valid()) {
      pieces_->seek_before(key_after(prefix_));
      load();
      at_ = members_.size();
    }
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
  // To the first member that is not before `wanted`, in the piece where it would be.
  void seek_piece(Position wanted) {
    pieces_->seek(piece_key(prefix_, kind_, wanted));
    load();
    at_ = static_cast<std::size_t>(std::lower_bound(members_.begin(), members_.end(), wanted) -
                                   members_.begin());
  }
  // The members of the piece under the walk, from its first.
  void load() {
    members_.clear();
    at_ = 0;
    if (pieces_->valid() && status_) {
      status_ = decode_members(kind_, pieces_->value(), members_);
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
      return end_of(kind_);
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
