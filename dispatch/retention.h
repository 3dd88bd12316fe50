// Removes ended jobs and sendings whose retention is over, a bounded number at a time. Private to
// dispatch.
//
// Its own thread: a look for them reads the disk, and must not hold the dispatcher up.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>

#include "base/clock.h"
#include "base/entropy.h"
#include "projections/views.h"
#include "scheduler/sequencer.h"

namespace spdlog {
class logger;
}

namespace daybook::dispatch {

class Retention {
 public:
  struct Parts {
    scheduler::Sequencer& sequencer;
    projections::Views& views;
    const Clock& clock;
    Entropy& entropy;
    std::shared_ptr<spdlog::logger> logger;  // null: silent
  };
  explicit Retention(Parts parts) : parts_(std::move(parts)) {}
  ~Retention() { stop(); }
  Retention(const Retention&) = delete;
  Retention& operator=(const Retention&) = delete;

  // Sweeps at once, then every minute.
  void start();
  void stop();
  // Removes all that is over now: how many jobs and sendings. Waits after each command until the
  // views show it.
  Result<std::uint64_t> sweep();

 private:
  void work();
  template <typename Next>
  Result<std::uint64_t> sweep_all(Next next);
  Result<std::uint64_t> sweep_jobs();
  Result<std::uint64_t> sweep_sendings();
  bool is_stopping();

  const Parts parts_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace daybook::dispatch
