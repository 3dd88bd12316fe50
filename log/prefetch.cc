#include "log/prefetch.h"

#include <cstdint>
#include <thread>
#include <utility>
#include <vector>

#include "base/bounded_queue.h"
#include "base/limits/write_path.h"
#include "base/thread.h"
#include "log/aligned_record.h"

namespace daybook::log {
namespace {

// Copies of records, and how the scan went after them.
struct Batch {
  std::vector<std::uint8_t> bytes;
  std::vector<events::RecordView> records;
  std::vector<std::size_t> offsets;  // of each record in `bytes`
  Status status;

  void clear() {
    bytes.clear();
    records.clear();
    offsets.clear();
  }

  void add(const events::RecordView& record) {
    bytes.resize((bytes.size() + kRecordAlignment - 1) / kRecordAlignment * kRecordAlignment);
    offsets.push_back(bytes.size());
    bytes.insert(bytes.end(), record.bytes.begin(), record.bytes.end());
    records.push_back(record);
  }

  // Points the views at the copies, once `bytes` has stopped moving.
  void settle() {
    for (std::size_t i = 0; i < records.size(); ++i) {
      events::RecordView& record = records[i];
      record.bytes = events::Bytes(bytes).subspan(offsets[i], record.bytes.size());
      record.payload = record.bytes.subspan(events::kHeaderBytes);
    }
  }

  bool full() const {
    return bytes.size() >= kPrefetchBatchBytes || records.size() >= kPrefetchBatchRecords;
  }
};

using BatchPtr = std::unique_ptr<Batch>;

class PrefetchCursor final : public Cursor {
 public:
  PrefetchCursor(std::unique_ptr<Cursor> inner, Seq from, Seq until)
      : inner_(std::move(inner)), next_(from), until_(until) {
    // Without a thread each batch is read when it is asked for.
    if (auto reader = start_thread("prefetch", [this] { read_ahead(); })) {
      reader_ = std::move(*reader);
    }
  }

  ~PrefetchCursor() override {
    ready_.close();
    if (reader_.joinable()) {
      reader_.join();
    }
  }
  PrefetchCursor(const PrefetchCursor&) = delete;
  PrefetchCursor& operator=(const PrefetchCursor&) = delete;

  Result<bool> next(events::RecordView& out) override {
    while (at_ == current_->records.size()) {
      if (!current_->status) {
        return tl::unexpected(current_->status.error());
      }
      if (!take_batch()) {
        return false;
      }
    }
    out = current_->records[at_++];
    return true;
  }

 private:
  // The next batch becomes the current one; false when there is none any more.
  bool take_batch() {
    if (!reader_.joinable()) {
      return read_batch();
    }
    if (taken_at_ == taken_.size()) {
      taken_.clear();
      taken_at_ = 0;
      if (!ready_.pop_all(taken_)) {
        return false;
      }
    }
    current_->clear();
    // A full queue of empties only costs the reader an allocation.
    static_cast<void>(spare_.try_push(std::move(current_)));
    current_ = std::move(taken_[taken_at_++]);
    at_ = 0;
    return true;
  }

  bool read_batch() {
    if (ended_) {
      return false;
    }
    current_->clear();
    ended_ = !fill(*current_);
    current_->settle();
    at_ = 0;
    return true;
  }

  BatchPtr empty_batch() {
    if (spares_.empty() && !spare_.try_pop_all(spares_)) {
      return std::make_unique<Batch>();
    }
    BatchPtr out = std::move(spares_.back());
    spares_.pop_back();
    return out;
  }

  void read_ahead() {
    bool more = true;
    while (more) {
      BatchPtr batch = empty_batch();
      more = fill(*batch);
      batch->settle();
      // The last batch stays in the queue after close(); a caller that left closes it first.
      more = ready_.push(std::move(batch)) && more;
    }
    ready_.close();
  }

  // False when nothing comes after this batch.
  bool fill(Batch& batch) {
    events::RecordView record;
    while (!batch.full()) {
      if (next_ > until_) {
        return false;
      }
      const Result<bool> read = inner_->next(record);
      if (!read) {
        batch.status = tl::unexpected(read.error());
        return false;
      }
      if (!*read) {
        return false;
      }
      batch.add(record);
      next_ = daybook::next(next_);
    }
    return true;
  }

  // --- reader thread only ---
  std::unique_ptr<Cursor> inner_;
  Seq next_;
  const Seq until_;
  std::vector<BatchPtr> spares_;

  // --- between the threads ---
  BoundedQueue<BatchPtr> ready_{kPrefetchBatches};
  BoundedQueue<BatchPtr> spare_{kPrefetchBatches + 2};

  // --- caller's thread only ---
  std::vector<BatchPtr> taken_;
  std::size_t taken_at_ = 0;
  BatchPtr current_ = std::make_unique<Batch>();
  std::size_t at_ = 0;
  bool ended_ = false;  // of a cursor without a thread

  std::thread reader_;
};

}  // namespace

std::unique_ptr<Cursor> prefetch(std::unique_ptr<Cursor> inner, Seq from, Seq until) {
  return std::make_unique<PrefetchCursor>(std::move(inner), from, until);
}

}  // namespace daybook::log
