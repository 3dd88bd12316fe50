// The newest groups of the log in memory, decoded once and shared by all who follow it, and who is
// told that it grew: docs/adr/0012-one-tail.md.
//
//   append → synced → publish(chunk): kept, then durable rises, then who waits is told
//
// Holds kTailBytesMax at most, or the newest chunk alone when that is larger. Nothing in it is not
// durable (I4). Threads: publish() from the one that appends; everything else from any.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "base/ids.h"
#include "base/limits/write_path.h"
#include "base/watermark.h"
#include "events/type_set.h"
#include "log/chunk.h"

namespace daybook::log {

class Subscription;

class Tail {
 public:
  // Raises `durable`, which outlives it. Zero bytes: nothing is kept.
  explicit Tail(Watermark& durable, std::size_t bytes_max = kTailBytesMax)
      : durable_(durable), bytes_max_(bytes_max) {}
  Tail(const Tail&) = delete;
  Tail& operator=(const Tail&) = delete;

  // Whether publish() keeps chunks: else there is no need to make them.
  bool keeps() const { return bytes_max_ > 0; }
  // The log is durable up to `last`; `chunk` holds the group that ends there, or is null.
  void publish(Seq last, std::shared_ptr<const Chunk> chunk);

  // The chunk that holds the event; null when it is older than what is kept, or not there yet.
  std::shared_ptr<const Chunk> find(Seq seq) const;
  std::size_t memory_bytes() const;

 private:
  friend class Subscription;

  Watermark& durable_;
  const std::size_t bytes_max_;

  // Who tells the subscribers holds the first, who changes them both.
  mutable std::mutex telling_mutex_;
  mutable std::mutex mutex_;
  mutable std::vector<Subscription*> subscriptions_;
  std::deque<std::shared_ptr<const Chunk>> chunks_;
  std::size_t bytes_ = 0;
};

// Somebody who cares for events of some types. He is told by `notify`, after the events have become
// durable and on the thread that appends, so it must be quick and must not call the tail; where
// nothing is kept he is told of all. The tail outlives it; after its end it is not called any more.
class Subscription {
 public:
  Subscription(const Tail& tail, events::TypeSet types, std::function<void()> notify);
  ~Subscription();
  Subscription(const Subscription&) = delete;
  Subscription& operator=(const Subscription&) = delete;

  // Events that he cares for are among those; then they are forgotten.
  struct Stretch {
    Seq first;
    Seq last;
  };
  // Nothing: none came since the last call, and `durable` is how far that is known.
  std::optional<Stretch> take(Seq& durable) const;

 private:
  friend class Tail;

  const Tail& tail_;
  const events::TypeSet types_;
  const std::function<void()> notify_;
  mutable std::optional<Stretch> came_;  // guarded by the tail's mutex
};

// For those who append: the chunk that publish() will get, to be filled; null where none is kept.
std::shared_ptr<Chunk> chunk_for(const events::Group& group, const Tail& tail);
// A record that does not decode just after it was encoded is a bug, or broken memory.
void add_to(const std::shared_ptr<Chunk>& chunk, const events::RecordView& record);

}  // namespace daybook::log
