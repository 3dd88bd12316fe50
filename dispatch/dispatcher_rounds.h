// What the dispatcher does each time it wakes, without a thread: folds the log, reads its mail,
// lets the core decide and carries out what it decided. Driven by the dispatcher's thread; by hand
// in a simulation. Private to dispatch. One owner; mail(), lease() and the queries from any thread.
#pragma once

#include <atomic>
#include <chrono>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <semaphore>
#include <unordered_map>
#include <variant>
#include <vector>

#include "dispatch/absence.h"
#include "dispatch/core.h"
#include "dispatch/dispatcher.h"
#include "dispatch/mailbox.h"
#include "log/follower.h"
#include "scheduler/logical_time.h"

namespace daybook::dispatch {

class DispatcherRounds {
 public:
  struct RepliesArrived {
    std::uint64_t tag = 0;
    std::vector<Result<scheduler::Reply>> replies;
  };
  struct WaitEnded {  // of a poll, at the sequencer
    std::uint64_t waiter = 0;
    bool served = false;
  };
  struct RunEnded {
    std::shared_ptr<const scheduler::StartedJob> job;
    components::RunOutcome outcome;
  };
  struct PollArrived {
    PollId poll = 0;
    LeaseRequest request;
    LeaseAnswer done;
  };
  struct WaitBegun {
    PollId poll = 0;
  };
  struct PollCancelled {
    PollId poll = 0;
  };
  struct GivenBack {
    std::vector<scheduler::StartedJob> jobs;
  };
  struct StopAsked {
    JobId job;
  };
  struct Drain {};  // all_quiet() is told when nothing runs
  using Message = std::variant<RepliesArrived, WaitEnded, RunEnded, PollArrived, WaitBegun,
                               PollCancelled, GivenBack, StopAsked, Closing, Drain, Quit>;
  using Mail = Mailbox<Message>;

  // Everything that is passed in outlives it.
  DispatcherRounds(log::Log& log, scheduler::Sequencer& sequencer, const Clock& clock,
                   Entropy& entropy, DispatcherOptions options);

  void recover(const scheduler::State& state, Seq applied);
  // Before the first round.
  void begin();
  const std::shared_ptr<Mail>& mail() const { return mail_; }

  // How long there is nothing to do if no message comes and nobody pokes; nothing: for ever. To be
  // asked before each wait: its length tells whether this process stood still.
  std::optional<std::chrono::microseconds> patience();
  // With the messages that came, which it takes. False: it was the last one, and end() is due.
  bool round(std::vector<Message>& messages);
  // Whoever still waits for an answer gets one.
  void end();
  // Waits until nothing runs any more, after Drain.
  bool all_quiet(Duration at_most);

  // As Dispatcher's; `accepting`: polls are taken.
  PollId lease(LeaseRequest request, LeaseAnswer done);
  void accept(bool polls) { accepting_ = polls; }
  QueueView queue(std::string_view definition) const;
  WorkerList workers() const;
  DispatcherMetrics metrics() const;
  Seq applied() const;

 private:
  void look_at_clock();
  void say_alive();
  void notice_absence();
  Status fold();
  void give_up(const Error& error);
  void look_at_queue();
  void handle(Message&& message);
  void execute(Actions&& actions);
  components::Runtime* runtime_of(events::Runtime kind) const;
  void launch(Launch&& launch);
  LeaseAnswer answer_once(LeaseAnswer done);
  void wait(Wait&& wait);
  void send(Submit&& submit);
  void empty_outbox();
  Now query_now() const;

  // --- constant after construction, or with their own synchronisation ---
  log::Log& log_;
  scheduler::Sequencer& sequencer_;
  const Clock& clock_;
  Entropy& entropy_;
  const DispatcherOptions options_;
  const std::shared_ptr<Mail> mail_ = std::make_shared<Mail>();
  std::atomic<bool> accepting_{false};
  const std::shared_ptr<std::atomic<std::size_t>> polls_open_ =
      std::make_shared<std::atomic<std::size_t>>(0);
  std::atomic<PollId> last_poll_{0};
  std::binary_semaphore quiet_{0};  // nothing runs any more, once it is closing

  // --- guarded by mutex_: the owner holds it while it works with the core, queries while they look
  mutable std::mutex mutex_;
  Core core_;
  Now now_{};

  // --- of the owner ---
  struct Unsent {
    std::uint64_t tag = 0;
    scheduler::Request request;
  };
  std::optional<scheduler::LogicalTime> time_;
  Micros newest_event_{};
  Micros look_again_{};  // steady: whether the wall clock is still off
  bool was_off_ = false;
  Micros alive_again_{};  // steady
  Absence absence_;
  std::optional<log::Follower> follower_;
  std::deque<Unsent> outbox_;
  std::unordered_map<Seq, std::shared_ptr<components::Run>> runs_;
  bool blind_ = false;             // the log or the queue cannot be read any more
  bool overfull_ = false;          // the queue cannot be written: it takes more memory than it may
  bool closing_ = false;           // until `quiet_` is told
  std::optional<Micros> quit_by_;  // steady
};

}  // namespace daybook::dispatch
