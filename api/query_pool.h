// The threads that read RocksDB for requests, so that I/O threads never wait for a disk. A read
// that must see a certain event waits in a list, not on a thread, until the views have applied it.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"
#include "projections/views.h"

namespace daybook::api {

class QueryPool {
 public:
  // `work` gets kUnavailable "PROJECTION_LAGS" when the views were not fresh in time, kShutdown
  // when the pool stops first.
  using Work = std::function<void(Status)>;

  struct Limits {
    std::string_view name;  // of its threads
    std::size_t threads;
    std::size_t waiting_max;
    Duration fresh_timeout;
  };

  QueryPool(const projections::Views& views, const Clock& clock, Limits limits);
  ~QueryPool();
  QueryPool(const QueryPool&) = delete;
  QueryPool& operator=(const QueryPool&) = delete;

  // With fewer threads than asked for when the system gives no more; kUnavailable "NO_THREAD" when
  // it gives none. Before anything is asked.
  Status start();
  // Runs `work` once the views reflect `seq`; false when as many reads wait as may. Any thread.
  [[nodiscard]] bool submit(Seq seq, Work work);
  // For what must be answered, since it has been written: never refused; bounded by the number of
  // connections, each of which waits for its answer.
  void run(Work work);
  // Ends all that waits with kShutdown; returns when the threads have ended. Any number of times.
  void stop();
  std::size_t waiting() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace daybook::api
