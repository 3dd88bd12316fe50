// Reads and decodes the log on a thread of its own, a few chunks ahead of the fold. Private to
// projections/.
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "log/log.h"
#include "projections/chunk.h"

namespace daybook::projections {

class Feed {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;

  explicit Feed(log::Log& log) : log_(log) {}
  ~Feed() { stop(); }

  // Starts reading at `from`; kUnavailable "NO_THREAD".
  Status start(Seq from);
  void stop();

  // Waits until there is a chunk, urge() was called, the feed ended or `deadline` has passed; then
  // hands out all chunks there are, in order. False when the feed has ended and everything was
  // handed out.
  bool take(std::vector<std::unique_ptr<Chunk>>& out, std::optional<TimePoint> deadline);
  // Returns chunks for use again.
  void give_back(std::vector<std::unique_ptr<Chunk>>& chunks);
  // Waits until `until` or stop(); false when stopped. Nothing is taken meanwhile, so that the feed
  // soon stands still too.
  bool rest(TimePoint until);
  // Ends the wait of take().
  void urge();
  // Why the feed ended; nothing when it was stopped.
  std::optional<Error> error() const;

 private:
  void run(Seq from);
  Status read(Seq& next);
  std::unique_ptr<Chunk> free_chunk();
  // False when stopped.
  bool push(std::unique_ptr<Chunk> chunk);

  log::Log& log_;
  std::thread thread_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::unique_ptr<Chunk>> ready_;
  std::vector<std::unique_ptr<Chunk>> free_;
  bool urged_ = false;
  bool stopped_ = false;
  bool ended_ = true;
  std::optional<Error> error_;
};

}  // namespace daybook::projections
