// What the outbox does each time it wakes, without a thread: takes what has come, folds the log,
// gives to the sender what is due, reports what came of it. Driven by the outbox's thread; by hand
// in a simulation. Private to dispatch. One owner; metrics() and applied() from any thread.
#pragma once

#include <chrono>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <variant>
#include <vector>

#include "dispatch/mailbox.h"
#include "dispatch/outbox.h"
#include "dispatch/outbox_queue.h"
#include "log/follower.h"
#include "scheduler/logical_time.h"

namespace daybook::dispatch {

class OutboxRounds {
 public:
  struct Delivered {
    PendingSending sending;
    components::Delivery delivery;
  };
  struct Reported {
    SendingId sending;
    Result<scheduler::Reply> reply;
  };
  using Message = std::variant<Delivered, Reported, Closing, Quit>;
  using Mail = Mailbox<Message>;

  // Everything that is passed in outlives it.
  OutboxRounds(log::Log& log, scheduler::Sequencer& sequencer, components::Sender& sender,
               const Clock& clock, Entropy& entropy, OutboxOptions options);

  void recover(const scheduler::State& state, Seq applied);
  // Follows the log from here on: it pokes the mailbox.
  void begin();
  // Where messages come in, from any thread.
  const std::shared_ptr<Mail>& mail() const { return mail_; }

  // How long there is nothing to do if no message comes and nobody pokes; nothing: for ever.
  std::optional<std::chrono::microseconds> patience();
  // With the messages that came, which it takes. False: it was the last one.
  bool round(std::vector<Message>& messages);

  OutboxMetrics metrics() const;
  Seq applied() const;

 private:
  Status fold();
  void give_up(const Error& error);
  void handle(Message&& message);
  void start_due();
  void try_one(const PendingSending& sending);
  void hold(const PendingSending& sending, Transport transport);
  void report(scheduler::ReportSending report);
  void empty_reports();
  Micros running_now() {
    return queue_.offsets().running(std::max(time_->follow(), newest_event_));
  }

  // --- constant after construction, or with their own synchronisation ---
  log::Log& log_;
  scheduler::Sequencer& sequencer_;
  components::Sender& sender_;
  const Clock& clock_;
  Entropy& entropy_;
  const OutboxOptions options_;
  const std::shared_ptr<Mail> mail_ = std::make_shared<Mail>();
  std::optional<log::Subscription> grown_;

  // --- guarded by mutex_ ---
  mutable std::mutex mutex_;
  OutboxQueue queue_;
  Seq applied_;
  OutboxMetrics counted_;

  // --- of the owner ---
  std::optional<scheduler::LogicalTime> time_;
  Micros newest_event_{};
  std::optional<log::Follower> follower_;
  std::deque<scheduler::Request> unsent_;
  std::size_t trying_ = 0;
  std::size_t unanswered_ = 0;
  bool closed_ = false;
  bool blind_ = false;             // the log cannot be read any more
  std::optional<Micros> quit_by_;  // steady
};

}  // namespace daybook::dispatch
