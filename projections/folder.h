// Folds the log into a group of projections on one thread and writes them together, each with its
// checkpoint.
//
//   log -> follower -> chunks of events -> apply to each projection ... one batch -> store
//
// What comes singly waits for up to kFoldBatchUs, folded and written together, unless a reader
// waits for it; under load changes are gathered for as long or kFoldBatchEventsMax events, and far
// behind the log until they take kFoldBatchBytesMax. A projection whose fold fails keeps its last
// checkpoint and is left out; if the log cannot be read, all fail and the server stops. While the
// store takes nothing (no space, no inodes) the batch is kept, nothing further is folded, and it is
// tried again until it is taken. Private to projections/.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "base/bell.h"
#include "base/limits/views.h"
#include "base/supervisor.h"
#include "base/watermark.h"
#include "log/follower.h"
#include "projections/projection.h"
#include "projections/store.h"
#include "projections/views.h"

namespace daybook::projections {

// One projection in its group. What is not atomic belongs to who holds the group's lock.
struct Slot {
  using Make = std::function<std::unique_ptr<Projection>()>;

  Store::ProjectionId id = 0;
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
  // `supervisor` is told of what stands still; null: nobody.
  Folder(Store& store, log::Log& log, Supervisor* supervisor)
      : store_(store), log_(log), supervisor_(supervisor) {}
  ~Folder() { halt(); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  // Adds a projection that goes on behind its checkpoint. Before start().
  Status add(Store::ProjectionId id, Slot::Make make, const Checkpoint& checkpoint);
  // applied() tells of all that were added. Not before the last one: it never goes back, and that
  // one may be new and have applied nothing.
  void all_added();
  Status start();
  // One round of what the thread does, in place of start(). How long from `now` on there is nothing
  // to do if the log does not grow; nothing: for ever.
  using TimePoint = std::chrono::steady_clock::time_point;
  std::optional<std::chrono::microseconds> round_by_hand(TimePoint now);
  // Ends the threads and writes what was folded.
  void stop();
  // Ends the threads; what was folded but not written is lost, as in a crash.
  void halt();

  // A reader found that what is stored of a generation of it, or of its checkpoint, is damaged: it
  // stops. False when a rebuild has made another generation the live one since.
  bool fail(Slot& slot, const std::optional<Prefix>& generation, const Error& error);

  Slot* find(std::string_view name);
  const std::vector<std::unique_ptr<Slot>>& slots() const { return slots_; }
  Seq applied() const { return applied_.value(); }
  // Waits until all projections that have not failed show `seq`.
  bool wait_for(Seq seq, std::chrono::milliseconds timeout) const;
  // Why the projection failed, or why nothing is written for now; "" when neither. Does not wait
  // for a fold or a write.
  std::string error_of(const Slot& slot) const;
  // The store takes nothing for now.
  bool stalled() const { return stalled_; }
  // The slot goes on with what a rebuild made. Inside quietly().
  void revive(Slot& slot);

  // Runs `work` while nothing is folded and all that was folded is written; it gets the last event
  // that was folded for the whole group. For a rebuild.
  Status quietly(const std::function<Status(Seq)>& work);

 private:
  using Events = std::span<const events::Recorded>;
  // What there is to listen for before the next round, and for how long; no sounds: nothing, it
  // goes on at once.
  struct Rest {
    Bell::Sounds sounds = 0;
    std::optional<TimePoint> until{};
  };

  void begin();
  void run();
  Result<Rest> round(TimePoint now);
  Rest rest() const;
  bool retry(TimePoint now);
  void give_up(const Error& error);
  void fold(Events events, const Hash& chain, TimePoint now);
  void write();
  bool deliver();
  bool delivered_before() const;
  void hold(const Error& error);
  std::chrono::microseconds next_patience();
  void fail_slot(Slot& slot, const Error& error);
  static std::string advice(const Slot& slot, const Error& error);
  void publish();
  bool batch_is_full() const;
  bool write_is_due(TimePoint now) const;
  bool far_behind() const;

  Store& store_;
  log::Log& log_;
  Supervisor* const supervisor_;
  std::vector<std::unique_ptr<Slot>> slots_;
  std::thread thread_;
  std::optional<log::Subscription> grown_;

  mutable Bell bell_;
  std::atomic<bool> stopped_{false};

  // Of who makes the rounds.
  std::optional<log::Follower> follower_;
  Events ahead_;                       // that it gave, and are not folded
  std::optional<TimePoint> retry_at_;  // while nothing can be written

  mutable std::mutex mutex_;  // guards the slots, the batch and the numbers below
  Batch batch_;
  std::vector<std::pair<Store::ProjectionId, Checkpoint>> checkpoints_;  // of the batch
  Seq position_;               // last event folded for the group
  std::size_t unwritten_ = 0;  // events folded since the last write
  TimePoint write_by_{};       // when they must be written
  Watermark applied_;
  mutable std::atomic<std::uint64_t> wanted_{0};

  // The batch is in memory and not in the store; written under mutex_.
  std::atomic<bool> stalled_{false};
  std::chrono::microseconds patience_{};  // until the next try

  mutable std::mutex errors_mutex_;  // guards the slots' errors and the stall's; taken last
  std::string stall_;
};

}  // namespace daybook::projections
