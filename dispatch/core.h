// What the dispatcher decides, without threads, clocks or I/O: events, replies, outcomes and polls
// go in, actions come out. Driven by the dispatcher's thread; by hand in tests.
//
//   apply(event)…  on_replies(…)  on_outcome(…)  add_poll(…)      then      step(now) → Actions
//
// A job that this server runs: take → StartJob → reply → Launch → outcome → ReportAttempt. A job of
// a worker: poll → take_for_worker → StartJob → reply → Answer. The log alone says what is open: an
// attempt is entered by JobStarted and removed by the event that ends it, whoever caused it.
// Private to dispatch. One owner.
#pragma once

#include <cstdint>
#include <deque>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <variant>
#include <vector>

#include "base/entropy.h"
#include "components/runtime.h"
#include "dispatch/actions.h"
#include "dispatch/dispatcher.h"
#include "dispatch/effects.h"
#include "dispatch/lease_polls.h"
#include "dispatch/open_attempts.h"
#include "dispatch/workers.h"
#include "events/types.h"
#include "projections/queue.h"
#include "scheduler/commands.h"
#include "scheduler/outcomes.h"
#include "scheduler/state.h"

namespace daybook::dispatch {

// Logical time for what stands in the log; steady time for waiting.
struct Now {
  Micros logical;
  Micros steady;
};

// Slots of the runtimes that the server itself has; 0: its jobs wait.
struct CoreOptions {
  std::size_t exec_slots = 0;
  std::size_t http_slots = 0;
  std::size_t reactor_slots = 0;
  EffectRules effects{};
  // Memory of jobs that wait for a wall time, and where the others go; zero: all are in memory.
  std::size_t queue_memory = 0;
  std::filesystem::path queue_directory{};
};

class Core {
 public:
  Core(CoreOptions options, Entropy& entropy);

  // Before everything else: the state as of `applied`. worker_of: who holds the attempt that began
  // with that event, which only the log knows; "" when it does not know either.
  using WorkerOf = std::function<std::string(Seq started)>;
  void recover(const scheduler::State& state, Seq applied, const WorkerOf& worker_of);
  // The next event of the log.
  void apply(const events::Recorded& recorded);

  // `poll` rises with every call.
  void add_poll(PollId poll, LeaseRequest request, LeaseAnswer done, const Now& now);
  // The wait of a held one begins; until then it has no end.
  void begin_wait(PollId poll, const Now& now);
  void cancel_poll(PollId poll);
  // Started jobs that their worker was not told of.
  void give_back(std::vector<scheduler::StartedJob> jobs);
  void on_replies(std::uint64_t tag, std::vector<Result<scheduler::Reply>> replies, const Now& now);
  // The wait of a poll at the sequencer is over. served: it has been answered.
  void on_waiter(std::uint64_t waiter, bool served);
  // A launched run is over; each launch has exactly one outcome.
  void on_outcome(const scheduler::StartedJob& job, components::RunOutcome outcome, const Now& now);
  void stop_attempt(JobId job);
  // From now on nothing is proposed to start or given up; open polls are answered with nothing.
  // What was proposed before is launched.
  void close();

  bool has_open() const { return open_.size() > 0; }
  // This process did not run for so long: the log is told before anything is given up for it.
  void note_away(Duration by);
  // All of that has been answered: a start after a crash would know of it.
  bool away_is_noted() const { return aways_in_flight_ == 0; }
  // The wall clock is not where the log puts it, or is there again. False: one that was noted
  // before has not been answered yet.
  bool note_clock();

  // Proposes what can be proposed now.
  void step(const Now& now);
  Actions take_actions();
  // How long step() has nothing to do if nothing comes in; nothing when that is for ever.
  std::optional<Duration> idle(const Now& now) const;

  Seq applied() const { return applied_; }
  const events::ClockOffsets& offsets() const { return offsets_; }
  bool has_unanswered() const { return !batches_.empty() || !reports_.empty(); }
  // No run is out, and no start that would make one.
  bool all_ended() const { return starts_in_flight_ == 0 && runs_.empty() && late_.empty(); }
  // No replies will come any more: polls that wait for one are told so.
  void abandon();
  QueueView queue(std::string_view definition, Micros now) const;
  // What became of the queue's part on disk: projections/queue.h.
  const projections::Queue& pending() const { return queue_; }
  std::vector<WorkerRow> workers() const { return workers_.rows(); }
  DispatcherMetrics metrics(Micros now) const;

 private:
  // What was submitted under a tag, in the order of its commands.
  struct Starts {
    std::vector<JobId> jobs;
    std::vector<std::optional<events::Runtime>> slots;  // that each holds
  };
  struct Leases {
    Poll poll;
    std::vector<JobId> jobs;  // none: its waiter is taken back
    bool served = false;      // by its waiter, meanwhile
  };
  struct Reports {
    std::vector<scheduler::Token> tokens;
    std::vector<JobId> jobs;
  };
  struct Expiries {
    std::vector<OpenAttempts::Over> attempts;
  };
  struct Noted {
    bool clock = false;  // what note_clock() sent, not note_away()
  };
  using Batch = std::variant<Starts, Leases, Reports, Expiries, Noted>;
  using Replies = std::vector<Result<scheduler::Reply>>;

  // core_fold.cc
  void on(const events::JobStarted& event, const events::Meta& meta);
  void on(const events::JobCancelRequested& event);
  void on(const events::LeaseExtended& event, Micros time);
  void end(JobId job);
  Micros running(Micros logical) const {
    return logical.value == 0 ? logical : offsets_.running(logical);
  }

  // core_replies.cc
  void answer(Starts& batch, Replies& replies, const Now& now);
  void answer(Leases& batch, Replies& replies, const Now& now);
  void answer(Reports& batch, Replies& replies, const Now& now);
  void answer(Expiries& batch, Replies& replies, const Now& now);
  void answer(Noted& batch, Replies& replies, const Now& now);
  void refused(JobId job, const Error& error, const Now& now);
  void launch(scheduler::StartedJob&& job, std::optional<events::Runtime> slot, const Now& now);
  void launch_late(const Now& now);
  std::size_t slots_in_all(events::Runtime runtime) const;

  // core.cc
  void propose_expiries(const Now& now);
  void propose_reports();
  void propose_starts(const Now& now);
  void serve_polls(const Now& now);
  LeasedJobs nothing_for(const LeaseRequest& request) const;
  std::size_t& lane_of(const std::optional<events::Runtime>& slot);
  void report_unsure(const Now& now);
  bool serve(Poll& poll, const Now& now);
  void wait_for_jobs();
  void keep_poll(Poll poll);
  void end_poll(Poll poll);
  Submit& take_back(Poll poll);
  Leases* leases_of(PollId poll);
  bool has_undelivered(const Poll& poll) const;
  bool serve_undelivered(Poll& poll, const Now& now);
  Submit& submit(Batch batch, std::string actor, std::vector<scheduler::Command> commands);
  std::size_t* slots_of(events::Runtime runtime);
  void give_slot_back(std::optional<events::Runtime> runtime);

  Entropy& entropy_;
  projections::Queue queue_;
  OpenAttempts open_;
  Workers workers_;
  LeasePolls polls_;
  std::vector<PollId> waiterless_;  // polls that may wait at the sequencer, and do not yet
  std::unordered_map<std::uint64_t, PollId> waiters_;
  Seq applied_;
  events::ClockOffsets offsets_;
  std::size_t exec_free_;
  std::size_t http_free_;
  std::size_t reactor_free_;
  const CoreOptions options_;
  std::uint64_t last_tag_ = 0;
  std::map<std::uint64_t, Batch> batches_;  // without a reply yet
  // Proposed and without a reply, in three lanes: none of them fills the others' room. Those that
  // the server runs are bounded by its slots.
  std::size_t starts_in_flight_ = 0;
  std::size_t failures_in_flight_ = 0;
  std::size_t leases_in_flight_ = 0;
  std::size_t expiries_in_flight_ = 0;
  bool clock_in_flight_ = false;
  int aways_in_flight_ = 0;
  std::deque<scheduler::ReportAttempt> reports_;
  // Of programs that were ended by a signal which this server may be about to get too.
  struct Unsure {
    Micros until;  // steady; then it was not so
    scheduler::ReportAttempt report;
  };
  std::deque<Unsure> unsure_;
  // Leased, and their answers reached nobody; by definition. Those that are over since are dropped
  // when their definition is looked at. A poll without a key takes from here before anything is
  // started for it: so there are no more than the answers that were out at once held.
  std::map<std::string, std::vector<scheduler::StartedJob>, std::less<>> undelivered_;
  // Attempts of an earlier start of this server: given up once this start stands in the log.
  std::vector<OpenAttempts::Over> lost_;
  Seq server_started_;
  // Runs that were launched and have no outcome yet, by their JobStarted event, with the slot that
  // each holds.
  std::unordered_map<Seq, std::optional<events::Runtime>> runs_;
  // Started, and of another runtime than when they were proposed: they wait for a slot of it.
  std::deque<scheduler::StartedJob> late_;
  // After a refusal that the queue did not foresee: no proposals until then, so that a difference
  // of opinion costs a few commands a second, not a core.
  std::optional<Micros> held_until_;  // steady
  bool closed_ = false;
  std::uint64_t started_ = 0;
  std::uint64_t start_refused_ = 0;
  std::uint64_t expired_ = 0;
  Actions actions_;
};

}  // namespace daybook::dispatch
