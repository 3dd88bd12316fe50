// Removes ended jobs and sendings whose retention is over, a bounded number at a time. Private to
// dispatch.
//
// Its own thread: a look for them reads the disk, and must not hold the dispatcher up.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <thread>

#include "base/clock.h"
#include "base/entropy.h"
#include "base/supervisor.h"
#include "dispatch/retention_sweep.h"
#include "scheduler/sequencer.h"

namespace spdlog {
class logger;
}

namespace daybook::dispatch {

// Removals between two lines of the server's log.
inline constexpr std::uint64_t kRemovalsPerLogLine = 100'000;
// How long a sweep waits for views that fell behind; then it fails, and the next one goes on.
inline constexpr std::chrono::milliseconds kSweepPatience{30'000};

struct RetentionMetrics {
  std::uint64_t removed = 0;   // jobs and sendings
  std::int64_t behind_us = 0;  // since when the oldest job that is over should be gone
};

// sweep() from one thread at a time; metrics() from any.
class Retention {
 public:
  struct Parts {
    scheduler::Sequencer& sequencer;
    projections::Views& views;
    const Clock& clock;
    Entropy& entropy;
    std::shared_ptr<spdlog::logger> logger;  // null: silent
    Supervisor* supervisor = nullptr;        // told while sweeps fail
    std::uint64_t log_every = kRemovalsPerLogLine;
    std::chrono::milliseconds patience = kSweepPatience;
    const access::TokenBook* tokens = nullptr;  // as in RetentionSweep::Parts
    bool removes = true;
  };
  explicit Retention(Parts parts);
  ~Retention() { stop(); }
  Retention(const Retention&) = delete;
  Retention& operator=(const Retention&) = delete;

  // Sweeps at once, then every minute.
  Status start();
  void stop();
  // One sweep, and what came of it told.
  void round();
  // As RetentionSweep::sweep().
  Result<std::uint64_t> sweep();
  RetentionMetrics metrics() const;

 private:
  void work();
  void count(std::uint64_t removed);
  bool is_stopping();

  const Parts parts_;
  RetentionSweep sweep_;
  std::atomic<std::uint64_t> removed_{0};
  std::atomic<std::int64_t> behind_us_{0};
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace daybook::dispatch
