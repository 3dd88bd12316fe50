// Delivers sendings: reads from the log what is pending, gives to the sender what is due, and
// reports what came of it through the sequencer. It holds nothing that the log does not say, so a
// restart goes on where the log stands: at least once (docs/guarantees.md).
//
//   log ──events──► pending, by due time ──content from the log──► sender ──delivery──┐
//                     ▲                                                               │
//                     └── SendingSent, …RetryScheduled, …Bounced ◄── ReportSending ◄──┘
//
// Threads: one of its own; metrics() and applied() from any thread. A message, the log's growth or
// the next due time wakes it; while a time of day is waited for it looks at the clock every half
// second, for the clock may be set.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "base/clock.h"
#include "base/entropy.h"
#include "base/supervisor.h"
#include "components/sender.h"
#include "log/log.h"
#include "scheduler/sequencer.h"

namespace spdlog {
class logger;
}

namespace daybook::dispatch {

struct OutboxOptions {
  std::size_t slots = 32;                  // tries at once
  std::shared_ptr<spdlog::logger> logger;  // null: silent
  // Told when it cannot read the log any more: nothing leaves after it. Null: nobody.
  Supervisor* supervisor = nullptr;
};

struct OutboxMetrics {
  std::uint64_t pending = 0;
  std::uint64_t sent = 0;  // since the start
  std::uint64_t failed = 0;
};

class Outbox {
 public:
  // Everything that is passed in outlives the outbox; the sender is shut down by stop().
  Outbox(log::Log& log, scheduler::Sequencer& sequencer, components::Sender& sender,
         const Clock& clock, Entropy& entropy, OutboxOptions options);
  ~Outbox();
  Outbox(const Outbox&) = delete;
  Outbox& operator=(const Outbox&) = delete;

  // Takes over the pending sendings of the state as of `applied`. Before start().
  void recover(const scheduler::State& state, Seq applied);
  // kUnavailable "NO_THREAD".
  Status start();
  // Starts no more tries and abandons those that go on; what was said by then is recorded.
  void stop();

  OutboxMetrics metrics() const;
  // It has seen all up to there that concerns it.
  Seq applied() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace daybook::dispatch
