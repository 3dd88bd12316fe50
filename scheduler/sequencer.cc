// The sequencer's life, and what others hand to it.
#include "scheduler/sequencer.h"

#include <algorithm>
#include <mutex>
#include <thread>
#include <utility>

#include "base/bell.h"
#include "base/check.h"
#include "base/limits/write_path.h"
#include "base/thread.h"
#include "scheduler/sequencer_impl.h"

namespace daybook::scheduler {
namespace {

// What rings the sequencer's bell: a request, or the end.
constexpr Bell::Sounds kAsked = 1;

}  // namespace

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

// With mutex held.
void Sequencer::Impl::take_requests(std::vector<Request>& out) {
  out.swap(inbox);
  inbox_commands = 0;
  for (Waiter& waiter : std::exchange(new_waiters, {})) {
    waiters.add(std::move(waiter));
  }
}

// What came while the group before was being synced goes with this one, which waited for that: it
// would have a sync of its own otherwise.
bool Sequencer::Impl::take_company(std::vector<Request>& out) {
  std::unique_lock lock(mutex);
  if (by_hand || !commit_busy) {
    return false;
  }
  commit_done.wait(lock, [&] { return !commit_busy; });
  take_requests(out);
  return !out.empty();
}

// Waits for requests; false when closed and drained. What comes while a group is syncing is what
// the next group holds: group commit without a timer.
bool Sequencer::Impl::take_inbox(std::vector<Request>& out) {
  for (;;) {
    {
      const std::lock_guard lock(mutex);
      if (!inbox.empty()) {
        take_requests(out);
        return true;
      }
      if (closed) {
        return false;
      }
    }
    static_cast<void>(wake_sequencer.wait(kAsked));
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
    impl_->take_requests(batch);
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

Status Sequencer::wait_for_job(Waiter&& waiter) {
  const std::lock_guard lock(impl_->mutex);
  if (impl_->closed) {
    return fail(Code::kShutdown, "SHUTTING_DOWN", "the server is stopping");
  }
  impl_->new_waiters.push_back(std::move(waiter));
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
