#include "scheduler/sequencer.h"

#include <algorithm>
#include <array>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>

#include "base/bell.h"
#include "base/check.h"
#include "base/limits/write_path.h"
#include "base/thread.h"
#include "events/group.h"
#include "log/tail.h"
#include "scheduler/clock_note.h"
#include "scheduler/decide.h"
#include "scheduler/job_parameters.h"
#include "scheduler/key_room.h"
#include "scheduler/logical_time.h"
#include "scheduler/sequencer_counters.h"
#include "scheduler/state_parts.h"

namespace daybook::scheduler {
namespace {

// What rings the sequencer's bell: a request, or the end.
constexpr Bell::Sounds kAsked = 1;

// A request whose commands are decided and whose events are in the group.
struct Decided {
  Answer answer;
  std::vector<Result<Reply>> replies;
};

// A lone request of at most so many events is appended by the sequencer thread itself: a hand-over
// would cost it more than it could win by deciding meanwhile.
constexpr std::size_t kLoneEvents = 16;

// What goes to the commit thread: a group, perhaps empty, and who waits for it.
struct Commit {
  events::Group group;
  std::vector<Decided> decided;
};

}  // namespace

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
    counters.count(state, time);
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
  Commit filling;
  std::uint64_t snapshot_at = 0;
  JobParameters deciding;

  // --- of who commits: one group at a time ---
  JobParameters answering;

  // --- guarded by mutex ---
  std::mutex mutex;
  std::condition_variable wake_commit;
  std::condition_variable commit_done;
  std::vector<Request> inbox;
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
  void decide_all(std::vector<Request>& batch);
  bool take_company(std::vector<Request>& out);
  bool commit_handed();
  void process(Request& request);
  Result<Reply> process(const Request& request, const Command& command, const Error* closed_by);
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
  static void answer_all(Commit& commit, const Status& done);
};

void Sequencer::Impl::run_sequencer() {
  std::vector<Request> batch;
  while (take_inbox(batch)) {
    decide_all(batch);
  }
  wait_for_commit();
  maybe_snapshot(true);
  {
    const std::lock_guard lock(mutex);
    sequencer_done = true;
  }
  wake_commit.notify_all();
}

void Sequencer::Impl::decide_all(std::vector<Request>& batch) {
  const auto process_all = [&] {
    for (Request& request : batch) {
      process(request);
    }
    batch.clear();
  };
  process_all();
  if (take_company(batch)) {
    process_all();
  }
  hand_over();
  maybe_snapshot(false);
}

// What came while the group before was being synced goes with this one, which waited for that: it
// would have a sync of its own otherwise.
bool Sequencer::Impl::take_company(std::vector<Request>& out) {
  std::unique_lock lock(mutex);
  if (by_hand || !commit_busy) {
    return false;
  }
  commit_done.wait(lock, [&] { return !commit_busy; });
  out.swap(inbox);
  inbox_commands = 0;
  return !out.empty();
}

// Waits for requests; false when closed and drained. What comes while a group is syncing is what
// the next group holds: group commit without a timer.
bool Sequencer::Impl::take_inbox(std::vector<Request>& out) {
  for (;;) {
    {
      const std::lock_guard lock(mutex);
      if (!inbox.empty()) {
        out.swap(inbox);
        inbox_commands = 0;
        return true;
      }
      if (closed) {
        return false;
      }
    }
    static_cast<void>(wake_sequencer.wait(kAsked));
  }
}

void Sequencer::Impl::process(Request& request) {
  Decided decided;
  decided.answer = std::move(request.answer);
  decided.replies.reserve(request.commands.size());
  std::optional<Error> closed_by;
  if (options.admit) {
    if (Status open = options.admit(); !open) {
      closed_by = open.error();
    }
  }
  if (request.commands.empty() && request.key) {
    decided.replies.push_back(
        known_key(request, now())
            .value_or(fail(Code::kNotFound, "KEY_UNKNOWN", "the key has not been used")));
  }
  for (const Command& command : request.commands) {
    decided.replies.push_back(process(request, command, closed_by ? &*closed_by : nullptr));
    counters.commands.fetch_add(1, std::memory_order_relaxed);
    if (!decided.replies.back()) {
      counters.refused.fetch_add(1, std::memory_order_relaxed);
    }
    hand_over_if_full();  // the answer goes with the last of the request's groups
  }
  filling.decided.push_back(std::move(decided));
}

std::optional<Result<Reply>> Sequencer::Impl::known_key(const Request& request, Micros now) const {
  const IdempotencyKey& key = *request.key;
  const auto use = state.find_key(key.key, now, request.actor);
  if (!use) {
    return std::nullopt;
  }
  constexpr std::size_t kCompared = 16;  // what is remembered of every use
  if (!std::equal(use->body.begin(), use->body.begin() + kCompared, key.body.begin())) {
    return fail(Code::kConflict, "IDEMPOTENCY_KEY_REUSED", "the key was used with another request",
                "Idempotency-Key");
  }
  return Reply{use->first, use->last, use->chain, use->time, true, Done{}};
}

// Decides, with what the decision wants to know of the log. That the log cannot be read there ends
// the server, as if it could not be written (I15): what stands in it would not be done.
Status Sequencer::Impl::decide_command(Context context, const Command& command) {
  DAYBOOK_TRY(decide(context, command, decision));
  if (const auto job = decision.wants) {
    DAYBOOK_TRY(settle(job->key()));
    const auto parameters = deciding.of(*job);
    if (!parameters) {
      fail_for_good(parameters.error());
      return fail(parameters.error());
    }
    context.parameters = &*parameters;
    DAYBOOK_TRY(decide(context, command, decision));
    DAYBOOK_CHECK(!decision.wants, "a decision wants parameters once");
  }
  if (const auto* trim = std::get_if<RecordTrim>(&command)) {
    // What it takes from the log and is still needed.
    DAYBOOK_TRY(settle(trim->through));
    return deciding.keep(state, trim->through);
  }
  return {};
}

// Makes what was decided so far durable, when that event is part of it: nobody reads it before.
Status Sequencer::Impl::settle(Seq seq) {
  if (seq > log.last()) {
    hand_over();
    wait_for_commit();
  }
  return failed.load() ? fail(Code::kUnknownOutcome, "OUTCOME_UNKNOWN",
                              "the server is stopping after a failed write")
                       : Status();
}

Result<Reply> Sequencer::Impl::process(const Request& request, const Command& command,
                                       const Error* closed_by) {
  const bool starts = std::holds_alternative<StartServer>(command);
  const Micros at = starts ? time.next() : now();
  const Context context{state, at, writer.next_seq(), closed_by, nullptr, options.contracts.get()};
  if (request.key) {
    if (auto known = known_key(request, context.now)) {
      return std::move(*known);
    }
  }
  bool remembered = false;
  if (request.key) {
    const auto room = remembers_key(state.parts().keys, request.actor, command,
                                    state.running(context.now), options.keys_max);
    counters.keys_refused.fetch_add(room ? 0 : 1, std::memory_order_relaxed);
    DAYBOOK_ASSIGN(remembered, room);
  }
  DAYBOOK_TRY(decide_command(context, command));
  // With a key, that nothing changed is an outcome too: the key then stands alone.
  if (decision.events.empty() && !remembered) {
    return Reply{decision.past, decision.past, {}, context.now, false, std::move(decision.outcome)};
  }
  if (starts) {
    writer.set_epoch(Epoch{state.epoch().value + 1});
  }
  if (remembered) {
    decision.events.emplace_back(
        events::IdempotencyKeyUsed{request.key->key, request.key->body, context.next_seq});
  }
  Reply reply = record(request);
  if (starts) {
    record_clock();  // behind the event that begins the epoch
  }
  return reply;
}

// The time for the next command. What is decided rests on how the clocks stand, so that stands in
// the log first.
Micros Sequencer::Impl::now() {
  const std::uint64_t held = time.held();
  const Micros out = time.next();
  if (time.held() != held && options.on_clock) {
    options.on_clock(describe_held(time.wrong()));
  }
  record_clock();
  return out;
}

void Sequencer::Impl::note_clock(const events::ClockStepped& step) {
  ++counters.clock_steps[static_cast<std::size_t>(step.kind)];
  // Coming nearer goes on for as long as the clock was set back, in small parts.
  if (options.on_clock && step.kind != events::ClockStep::kSlew) {
    options.on_clock(describe(step));
  }
}

void Sequencer::Impl::record_clock() {
  if (const auto step = time.take_step()) {
    decision.clear();
    decision.events.emplace_back(*step);
    record({});
  }
}

// Encodes the decided events as one batch and folds them into the working state.
Reply Sequencer::Impl::record(const Request& request) {
  const Micros now = time.current();
  const Seq first = writer.next_seq();
  const Seq cause = request.cause.value != 0 ? request.cause : decision.cause;
  writer.add({request.id, request.actor, now, cause}, decision.events);
  events::Recorded recorded;
  recorded.meta = {first, now, request.id, cause, {}, 0, 0, request.actor};
  for (events::Event& event : decision.events) {
    if (const auto* step = std::get_if<events::ClockStepped>(&event)) {
      note_clock(*step);
    }
    recorded.event = std::move(event);
    evolve(state, recorded, writer.chain());
    recorded.meta.seq = next(recorded.meta.seq);
  }
  const Seq last{writer.next_seq().value - 1};
  return Reply{first, last, writer.chain(), now, false, std::move(decision.outcome)};
}

void Sequencer::Impl::hand_over_if_full() {
  const events::Group& group = writer.pending();
  if (group.count >= kBatchEventsMax || group.bytes.size() >= kBatchBytesMax) {
    hand_over();
  }
}

// Passes the filled group to the commit thread, waiting while it works on the one before. When
// there is nothing to decide meanwhile, this thread commits it: that saves a wake-up, and answers
// keep their order, since the commit thread has none left.
void Sequencer::Impl::hand_over() {
  if (filling.decided.empty() && writer.pending().empty()) {
    return;
  }
  counters.count(state, time);
  if (by_hand) {
    commit_handed();
  }
  std::unique_lock lock(mutex);
  commit_done.wait(lock, [&] { return !commit_busy; });
  filling.group = writer.take(std::move(spare));
  commit_busy = true;
  if (filling.decided.size() == 1 && filling.group.count <= kLoneEvents && inbox.empty() &&
      commit_waits) {
    lock.unlock();
    commit(std::exchange(filling, Commit{}));
    return;
  }
  handed = std::exchange(filling, Commit{});
  handed_over = true;
  lock.unlock();
  wake_commit.notify_one();
}

void Sequencer::Impl::wait_for_commit() {
  if (by_hand) {
    commit_handed();
  }
  std::unique_lock lock(mutex);
  commit_done.wait(lock, [&] { return !commit_busy; });
}

// A snapshot is of durable state only (I9): the group in flight is waited for first.
void Sequencer::Impl::maybe_snapshot(bool last) {
  const std::uint64_t since = state.applied().value - snapshot_at;
  if (!options.snapshot || since == 0 || (!last && since < options.snapshot_events)) {
    return;
  }
  wait_for_commit();
  if (failed.load()) {
    return;
  }
  // A refused snapshot (one is still being written) is tried again a tenth of the interval later.
  const Status taken = options.snapshot(state, state.applied(), writer.chain());
  snapshot_at =
      taken ? state.applied().value : state.applied().value - options.snapshot_events * 9 / 10;
  if (taken) {
    counters.snapshot = state.applied().value;
  }
}

void Sequencer::Impl::run_commit() {
  for (;;) {
    {
      std::unique_lock lock(mutex);
      commit_waits = true;
      wake_commit.wait(lock, [&] { return handed_over || sequencer_done; });
      if (!handed_over) {
        return;
      }
      commit_waits = false;
    }
    commit_handed();
  }
}

bool Sequencer::Impl::commit_handed() {
  Commit next;
  {
    const std::lock_guard lock(mutex);
    if (!std::exchange(handed_over, false)) {
      return false;
    }
    next = std::exchange(handed, Commit{});
  }
  commit(std::move(next));
  return true;
}

// On the commit thread, or on the sequencer thread while that one waits: one group at a time.
void Sequencer::Impl::commit(Commit&& commit) {
  Status done;
  if (failed.load()) {
    done = fail(Code::kUnknownOutcome, "OUTCOME_UNKNOWN",
                "the server is stopping after a failed write");
  } else if (!commit.group.empty()) {
    // If we stop before append returns, nobody was answered and the group is whole or absent
    // (I3).
    const auto before = std::chrono::steady_clock::now();
    done = log.append(commit.group);
    const auto took = std::chrono::steady_clock::now() - before;
    const auto us = static_cast<std::uint64_t>(
        std::chrono::duration_cast<std::chrono::microseconds>(took).count());
    counters.sync_us_last = us;
    counters.sync_us_total += us;
    if (done) {
      counters.events += commit.group.count;
      counters.bytes += commit.group.bytes.size();
      ++counters.groups;
    }
  }
  // Known before the sequencer goes on, else it could take a snapshot of what is not durable
  // (I9).
  const bool fatal = !done && !failed.exchange(true);
  {
    const std::lock_guard lock(mutex);
    spare = std::move(commit.group.bytes);
    commit_busy = false;
  }
  commit_done.notify_all();
  if (done && !commit.group.empty()) {
    add_events(commit.decided, commit.group.first);
    for (Decided& one : commit.decided) {
      if (Status known = answering.add_to(one.replies); !known) {
        fail_for_good(known.error());
        done = std::move(known);
      }
    }
  }
  answer_all(commit, done);
  if (fatal && options.on_fatal) {
    options.on_fatal(done.error());
  }
}

// What was written in an earlier group of a long request is left to be looked up.
void Sequencer::Impl::add_events(std::vector<Decided>& decided, Seq first) const {
  const auto events = log.tail().find(first);
  for (Decided& one : decided) {
    for (Result<Reply>& reply : one.replies) {
      if (reply && reply->first >= first && !reply->replayed) {
        reply->events = events;
      }
    }
  }
}

void Sequencer::Impl::fail_for_good(const Error& error) {
  if (!failed.exchange(true) && options.on_fatal) {
    options.on_fatal(error);
  }
}

void Sequencer::Impl::answer_all(Commit& commit, const Status& done) {
  for (Decided& decided : commit.decided) {
    if (!done) {
      for (Result<Reply>& reply : decided.replies) {
        reply = fail(Code::kUnknownOutcome, "OUTCOME_UNKNOWN", done.error().message);
      }
    }
    if (decided.answer) {
      decided.answer(std::move(decided.replies));
    }
  }
}

Sequencer::Sequencer(log::Log& log, const Clock& clock, State state, SequencerOptions options)
    : impl_(std::make_unique<Impl>(log, clock, std::move(state), std::move(options))) {}

Sequencer::~Sequencer() {
  stop();
}

const State& Sequencer::state() const {
  DAYBOOK_CHECK(!impl_->sequencer_thread.joinable(), "the state belongs to the sequencer thread");
  return impl_->state;
}

Status Sequencer::start() {
  DAYBOOK_ASSIGN(std::thread commits, start_thread("commit", [this] { impl_->run_commit(); }));
  impl_->by_hand = false;
  auto decides = start_thread("sequencer", [this] { impl_->run_sequencer(); });
  if (!decides) {
    {
      const std::lock_guard lock(impl_->mutex);
      impl_->sequencer_done = true;
    }
    impl_->wake_commit.notify_all();
    commits.join();
    return fail(decides.error());
  }
  impl_->sequencer_thread = std::move(*decides);
  impl_->commit_thread = std::move(commits);
  return {};
}

void Sequencer::stop() {
  {
    const std::lock_guard lock(impl_->mutex);
    impl_->closed = true;
  }
  impl_->wake_sequencer.ring(kAsked);
  if (impl_->sequencer_thread.joinable()) {
    impl_->sequencer_thread.join();
    impl_->commit_thread.join();
  }
}

bool Sequencer::decide_by_hand() {
  DAYBOOK_CHECK(impl_->by_hand, "the sequencer has no threads");
  std::vector<Request> batch;
  {
    const std::lock_guard lock(impl_->mutex);
    batch.swap(impl_->inbox);
    impl_->inbox_commands = 0;
  }
  const bool any = !batch.empty();
  impl_->decide_all(batch);
  return any;
}

bool Sequencer::commit_by_hand() {
  DAYBOOK_CHECK(impl_->by_hand, "the sequencer has no threads");
  return impl_->commit_handed();
}

Status Sequencer::submit(Request&& request) {
  DAYBOOK_CHECK(!request.key || request.commands.size() <= 1, "a key goes with one command");
  {
    const std::lock_guard lock(impl_->mutex);
    if (impl_->closed) {
      return fail(Code::kShutdown, "SHUTTING_DOWN", "the server is stopping");
    }
    // A request may bring more than there is room for when nothing else waits.
    const std::size_t commands = std::max<std::size_t>(request.commands.size(), 1);
    if (impl_->inbox_commands > 0 && impl_->inbox_commands + commands > kInboxCommandsMax) {
      return fail(Code::kExhausted, "INBOX_FULL", "too many commands are waiting; try again");
    }
    impl_->inbox_commands += commands;
    impl_->inbox.push_back(std::move(request));
    if (impl_->inbox.size() > 1) {
      return {};  // the sequencer has been woken for the first
    }
  }
  impl_->wake_sequencer.ring(kAsked);
  return {};
}

SequencerMetrics Sequencer::metrics() const {
  SequencerMetrics out = impl_->counters.metrics();
  out.keys_max = impl_->options.keys_max;
  const std::lock_guard lock(impl_->mutex);
  out.inbox = impl_->inbox.size();
  return out;
}

}  // namespace daybook::scheduler
