#include "log/rocks/cursor.h"

#include <string>

#include "log/format.h"
#include "log/little.h"
#include "log/refusals.h"
#include "log/rocks/options.h"
#include "log/rocks/store.h"

namespace daybook::log {
namespace {

rocksdb::Slice key_slice(const ChunkKey& key) {
  return {key.data(), key.size()};
}

}  // namespace

RocksCursor::RocksCursor(rocksdb::DB& db, const Bounds& bounds, Seq from)
    : db_(db), bounds_(bounds), next_(from) {}

RocksCursor::~RocksCursor() = default;

Result<bool> RocksCursor::next(events::RecordView& out) {
  if (const Seq first{bounds_.first.load(std::memory_order_acquire)}; next_ < first) {
    return refuse_trimmed(next_, first);
  }
  if (next_ > bounds_.durable.value()) {
    if (rest_.empty()) {
      iterator_.reset();
    }
    return false;
  }
  if (rest_.empty()) {
    DAYBOOK_TRY(load_chunk());
  }
  auto record = events::read_record(rest_);
  if (!record) {
    return fail(Code::kCorrupt, "UNREADABLE_RECORD",
                "record " + std::to_string(next_.value) + " of " + db_.GetName() +
                    " is not what was written: " + record.error().message);
  }
  if (record->header.seq != next_) {
    return gap("another record stands in its place");
  }
  rest_ = rest_.subspan(record->bytes.size());
  next_ = daybook::next(next_);
  out = *record;
  aligned_.align(out);
  return true;
}

Status RocksCursor::load_chunk() {
  if (!iterator_) {
    return seek();
  }
  do {
    iterator_->Next();
  } while (iterator_->Valid() && read_key(iterator_->key().ToStringView()).kind == KeyKind::kMark);
  if (iterator_->Valid()) {
    return use_chunk();
  }
  if (!iterator_->status().ok()) {
    return fail(store_error(iterator_->status(), "reading record " + std::to_string(next_.value)));
  }
  // The iterator shows the store as it was when it was opened; more became durable since.
  return seek();
}

Status RocksCursor::seek() {
  iterator_.reset(db_.NewIterator(scan_options()));
  const ChunkKey key = chunk_key(next_);
  iterator_->SeekForPrev(key_slice(key));
  if (!iterator_->Valid()) {
    if (!iterator_->status().ok()) {
      return fail(
          store_error(iterator_->status(), "seeking record " + std::to_string(next_.value)));
    }
    return gap("the store has nothing at or before it");
  }
  return use_chunk();
}

Status RocksCursor::use_chunk() {
  const KeyRead key = read_key(iterator_->key().ToStringView());
  if (key.kind != KeyKind::kChunk || key.seq > next_) {
    return gap("no chunk of the store holds it");
  }
  rest_ = as_bytes(iterator_->value().ToStringView());
  for (Seq at = key.seq; at < next_; at = daybook::next(at)) {
    const auto record = events::read_record(rest_);
    if (!record || record->header.seq != at) {
      return fail(Code::kCorrupt, "UNREADABLE_RECORD",
                  "record " + std::to_string(at.value) + " of " + db_.GetName() +
                      " is not what was written");
    }
    rest_ = rest_.subspan(record->bytes.size());
  }
  if (rest_.empty()) {
    return gap("the chunk before it ends");
  }
  return {};
}

tl::unexpected<Error> RocksCursor::gap(const char* what) const {
  // A trim raises `first` before it removes anything, so what it took is not mistaken for a loss.
  if (const Seq first{bounds_.first.load(std::memory_order_acquire)}; next_ < first) {
    return refuse_trimmed(next_, first);
  }
  return fail(
      Code::kCorrupt, "LOG_GAP",
      "record " + std::to_string(next_.value) + " of " + db_.GetName() + " is missing: " + what);
}

}  // namespace daybook::log
