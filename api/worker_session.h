// A worker on a connection of its own: what it may hold, what it holds, what it says of it
// (docs/worker-protocol.md has the states). Knows no sockets.
//
//   message ─► frames ─┬─ hello, credits ─► subscriptions ─► Lease ──jobs──┐
//                      └─ reports, heartbeats ─► a batch ─► WorkerItems ──┴─► frames ─► message
//
// It leases, reports and extends by what the HTTP routes do it by (lease.h, attempts.h). Frames
// that came together are one batch, and what is to be said together is one message.
//
// On its shard's thread; what comes from elsewhere is posted there.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "api/call.h"
#include "api/lease.h"
#include "api/shard.h"
#include "api/worker_frames.h"
#include "api/worker_items.h"

namespace daybook::api {

// Of RFC 6455 section 7.4.1.
enum class CloseCode : std::uint16_t {
  kGoingAway = 1001,
  kNotText = 1003,
  kBadPayload = 1007,
  kPolicy = 1008,
  kTryAgain = 1013,
};

// Why a connection ends: that, and the code of an error.
struct WorkerEnd {
  CloseCode code = CloseCode::kPolicy;
  std::string reason;
};

class WorkerSession final : public std::enable_shared_from_this<WorkerSession> {
 public:
  // Called when there is something to write, or to read again, or the end is due.
  using Wake = std::function<void()>;

  WorkerSession(std::shared_ptr<Shard> shard, std::string peer, Caller caller, Wake wake);
  ~WorkerSession();

  // One text message, with what it holds of the memory of all connections. A control frame counts
  // as one too.
  void receive(std::string text, MemoryBudget::Share memory);
  void count_message();
  // For what comes or waits to be written: when others need it more, the connection ends.
  MemoryBudget::Share new_share();
  // All that came together has been received.
  void settle();
  // False while enough of what came is without an answer.
  bool may_receive() const;

  // What is to be written next, "" for nothing; the one before has been taken.
  std::string next_message();
  // Set once; what next_message() gives until then is still to be written.
  const std::optional<WorkerEnd>& ending() const { return end_; }
  bool has_said_hello() const { return ready_; }

  void end(WorkerEnd end);
  // Ends when what is under way has been answered.
  void drain();
  // Looks at what waits for a time; when next, zero for never.
  Micros tick(Micros now);
  // Nobody reads or writes any more.
  void close();

 private:
  class PollExchange;
  struct Lane {
    Subscription wish;
    std::size_t held = 0;
    std::size_t asked = 0;  // of the lease that is out; 0: none is
    std::function<void()> cancel;
    Micros asked_at;
    Micros rests_until;
  };
  struct Held {
    scheduler::Token token;
    std::size_t lane = 0;
  };
  // Items of one kind that came together, and which of them are whose.
  struct Part {
    std::int64_t id = 0;
    std::size_t first = 0;
    std::size_t count = 0;
    bool all = false;  // what is well is counted, not named
  };
  struct Batch {
    std::vector<Part> parts;
    std::vector<JsonValue> elements;
    std::vector<std::shared_ptr<const std::string>> texts;  // which these borrow
    std::size_t bytes = 0;
  };
  using BatchPtr = std::shared_ptr<Batch>;
  struct Out {
    std::string text;
    std::size_t lane = 0;
    std::optional<dispatch::LeasedJobs> leased;  // made text when it is written
    std::size_t bytes = 0;
  };

  // worker_session.cc
  void take(const std::shared_ptr<const std::string>& text, WorkerMessage message);
  void on(const HelloFrame& frame);
  void on(const CreditsFrame& frame);
  void refuse(const FrameFault& fault);
  void say(std::string frame);
  void say_error(std::optional<std::int64_t> id, const Error& error);
  void push(Out out);
  void release_out();
  std::string text_of(Out out);
  void look_for_end();
  bool is_let_in();
  template <typename Work>
  void post(Work work);
  CallPtr new_call() const;

  // worker_session_leases.cc
  void ask_all();
  void ask(std::size_t lane);
  void on_leased(std::size_t lane, Result<dispatch::LeasedJobs> leased);
  void hold(std::size_t lane, dispatch::LeasedJobs leased);
  void let_go(Seq started);
  void cancel_polls();
  void give_back_unsent();

  // worker_session_reports.cc
  void gather(Batch& batch, std::int64_t id, const std::vector<JsonValue>& items,
              const std::shared_ptr<const std::string>& text);
  void hand_in_reports();
  void hand_in_heartbeats();
  void extend_all(const HeartbeatFrame& frame);
  void on_reported(const Batch& batch, const WorkerItems& items);
  void on_extended(const Batch& batch, const WorkerItems& items);
  void note_over(const WorkerItems::Item& item);
  void count_fault(const WorkerItems::Item& item);
  void write_part(const WorkerItems& items, const Part& part, std::string_view type);

  const std::shared_ptr<Shard> shard_;
  const std::shared_ptr<Context> context_;
  const std::string peer_;
  const Caller caller_;
  Wake wake_;
  const std::shared_ptr<std::atomic<bool>> gone_ = std::make_shared<std::atomic<bool>>(false);

  bool ready_ = false;
  bool parsing_ = false;  // a large message, elsewhere
  bool draining_ = false;
  bool closed_ = false;
  std::optional<WorkerEnd> end_;
  std::string worker_;
  std::deque<Lane> lanes_;
  std::unordered_map<Seq, Held> held_;
  Batch reports_;
  Batch heartbeats_;
  std::size_t open_items_ = 0;  // handed in, without an outcome
  std::size_t faults_ = 0;      // in a row
  std::deque<Out> out_;
  std::size_t out_bytes_ = 0;
  MemoryBudget::Share out_memory_;  // once they are many
  bool counts_out_ = false;
  Micros second_;  // in which messages are counted
  std::size_t messages_ = 0;
};

}  // namespace daybook::api
