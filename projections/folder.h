// Folds the log into a group of projections on one thread and writes them together, each with its
// checkpoint.
//
//   log -> [feed thread: read, decode] -> chunks -> [fold thread: apply to each projection ... one
//   batch] -> store
//
// While events come singly each is written at once; under load changes are gathered for up to
// kFoldBatchUs or kFoldBatchEventsMax events, and far behind the log until they take
// kFoldBatchBytesMax, unless somebody waits. A projection whose fold fails keeps its last
// checkpoint and is left out; if the log cannot be read, all fail. Private to projections/.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/limits/views.h"
#include "base/watermark.h"
#include "projections/feed.h"
#include "projections/projection.h"
#include "projections/rocks_store.h"
#include "projections/views.h"

namespace daybook::projections {

// One projection in its group. What is not atomic belongs to who holds the group's lock.
struct Slot {
  using Make = std::function<std::unique_ptr<Projection>()>;

  RocksStore::ProjectionId id = 0;
  std::string name;
  std::uint32_t version = 0;
  std::uint64_t live_from = 0;  // the log's end when the fold began
  Make make;
  std::unique_ptr<Projection> projection;
  std::unique_ptr<Reader> reader;  // what the projection reads; outlives it
  Checkpoint checkpoint;           // as folded; as written after each write
  std::atomic<std::uint64_t> written{0};
  std::atomic<std::uint64_t> rebuilt{0};
  std::atomic<bool> rebuilding{false};
  std::atomic<bool> failed{false};
  std::string error;

  Prefix prefix() const {
    return {static_cast<char>(id), static_cast<char>(checkpoint.generation)};
  }
};

class Folder {
 public:
  Folder(RocksStore& store, log::Log& log) : store_(store), log_(log), feed_(log) {}
  ~Folder() { halt(); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  // Adds a projection that goes on behind its checkpoint. Before start().
  Status add(RocksStore::ProjectionId id, Slot::Make make, const Checkpoint& checkpoint);
  void start();
  // Ends the threads and writes what was folded.
  void stop();
  // Ends the threads; what was folded but not written is lost, as in a crash.
  void halt();

  // Called when a projection stops, with its name and why. Before start().
  void on_failed(std::function<void(std::string_view, const std::string&)> tell) {
    tell_ = std::move(tell);
  }
  // A reader found that what is stored of it is damaged: it stops.
  void fail(Slot& slot, const Error& error);

  Slot* find(std::string_view name);
  const std::vector<std::unique_ptr<Slot>>& slots() const { return slots_; }
  Seq applied() const { return applied_.value(); }
  // Waits until all projections that have not failed show `seq`.
  bool wait_for(Seq seq, std::chrono::milliseconds timeout) const;
  std::string error_of(const Slot& slot) const;

  // Runs `work` while nothing is folded and all that was folded is written; it gets the last event
  // that was folded for the whole group. For a rebuild.
  Status quietly(const std::function<Status(Seq)>& work);

 private:
  void run();
  void fold(const Chunk& chunk);
  void write();
  void fail_slot(Slot& slot, const Error& error);
  static std::string advice(const Slot& slot, const Error& error);
  void publish();
  bool batch_is_full() const;
  bool write_is_due(bool caught_up) const;
  bool far_behind() const;

  RocksStore& store_;
  log::Log& log_;
  mutable Feed feed_;
  std::vector<std::unique_ptr<Slot>> slots_;
  std::thread thread_;
  std::function<void(std::string_view, const std::string&)> tell_;

  mutable std::mutex mutex_;  // guards the slots, the batch and the numbers below
  Batch batch_;
  Seq position_;                // last event folded for the group
  std::size_t unwritten_ = 0;   // events folded since the last write
  Feed::TimePoint write_by_{};  // when they must be written
  Watermark applied_;
  mutable std::atomic<std::uint64_t> wanted_{0};
};

}  // namespace daybook::projections
