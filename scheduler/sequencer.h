// The one writer: takes commands from a bounded inbox, decides them against the working state,
// appends their events in group commits, and answers when they are durable.
//
//   submit → inbox → [sequencer thread] decide, evolve, encode → group → [commit thread] append +
//   sync → replies
//
// While one group is being synced the next one fills; an idle log adds no delay: a lone small
// request is appended by the sequencer thread itself. Refusals are
// answered in order with the group of their time, so a refusal never rests on an event that is not
// yet durable (I4). Any failed append ends the process through `on_fatal` (I15): nothing is
// acknowledged after it. Threads: submit() and call() from any; answers run in order on the thread
// that appended, and must not block.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "access/token_table.h"

#include "base/clock.h"
#include "base/limits/state.h"
#include "base/result.h"
#include "log/log.h"
#include "scheduler/commands.h"
#include "scheduler/contract_check.h"
#include "scheduler/outcomes.h"
#include "scheduler/state.h"

namespace daybook::scheduler {

// key, with the SHA-256 of method, path, query and body: same key and body → the first outcome,
// other body → kConflict.
struct IdempotencyKey {
  std::string key;
  Hash body{};
};

using Answer = std::function<void(std::vector<Result<Reply>>)>;

// Commands of one caller, decided in order, each for itself: one may be refused while the next is
// accepted. Each command's events are one batch. An idempotency key goes with exactly one command;
// with none, the request asks what its outcome was: a reply as for a repeated one, or kNotFound
// "KEY_UNKNOWN".
struct Request {
  CommandId id;
  std::string actor = "system";
  Seq cause;
  std::vector<Command> commands;
  std::optional<IdempotencyKey> key;
  Answer answer;
  // A waiter that goes before the first command is decided. When its wait is over already, all are
  // refused: kConflict "WAITER_SERVED".
  std::uint64_t takes_back = 0;
};

// A worker that waits for a job of one of the definitions, none of which the queue holds as of an
// event. docs/adr/0017-a-job-and-its-start-share-a-sync.md.
struct Waiter {
  std::uint64_t number = 0;              // rising
  std::vector<std::string> definitions;  // each once
  std::size_t max = 1;                   // jobs
  Seq as_of;
  std::function<StartJob(JobId)> start;  // called on the sequencer thread
  // Whose id and actor the starts get; no commands. Answered once unless it is taken back: with the
  // replies of the starts, or with none when there is something in the queue after all.
  Request request;
};

// What the process may want to watch.
struct SequencerMetrics {
  std::uint64_t commands = 0;
  std::uint64_t refused = 0;
  std::uint64_t events = 0;
  std::uint64_t bytes = 0;
  std::uint64_t groups = 0;
  std::uint64_t inbox = 0;
  std::uint64_t sync_us_last = 0;
  std::uint64_t sync_us_total = 0;
  // Steps of the wall clock by kind, those ahead that were not believed at once, and by how much
  // the log's time is ahead of it now.
  std::uint64_t clock_back = 0;
  std::uint64_t clock_forward = 0;
  std::uint64_t clock_away = 0;
  std::uint64_t clock_slews = 0;
  std::uint64_t clock_held = 0;
  std::int64_t clock_ahead_us = 0;
  std::uint64_t pending_jobs = 0;
  std::uint64_t running_jobs = 0;
  std::uint64_t keys = 0;       // idempotency keys remembered
  std::uint64_t key_bytes = 0;  // the memory that they take
  std::uint64_t keys_max = 0;
  std::uint64_t keys_refused = 0;
  Seq snapshot;                       // newest decision state snapshot
  std::uint64_t waiters = 0;          // workers that wait
  std::uint64_t waiters_started = 0;  // jobs that were started for one, with what made them ready
};

struct SequencerOptions {
  // Refuses new work (jobs, definitions, components) but not its completion, e.g. at the disk
  // watermark; any thread.
  std::function<Status()> admit;
  // Called once, from the thread that appended, when the write path failed; must not return control
  // to acknowledgements.
  std::function<void(const Error&)> on_fatal;
  // Called on the sequencer thread between groups with the state as of the last encoded event once
  // it is durable and a snapshot is wanted; empty: no snapshots.
  std::function<Status(const State&, Seq, const Hash&)> snapshot;
  std::uint64_t snapshot_events = 1'000'000;
  // What parameters are checked with, on the sequencer thread; null: they are left to the runs.
  std::shared_ptr<ContractCheck> contracts{};
  // What became of the clocks, as a line for the server's log; on the sequencer thread.
  std::function<void(const std::string&)> on_clock;
  // The live tokens, at the start and whenever an event about them is durable, before it is
  // answered; by who appended.
  std::function<void(std::shared_ptr<const access::TokenTable>)> on_tokens;
  // Idempotency keys that are remembered at most.
  std::size_t keys_max = kIdempotencyKeysDefault;
};

class Sequencer {
 public:
  // `state` is the fold of the log up to log.last().
  Sequencer(log::Log& log, const Clock& clock, State state, SequencerOptions options);
  ~Sequencer();
  Sequencer(const Sequencer&) = delete;
  Sequencer& operator=(const Sequencer&) = delete;

  // The state that the dispatcher recovers from. Only before start() or after stop().
  const State& state() const;

  // kUnavailable "NO_THREAD"; then nothing runs.
  Status start();
  // Refuses new commands, finishes those in the inbox, takes a last snapshot.
  void stop();

  // What the two threads do, step by step on the caller's, in place of start(): for who drives the
  // whole server with one thread (tests/simulation). Decides what is in the inbox; appends the
  // group that was handed over, and answers. False: there was nothing. stop() then finishes
  // nothing.
  bool decide_by_hand();
  bool commit_by_hand();

  // kExhausted "INBOX_FULL" or kShutdown; then `answer` is never called and the request is
  // untouched.
  Status submit(Request&& request);
  // kShutdown; then `waiter` is untouched. It is seen with the next request: nothing else makes a
  // job. As many as wait (the caller bounds them).
  Status wait_for_job(Waiter&& waiter);
  // Submits one command and waits for its reply. Not from an answer.
  Result<Reply> call(Command command, std::string actor = "system", CommandId id = {});

  SequencerMetrics metrics() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace daybook::scheduler
