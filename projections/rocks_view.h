// Reading one generation of one projection in RocksDB. Private to rocks_store.cc.
#pragma once

#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <rocksdb/db.h>

#include "base/check.h"
#include "projections/batch.h"
#include "projections/bytes.h"
#include "projections/store.h"

namespace daybook::projections {

inline rocksdb::Slice slice(std::string_view text) {
  return {text.data(), text.size()};
}

inline std::string_view text(const rocksdb::Slice& slice) {
  return {slice.data(), slice.size()};
}

inline Status check(const rocksdb::Status& status) {
  if (status.ok()) {
    return {};
  }
  const std::string text = "the views' store: " + status.ToString();
  if (status.IsNoSpace()) {
    return fail(Code::kNoSpace, "DISK_FULL", text);
  }
  // A missing file is damage like a changed one; what else the device says is not.
  const bool device = status.IsIOError() && !status.IsPathNotFound();
  return fail(device ? Code::kIo : Code::kCorrupt, "VIEWS_STORE", text);
}

using SnapshotPtr = std::shared_ptr<const rocksdb::Snapshot>;

class RocksWalker final : public Walker {
 public:
  RocksWalker(rocksdb::DB& db, rocksdb::ReadOptions read, const Prefix& prefix,
              std::string_view lower, std::string_view upper)
      : prefix_(prefix.data(), prefix.size()),
        lower_(prefix_ + std::string(lower)),
        upper_(upper.empty() ? key_after(prefix_) : prefix_ + std::string(upper)) {
    lower_slice_ = lower_;
    upper_slice_ = upper_;
    read.iterate_lower_bound = &lower_slice_;
    read.iterate_upper_bound = &upper_slice_;
    iterator_.reset(db.NewIterator(read));
  }

  void seek(std::string_view key) override { iterator_->Seek(prefix_ + std::string(key)); }
  void seek_before(std::string_view key) override {
    const std::string full = prefix_ + std::string(key);
    iterator_->SeekForPrev(full);
    if (iterator_->Valid() && iterator_->key() == full) {
      iterator_->Prev();
    }
  }
  void next() override { iterator_->Next(); }
  void previous() override { iterator_->Prev(); }
  bool valid() const override { return iterator_->Valid(); }
  std::string_view key() const override { return text(iterator_->key()).substr(prefix_.size()); }
  std::string_view value() const override { return text(iterator_->value()); }
  Status status() const override { return check(iterator_->status()); }

 private:
  std::string prefix_;
  std::string lower_;
  std::string upper_;
  rocksdb::Slice lower_slice_;
  rocksdb::Slice upper_slice_;
  std::unique_ptr<rocksdb::Iterator> iterator_;
};

class RocksView final : public View {
 public:
  // `kept` lives as long as the view.
  RocksView(rocksdb::DB& db, Prefix prefix, SnapshotPtr snapshot, Seq as_of,
            std::shared_ptr<const void> kept)
      : kept_(std::move(kept)),
        db_(db),
        prefix_(prefix),
        snapshot_(std::move(snapshot)),
        as_of_(as_of) {
    read_.snapshot = snapshot_.get();
  }

  Result<bool> get(std::string_view key, std::string& value) const override {
    char full[sizeof(Key)];
    DAYBOOK_CHECK(key.size() + prefix_.size() <= sizeof(full), "a view key is short");
    std::memcpy(full, prefix_.data(), prefix_.size());
    std::memcpy(full + prefix_.size(), key.data(), key.size());
    const rocksdb::Status status =
        db_.Get(read_, rocksdb::Slice(full, key.size() + prefix_.size()), &value);
    if (status.IsNotFound()) {
      return false;
    }
    DAYBOOK_TRY(check(status));
    return true;
  }
  std::unique_ptr<Walker> walk(std::string_view lower, std::string_view upper) const override {
    return std::make_unique<RocksWalker>(db_, read_, prefix_, lower, upper);
  }
  Seq as_of() const override { return as_of_; }
  Prefix prefix() const override { return prefix_; }

 private:
  std::shared_ptr<const void> kept_;
  rocksdb::DB& db_;
  Prefix prefix_;
  SnapshotPtr snapshot_;
  Seq as_of_;
  rocksdb::ReadOptions read_;
};

}  // namespace daybook::projections
