// Drives jobs through their whole life in this process: a producer schedules them in requests of
// `batch` jobs, a driver folds the queue from the log as the dispatcher does, starts each job and
// reports its completion. Nothing runs in between: what is measured is the engine.
//
//   producer → CreateJobs → sequencer → log → driver: Queue::apply, take → StartJob → sequencer
//                                                  ReportAttempt ← answer of StartJob ┘
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "base/entropy.h"
#include "bench/load/engine.h"
#include "bench/load/histogram.h"
#include "projections/queue.h"

namespace daybook::bench {

struct CycleOptions {
  std::uint64_t jobs = 2'000'000;
  std::size_t batch = 100;        // jobs of one request
  std::uint64_t window = 20'000;  // jobs that are scheduled and not yet completed, at most
  std::size_t definitions = 10;
  std::size_t parameter_bytes = 100;
  bool queue = true;     // start from the queue folded from the log; false: from the answers
  bool prefill = false;  // schedule all jobs first, then measure how they burn down
  double rate = 0;       // jobs a second, at fixed times; 0: as fast as the window lets through
  std::function<void(std::uint64_t done, std::uint64_t total)> progress;  // may be empty
};

// Of one run. Latencies are from the call (at a fixed rate: from the time it was meant for) to the
// durable answer.
struct CycleResult {
  double seconds = 0;
  std::vector<double> tenths;  // seconds that each tenth of the jobs took
  Histogram created;           // a request that schedules jobs
  Histogram started;           // a request that starts jobs
  Histogram reported;          // a request that reports jobs
  Histogram cycle;             // schedule to completion of one job; empty with prefill
};

class CycleDriver {
 public:
  CycleDriver(Engine& engine, const CycleOptions& options);

  // Puts the definitions, runs all jobs. Fails on the first command that is refused.
  Result<CycleResult> run();

 private:
  using Steady = std::chrono::steady_clock::time_point;

  // --- producer thread ---
  void produce();
  Status create(std::uint64_t first, Steady meant);
  void wait_for_room(std::uint64_t created);

  // --- driver thread ---
  Status drive();
  Status fold_queue();
  Status start_jobs();
  Status report_jobs();
  void drain();

  // --- commit thread: answers ---
  void on_created(const std::vector<Result<scheduler::Reply>>& replies, Steady meant);
  void on_started(std::vector<Result<scheduler::Reply>> replies, Steady asked);
  void on_reported(const std::vector<Result<scheduler::Reply>>& replies, Steady asked);
  void refuse(const Error& error);
  void wake();

  Engine& engine_;
  const CycleOptions options_;
  SystemEntropy entropy_;

  // --- driver thread only ---
  projections::Queue queue_;
  std::unique_ptr<log::Cursor> cursor_;
  std::vector<JobId> fifo_;

  // --- commit thread only, read after the run ---
  CycleResult result_;
  std::vector<std::int64_t> born_;  // by job key modulo its size: when it was scheduled
  Steady began_;

  std::atomic<std::uint64_t> completed_{0};

  // --- guarded by mutex_ ---
  std::mutex mutex_;
  std::condition_variable driver_wakes_;
  std::condition_variable producer_wakes_;
  bool news_ = false;
  std::vector<JobId> new_jobs_;
  std::vector<scheduler::StartedJob> open_;
  std::optional<Error> refused_;
};

}  // namespace daybook::bench
