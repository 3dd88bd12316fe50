#include "tests/simulation/memory_store.h"

#include "base/check.h"
#include "projections/bytes.h"

namespace daybook::simulation {

using projections::Batch;
using projections::Checkpoint;
using projections::Prefix;
using projections::Reader;
using projections::View;
using projections::Walker;

namespace {

std::string text_of(const Prefix& prefix) {
  return {prefix.data(), prefix.size()};
}

}  // namespace

void StoreDisk::put(Undo& undo, std::string_view key, std::optional<std::string> value) {
  auto found = rows_.lower_bound(key);
  const bool there = found != rows_.end() && found->first == key;
  undo.rows.push_back({std::string(key), there ? std::optional(found->second) : std::nullopt});
  if (!value) {
    if (there) {
      rows_.erase(found);
    }
  } else if (there) {
    found->second = std::move(*value);
  } else {
    rows_.emplace_hint(found, std::string(key), std::move(*value));
  }
}

void StoreDisk::append(Undo& undo, std::string_view key, std::string_view more) {
  const auto found = rows_.find(key);
  if (found == rows_.end()) {
    put(undo, key, std::string(more));
    return;
  }
  undo.rows.push_back({std::string(key), std::nullopt, found->second.size()});
  found->second.append(more);
}

void StoreDisk::erase_range(Undo& undo, std::string_view from, std::string_view to) {
  const auto first = rows_.lower_bound(from);
  const auto last = rows_.lower_bound(to);
  for (auto row = first; row != last; ++row) {
    undo.rows.push_back({row->first, row->second});
  }
  rows_.erase(first, last);
}

void StoreDisk::undo_last() {
  Undo& undo = undo_.back();
  for (auto row = undo.rows.rbegin(); row != undo.rows.rend(); ++row) {
    if (row->bytes) {
      rows_.find(row->key)->second.resize(*row->bytes);
    } else if (row->value) {
      rows_[row->key] = std::move(*row->value);
    } else {
      rows_.erase(row->key);
    }
  }
  for (auto& [id, before] : undo.checkpoints) {
    if (before) {
      checkpoints_[id] = *before;
    } else {
      checkpoints_.erase(id);
    }
  }
  undo_.pop_back();
}

void StoreDisk::crash(std::size_t kept) {
  while (undo_.size() > kept) {
    undo_last();
  }
  durable_ = checkpoints_;
  undo_.clear();
  fault = Fault::kNone;
  ++writes_;
}

void StoreDisk::wipe() {
  rows_.clear();
  checkpoints_.clear();
  durable_.clear();
  undo_.clear();
  ++writes_;
}

class MemoryStore::RowsWalker final : public Walker {
 public:
  RowsWalker(const StoreDisk::Rows& rows, const Prefix& prefix, std::string_view lower,
             std::string_view upper)
      : prefix_(text_of(prefix)),
        first_(rows.lower_bound(prefix_ + std::string(lower))),
        last_(rows.lower_bound(upper.empty() ? projections::key_after(prefix_)
                                             : prefix_ + std::string(upper))),
        rows_(rows),
        at_(last_) {}

  void seek(std::string_view key) override {
    const std::string full = prefix_ + std::string(key);
    if (first_ == last_ || full <= first_->first) {
      at_ = first_;
    } else {
      at_ = rows_.lower_bound(full);
      clamp();
    }
  }
  void seek_before(std::string_view key) override {
    at_ = rows_.lower_bound(prefix_ + std::string(key));
    clamp();
    previous();
  }
  void next() override { ++at_; }
  void previous() override { at_ = at_ == first_ ? last_ : std::prev(at_); }
  bool valid() const override { return at_ != last_; }
  std::string_view key() const override {
    return std::string_view(at_->first).substr(prefix_.size());
  }
  std::string_view value() const override { return at_->second; }
  Status status() const override { return {}; }

 private:
  // A place outside the range becomes its nearer end.
  void clamp() {
    const bool behind = at_ == rows_.end() || (last_ != rows_.end() && at_->first >= last_->first);
    if (behind) {
      at_ = last_;
    } else if (first_ == last_ || at_->first < first_->first) {
      at_ = first_;
    }
  }

  const std::string prefix_;
  const StoreDisk::Rows::const_iterator first_;
  const StoreDisk::Rows::const_iterator last_;
  const StoreDisk::Rows& rows_;
  StoreDisk::Rows::const_iterator at_;
};

class MemoryStore::RowsView final : public View {
 public:
  RowsView(const StoreDisk& disk, const Prefix& prefix, Seq as_of, bool at_a_moment)
      : disk_(disk),
        prefix_(prefix),
        as_of_(as_of),
        writes_(at_a_moment ? std::optional(disk.writes_) : std::nullopt) {}

  Result<bool> get(std::string_view key, std::string& value) const override {
    check();
    const auto found = disk_.rows_.find(text_of(prefix_) + std::string(key));
    if (found == disk_.rows_.end()) {
      return false;
    }
    value = found->second;
    return true;
  }
  std::unique_ptr<Walker> walk(std::string_view lower, std::string_view upper) const override {
    check();
    return std::make_unique<RowsWalker>(disk_.rows_, prefix_, lower, upper);
  }
  Seq as_of() const override { return as_of_; }
  Prefix prefix() const override { return prefix_; }

 private:
  void check() const {
    DAYBOOK_CHECK(!writes_ || *writes_ == disk_.writes_, "a view is not read after a write");
  }

  const StoreDisk& disk_;
  const Prefix prefix_;
  const Seq as_of_;
  const std::optional<std::uint64_t> writes_;
};

Result<std::optional<Checkpoint>> MemoryStore::checkpoint(ProjectionId id) const {
  const auto found = disk_.checkpoints_.find(id);
  return found == disk_.checkpoints_.end() ? std::nullopt : std::optional(found->second);
}

Result<std::optional<Checkpoint>> MemoryStore::durable_checkpoint(ProjectionId id) const {
  const auto found = disk_.durable_.find(id);
  return found == disk_.durable_.end() ? std::nullopt : std::optional(found->second);
}

std::unique_ptr<Reader> MemoryStore::reader(Prefix prefix) const {
  return std::make_unique<RowsView>(disk_, prefix, Seq{}, false);
}

Result<std::unique_ptr<View>> MemoryStore::view(ProjectionId id) const {
  const auto found = disk_.checkpoints_.find(id);
  DAYBOOK_CHECK(found != disk_.checkpoints_.end(), "an open projection has a checkpoint");
  const Checkpoint& at = found->second;
  const Prefix prefix{static_cast<char>(id), static_cast<char>(at.generation)};
  return std::make_unique<RowsView>(disk_, prefix, at.applied, true);
}

std::pair<std::unique_ptr<View>, std::unique_ptr<View>> MemoryStore::views(Prefix first,
                                                                           Prefix second) const {
  return {std::make_unique<RowsView>(disk_, first, Seq{}, true),
          std::make_unique<RowsView>(disk_, second, Seq{}, true)};
}

Status MemoryStore::write(const Batch& batch, Checkpoints checkpoints) {
  if (disk_.fault == StoreDisk::Fault::kRefused) {
    return fail(Code::kNoSpace, "DISK_FULL", "the views' store: there is no space");
  }
  ++disk_.writes_;
  StoreDisk::Undo& undo = disk_.undo_.emplace_back();
  if (disk_.fault != StoreDisk::Fault::kForgets || batch.size() == 0) {
    batch.each([&](const Batch::Change& change) {
      switch (change.kind) {
        case Batch::Kind::kPut:
          disk_.put(undo, change.key, std::string(change.value));
          break;
        case Batch::Kind::kErase:
          disk_.put(undo, change.key, std::nullopt);
          break;
        case Batch::Kind::kAppend:
          disk_.append(undo, change.key, change.value);
          break;
        case Batch::Kind::kEraseRange:
          disk_.erase_range(undo, change.key, change.value);
          break;
      }
    });
  }
  for (const auto& [id, checkpoint] : checkpoints) {
    const auto found = disk_.checkpoints_.find(id);
    undo.checkpoints.emplace_back(
        id, found == disk_.checkpoints_.end() ? std::nullopt : std::optional(found->second));
    disk_.checkpoints_[id] = checkpoint;
  }
  if (disk_.fault == StoreDisk::Fault::kTakenQuiet) {
    return fail(Code::kIo, "VIEWS_STORE", "the views' store: the device failed");
  }
  return {};
}

Status MemoryStore::flush() {
  disk_.undo_.clear();
  disk_.durable_ = disk_.checkpoints_;
  return {};
}

Status MemoryStore::erase(Prefix prefix) {
  ++disk_.writes_;
  const std::string begin = text_of(prefix);
  disk_.erase_range(disk_.undo_.emplace_back(), begin, projections::key_after(begin));
  return {};
}

Status MemoryStore::erase_others(ProjectionId id, std::uint8_t keep) {
  for (int generation = 1; generation <= 255; ++generation) {
    if (generation != keep) {
      const std::string begin{static_cast<char>(id), static_cast<char>(generation)};
      const auto found = disk_.rows_.lower_bound(begin);
      if (found != disk_.rows_.end() && found->first.starts_with(begin)) {
        DAYBOOK_TRY(erase({begin[0], begin[1]}));
      }
    }
  }
  return {};
}

}  // namespace daybook::simulation
