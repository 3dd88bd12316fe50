// Consumes the queue projection: starts what is due, runs it or hands it to a worker, reports
// outcomes, gives up expired leases and timeouts, sweeps retention. It talks to the log only
// through the sequencer, and after a restart it derives the open work from state.
//
// Threads: one dispatcher thread owns the queue, another sweeps retention; lease() and what is
// about it, stop_attempt() and the queries are safe from any thread.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "access/token_table.h"

#include "base/clock.h"
#include "base/entropy.h"
#include "base/limits/dispatch.h"
#include "base/supervisor.h"
#include "components/runtime.h"
#include "dispatch/effects.h"
#include "log/log.h"
#include "projections/queue.h"
#include "projections/views.h"
#include "scheduler/sequencer.h"

namespace spdlog {
class logger;
}

namespace daybook::dispatch {

// The runtimes that the server itself runs; absent: its jobs wait.
struct Runtimes {
  components::Runtime* exec = nullptr;
  components::Runtime* http = nullptr;
  components::Runtime* reactor = nullptr;
};

struct DispatcherOptions {
  Runtimes runtimes;
  std::size_t exec_slots = 4;     // child processes at once
  std::size_t http_slots = 64;    // requests at once
  std::size_t reactor_slots = 4;  // runs of the reactor language, some of them waiting for a thread
  EffectRules effects;
  bool retention = true;  // else ended jobs stay
  // Of which it is noted when their time is over; null: there are none.
  const access::TokenBook* tokens = nullptr;
  Duration drain{kRunDrainTimeoutUs};  // in which runs may end by themselves at stop()
  // Memory of jobs that wait for a wall time, the farther ones are in unnamed files in the
  // directory; zero: all are in memory.
  std::size_t queue_memory = 0;
  std::filesystem::path queue_directory{};
  std::shared_ptr<spdlog::logger> logger;  // null: silent
  // Called from the dispatcher's thread about once a second while an attempt is open.
  std::function<void()> on_alive;
  // Told when it cannot read the log or the queue's files any more (nothing starts after it), when
  // those cannot be written, and when retention stands still; null: nobody.
  Supervisor* supervisor = nullptr;
};

struct LeaseRequest {
  std::vector<std::string> definitions;
  std::size_t max = 1;
  Duration wait;  // long poll; zero answers at once
  // Its wait begins with begin_wait(), and until then it goes on.
  bool held = false;
  std::string worker;  // as it names itself
  std::string actor;   // who leases: stands in the event
  // One start is the key's one outcome, so that at most one job is leased.
  std::optional<scheduler::IdempotencyKey> key{};
};

// Why a definition that was asked for gives nothing, whatever is in the queue.
struct LeaseWarning {
  std::string definition;
  projections::Queue::ForWorkers why{};
};

// The started jobs, perhaps none. kShutdown when the server stops before the log has answered.
struct LeasedJobs {
  std::vector<scheduler::StartedJob> jobs;
  // Of the last start; `replayed`: the key had its outcome already, which the log tells.
  scheduler::Reply receipt{};
  std::vector<LeaseWarning> warnings{};  // when there are no jobs
};
using LeaseAnswer = std::function<void(Result<LeasedJobs>)>;
// One open lease(), for cancel_poll(). Rising: the order of coming.
using PollId = std::uint64_t;

struct WorkerRow {
  std::string worker;
  // Of its last lease(); null: none since the start, or more than is remembered of all workers.
  std::shared_ptr<const std::vector<std::string>> definitions;
  Micros last_seen;
  std::uint64_t leased = 0;  // attempts open now
};

struct WorkerList {
  Seq as_of;  // the last event it reflects
  std::vector<WorkerRow> rows;
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
  std::uint64_t reactor_running = 0;
  std::uint64_t waiting = 0;
  std::uint64_t waiting_on_disk = 0;  // of them
  std::uint64_t queue_bytes = 0;      // memory of the queue
  std::uint64_t ready = 0;
  std::uint64_t running = 0;
  std::uint64_t leases_waiting = 0;  // long polls open
  std::uint64_t removed = 0;         // by retention
  std::int64_t retention_behind_us = 0;
};

class Dispatcher {
 public:
  // Everything that is passed in outlives the dispatcher. Runtimes are shut down by stop().
  Dispatcher(log::Log& log, scheduler::Sequencer& sequencer, projections::Views& views,
             const Clock& clock, Entropy& entropy, DispatcherOptions options);
  ~Dispatcher();
  Dispatcher(const Dispatcher&) = delete;
  Dispatcher& operator=(const Dispatcher&) = delete;

  // Takes over the state as of `applied`: pending jobs, open attempts. Attempts that this server
  // ran before it stopped are given up (cause: restart); leases of workers go on.
  void recover(const scheduler::State& state, Seq applied);
  // kUnavailable "NO_THREAD".
  Status start();
  // Starts nothing more, answers open long polls with nothing, and those that come after; what runs
  // goes on. Before stop(), so that whoever polls has its answer while it can still be sent.
  void close();
  // close(); what runs may end within `drain`, then it is ended and given up at the next start.
  void stop();

  // `done` gets the started jobs once there are some, or none after `wait`; called once, on the
  // dispatcher's thread, on the one that made the start durable, or, when the request is refused,
  // by lease() itself: kInvalid for what is out of range, kExhausted "TOO_MANY_POLLS", kShutdown.
  // It must not block.
  PollId lease(LeaseRequest request, LeaseAnswer done);
  // The wait of a poll that is held begins now: what it waited for until then is durable. Nothing
  // when it was answered before.
  void begin_wait(PollId poll);
  // Nobody waits for that answer any more: no job is started for it from now on. `done` is still
  // called.
  void cancel_poll(PollId poll);
  // Jobs that an answer held which reached nobody: each goes, with its token, to the next poll for
  // its definition, while its lease lasts.
  void give_back(std::vector<scheduler::StartedJob> jobs);
  // Stops the attempt's run when this server runs it. For a cancellation there is no need to call
  // it: the dispatcher sees JobCancelRequested in the log.
  void stop_attempt(JobId job);

  QueueView queue(std::string_view definition) const;
  WorkerList workers() const;
  DispatcherMetrics metrics() const;
  // The last event it has seen: the log may be trimmed up to there (I16).
  Seq applied() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace daybook::dispatch
