// Consumes the queue projection: starts what is due, runs it or hands it to a worker, reports
// outcomes, gives up expired leases and timeouts, sweeps retention. It talks to the log only
// through the sequencer, and after a restart it derives the open work from state.
//
// Threads: one dispatcher thread owns the queue; lease(), stop_attempt() and the queries are safe
// from any thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/entropy.h"
#include "components/runtime.h"
#include "log/log.h"
#include "projections/queue.h"
#include "projections/views.h"
#include "scheduler/sequencer.h"

namespace daybook::dispatch {

struct DispatcherOptions {
  std::size_t exec_slots = 4;   // child processes at once
  std::size_t http_slots = 64;  // requests at once
  bool retention = true;
};

struct LeaseRequest {
  std::vector<std::string> definitions;
  std::size_t max = 1;
  Duration wait;       // long poll; zero answers at once
  std::string worker;  // as it names itself
  std::string actor;   // who leases: stands in the event
};

struct WorkerRow {
  std::string worker;
  std::vector<std::string> definitions;
  Micros last_seen;
  std::uint64_t leased = 0;  // attempts open now
};

struct QueueView {
  projections::QueueCounts counts;
  projections::Hold hold = projections::Hold::kNone;
};

struct DispatcherMetrics {
  std::uint64_t started = 0;
  std::uint64_t start_refused = 0;
  std::uint64_t expired = 0;
  std::uint64_t exec_running = 0;
  std::uint64_t http_running = 0;
  std::uint64_t waiting = 0;
  std::uint64_t ready = 0;
  std::uint64_t running = 0;
  std::uint64_t leases_waiting = 0;  // long polls open
};

// The runtimes that the server itself runs; absent: its jobs wait.
struct Runtimes {
  components::Runtime* exec = nullptr;
  components::Runtime* http = nullptr;
};

class Dispatcher {
 public:
  // `queue` is the fold up to `applied` (seed_queue makes it from the recovered state); the rest
  // comes from the log.
  Dispatcher(log::Log& log, scheduler::Sequencer& sequencer, projections::Views& views,
             const Clock& clock, Entropy& entropy, Runtimes runtimes, DispatcherOptions options);
  ~Dispatcher();
  Dispatcher(const Dispatcher&) = delete;
  Dispatcher& operator=(const Dispatcher&) = delete;

  // Takes over the state as of `applied`: pending jobs, open attempts. Attempts that this server
  // ran before it stopped are given up (cause: restart); leases of workers go on.
  void recover(const scheduler::State& state, Seq applied);
  void start();
  // Starts nothing more, stops runs, answers open long polls with nothing.
  void stop();

  // `done` gets the started jobs (perhaps none, after `wait`), on a dispatcher thread.
  void lease(LeaseRequest request,
             std::function<void(Result<std::vector<scheduler::StartedJob>>)> done);
  // A running attempt was asked to stop: passes it on when this server runs it.
  void stop_attempt(JobId job);

  QueueView queue(std::string_view definition) const;
  std::vector<WorkerRow> workers() const;
  DispatcherMetrics metrics() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace daybook::dispatch
