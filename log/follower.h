// One reader's way along the log, event by event: out of the tail where that reaches back far
// enough, else from the store. The same events either way. One thread.
#pragma once

#include <memory>
#include <span>

#include "log/chunk.h"
#include "log/log.h"
#include "log/tail.h"

namespace daybook::log {

// Whether the store is read by a thread of its own while the caller works, as long as there is much
// to catch up with.
enum class ReadAhead : std::uint8_t { kNo, kYes };

class Follower {
 public:
  // Begins with the event `from`; `log` outlives it.
  Follower(Log& log, Seq from, ReadAhead read_ahead = ReadAhead::kNo)
      : log_(log), next_(from), read_ahead_(read_ahead) {}
  // Gives what `subscription` cares for, with others that stand between, and passes over the rest
  // that becomes durable from now on.
  Follower(Log& log, Seq from, const Subscription& subscription);

  // The next durable events, in order, at most as many as one chunk holds; none when there are none
  // yet. Valid until the next call. Errors as Cursor::next(); what came before the error is given
  // first.
  Result<std::span<const events::Recorded>> next();
  // Chain hash of the last event that next() gave.
  const Hash& chain() const { return held_->chain(); }
  // All durable events before this one were given, or passed over.
  Seq position() const { return next_; }

 private:
  void pass_over();
  Status read_store(Seq durable);

  Log& log_;
  Seq next_;
  const ReadAhead read_ahead_;
  const Subscription* subscription_ = nullptr;
  Seq wanted_;  // with a subscription: all up to there is read
  std::shared_ptr<const Chunk> held_;
  std::shared_ptr<Chunk> read_;  // what the store gave; used again
  std::unique_ptr<Cursor> cursor_;
};

}  // namespace daybook::log
