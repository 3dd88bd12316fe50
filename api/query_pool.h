// The threads that read RocksDB or compile for requests, so that I/O threads never wait for a disk
// or a program. A read that must see a certain event waits in a list, not on a thread, until the
// views have applied it. A connection has at most one request at a time, so none can stand in the
// line twice; where work names its client, clients take turns, and none fills the line alone. Work
// whose client has left is not done.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"
#include "projections/views.h"

namespace daybook::api {

class QueryPool {
 public:
  // `work` gets kUnavailable "PROJECTION_LAGS" when the views were not fresh in time, kUnavailable
  // "TOO_BUSY" when no thread was free in time, kShutdown when the pool stops first.
  using Work = std::function<void(Status)>;
  // Set once when nobody waits for the work any more; it is then dropped without a call.
  using Gone = std::shared_ptr<const std::atomic<bool>>;

  struct Limits {
    std::string_view name;  // of its threads
    std::size_t threads;
    std::size_t waiting_max;
    Duration fresh_timeout;  // how long work waits for the views; zero: it needs none
    Duration patience{};     // how long work waits for a thread; zero: for ever
    std::size_t client_max = ~std::size_t{0};  // of `waiting_max`, for one client
  };
  // Who waits. An empty client is nobody in particular: first come, first served.
  struct Asker {
    Gone gone;
    std::string client;
  };

  QueryPool(const projections::Views& views, const Clock& clock, Limits limits);
  ~QueryPool();
  QueryPool(const QueryPool&) = delete;
  QueryPool& operator=(const QueryPool&) = delete;

  // With fewer threads than asked for when the system gives no more; kUnavailable "NO_THREAD" when
  // it gives none. Before anything is asked.
  Status start();
  // Runs `work` once the views reflect `seq`; false when as much waits as may, not counting what
  // nobody waits for any more. Any thread.
  [[nodiscard]] bool submit(Seq seq, Work work, Asker asker = {});
  // For what must be answered, since it has been written: never refused; bounded by the number of
  // connections, each of which waits for its answer, since what lost its client is dropped.
  void run(Work work, Asker asker = {});
  // Ends all that waits with kShutdown; returns when the threads have ended. Any number of times.
  void stop();
  std::size_t waiting() const;
  // Of all work: what was dropped because nobody waited for it any more.
  std::uint64_t dropped() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace daybook::api
