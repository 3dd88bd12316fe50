// Reads a log's store in order. Private to log/.
#pragma once

#include <atomic>
#include <memory>

#include <rocksdb/db.h>

#include "base/watermark.h"
#include "log/aligned_record.h"
#include "log/log.h"

namespace daybook::log {

// What may be read: from `first` to `durable`. Outlives the cursors.
struct Bounds {
  std::atomic<std::uint64_t> first{1};
  Watermark durable;
};

class RocksCursor final : public Cursor {
 public:
  RocksCursor(rocksdb::DB& db, const Bounds& bounds, Seq from);
  ~RocksCursor() override;

  Result<bool> next(events::RecordView& out) override;

  // What follows the last record in its chunk; valid as long as that record.
  events::Bytes rest() const { return rest_; }

 private:
  Status load_chunk();
  // Opens an iterator at the chunk that holds next_.
  Status seek();
  Status use_chunk();
  tl::unexpected<Error> gap(const char* what) const;

  rocksdb::DB& db_;
  const Bounds& bounds_;
  Seq next_;
  // Holds files and memory of the store, so it is dropped whenever the cursor is at the log's end.
  std::unique_ptr<rocksdb::Iterator> iterator_;
  events::Bytes rest_;  // of the current chunk, from next_ on
  AlignedRecord aligned_;
};

}  // namespace daybook::log
