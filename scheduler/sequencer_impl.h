// What the sequencer is made of: which thread owns what. Private to sequencer*.cc.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "base/bell.h"
#include "base/check.h"
#include "events/group.h"
#include "scheduler/decide.h"
#include "scheduler/job_parameters.h"
#include "scheduler/logical_time.h"
#include "scheduler/sequencer.h"
#include "scheduler/sequencer_counters.h"
#include "scheduler/waiters.h"

namespace daybook::scheduler {

// A request whose commands are decided and whose events are in the group.
struct Decided {
  Answer answer;
  std::vector<Result<Reply>> replies;
};

// What goes to the commit thread: a group, perhaps empty, and who waits for it.
struct Commit {
  events::Group group;
  std::vector<Decided> decided;
  std::size_t requests = 0;                            // of `decided`; the others waited for a job
  std::shared_ptr<const access::TokenTable> tokens{};  // when the group changes them
};

struct Sequencer::Impl {
  Impl(log::Log& log_in, const Clock& clock, State state_in, SequencerOptions options_in)
      : log(log_in),
        time(clock, state_in.time(), state_in.offsets()),
        state(std::move(state_in)),
        options(std::move(options_in)),
        writer(log.last(), log.last_chain(), state.epoch()),
        deciding(log),
        answering(log) {
    DAYBOOK_CHECK(state.applied() == log.last(),
                  "the sequencer starts from the fold of the whole log");
    snapshot_at = state.applied().value;
    token_changes = state.token_changes();
    if (options.on_tokens) {
      options.on_tokens(table_of(state));
    }
    counters.count(state, time, waiters);
  }

  // --- constant after construction, or with their own synchronisation ---
  log::Log& log;
  Bell wake_sequencer;
  std::thread sequencer_thread;
  std::thread commit_thread;
  std::atomic<bool> failed{false};
  bool by_hand = true;  // no threads: their steps are taken by the caller

  // --- sequencer thread only ---
  LogicalTime time;
  State state;
  SequencerOptions options;
  events::GroupWriter writer;
  Decision decision;
  Waiters waiters;
  Commit filling;
  std::uint64_t snapshot_at = 0;
  std::uint64_t token_changes = 0;  // that the newest table shows
  JobParameters deciding;

  // --- of who commits: one group at a time ---
  JobParameters answering;

  // --- guarded by mutex ---
  std::mutex mutex;
  std::condition_variable wake_commit;
  std::condition_variable commit_done;
  std::vector<Request> inbox;
  std::vector<Waiter> new_waiters;
  std::size_t inbox_commands = 0;
  bool closed = false;        // no more requests
  bool commit_busy = false;   // a group is handed over or being appended
  bool commit_waits = false;  // the commit thread has answered all and waits for the next group
  bool handed_over = false;   // `handed` waits for the commit thread
  bool sequencer_done = false;
  Commit handed;
  std::vector<std::uint8_t> spare;  // memory of the last group, for the next

  SequencerCounters counters;

  void run_sequencer();
  void run_commit();
  bool take_inbox(std::vector<Request>& out);
  void take_requests(std::vector<Request>& out);
  void decide_all(std::vector<Request>& batch);
  bool take_company(std::vector<Request>& out);
  bool commit_handed();
  void process(Request& request);
  Result<Reply> process(const Request& request, const Command& command, const Error* closed_by);
  void serve_waiters(const Error* closed_by);
  Micros now();
  std::optional<Result<Reply>> known_key(const Request& request, Micros now) const;
  Status decide_command(Context context, const Command& command);
  Status settle(Seq seq);
  Reply record(const Request& request);
  void record_clock();
  void note_clock(const events::ClockStepped& step);
  void hand_over();
  void hand_over_if_full();
  void commit(Commit&& commit);
  void wait_for_commit();
  void maybe_snapshot(bool last);
  void add_events(std::vector<Decided>& decided, Seq first) const;
  void fail_for_good(const Error& error);
  static std::shared_ptr<const access::TokenTable> table_of(const State& state);
  static void answer_all(Commit& commit, const Status& done);
};

}  // namespace daybook::scheduler
