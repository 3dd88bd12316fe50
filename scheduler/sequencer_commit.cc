// Groups are handed over, appended and answered.
#include <chrono>
#include <mutex>
#include <utility>

#include "base/limits/write_path.h"
#include "log/tail.h"
#include "scheduler/sequencer_impl.h"

namespace daybook::scheduler {
namespace {

// A lone request of at most so many events is appended by the sequencer thread itself: a hand-over
// would cost it more than it could win by deciding meanwhile.
constexpr std::size_t kLoneEvents = 16;

}  // namespace

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
  counters.count(state, time, waiters);
  if (by_hand) {
    commit_handed();
  }
  std::unique_lock lock(mutex);
  commit_done.wait(lock, [&] { return !commit_busy; });
  filling.group = writer.take(std::move(spare));
  commit_busy = true;
  if (filling.requests == 1 && filling.group.count <= kLoneEvents && inbox.empty() &&
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
  if (done && commit.tokens) {
    options.on_tokens(std::move(commit.tokens));
  }
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

}  // namespace daybook::scheduler
