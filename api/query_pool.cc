#include "api/query_pool.h"

#include <algorithm>
#include <condition_variable>
#include <map>
#include <mutex>
#include <queue>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/thread.h"

namespace daybook::api {
namespace {

// How long the freshness thread sleeps at most before it looks at deadlines again.
constexpr std::chrono::milliseconds kFreshnessLook{50};
constexpr std::chrono::milliseconds kPause{5};

// Work that is fresh enough, or whose time for that is over.
struct Ready {
  QueryPool::Work work;
  Status status;
  QueryPool::Asker asker;
  Micros deadline;  // steady; zero: none

  bool is_gone() const { return asker.gone && asker.gone->load(std::memory_order_relaxed); }
};

struct WaitingWork {
  Seq seq;
  Micros deadline;  // steady
  QueryPool::Work work;
  QueryPool::Asker asker;

  bool operator<(const WaitingWork& other) const { return seq > other.seq; }  // lowest first
  bool is_gone() const { return asker.gone && asker.gone->load(std::memory_order_relaxed); }
};

// A client with work in the line.
struct Client {
  std::uint64_t next_turn = 0;
  std::size_t count = 0;
};

}  // namespace

struct QueryPool::Impl {
  Impl(const projections::Views& views_in, const Clock& clock_in, Limits limits_in)
      : views(views_in), clock(clock_in), limits(limits_in) {}

  const projections::Views& views;
  const Clock& clock;
  const Limits limits;
  std::vector<std::thread> workers;
  std::thread watcher;

  // --- guarded by mutex ---
  mutable std::mutex mutex;
  std::condition_variable wake_workers;
  std::condition_variable wake_watcher;
  std::multimap<std::uint64_t, Ready> ready;  // by turn; in one turn as they came
  std::uint64_t turn = 0;                     // of what was begun last
  std::vector<WaitingWork> waiting;           // a heap
  std::unordered_map<std::string, Client> clients;
  std::uint64_t dropped = 0;
  bool stopped = false;

  void run_worker();
  void run_watcher();
  void add_ready(Work work, Status status, Asker asker);
  void leave(const Asker& asker);
  bool has_room(const Asker& asker);
  bool is_full(const Asker& asker) const;
  void drop_gone();
  void move_fresh(Seq applied);
  void move_late();
  std::vector<Ready> take_impatient();
  bool watches() const { return !waiting.empty() || (limits.patience.value > 0 && !ready.empty()); }
};

void QueryPool::Impl::run_worker() {
  std::unique_lock lock(mutex);
  for (;;) {
    wake_workers.wait(lock, [&] { return stopped || !ready.empty(); });
    if (ready.empty()) {
      return;
    }
    turn = ready.begin()->first;
    Ready next = std::move(ready.begin()->second);
    ready.erase(ready.begin());
    leave(next.asker);
    const bool gone = next.is_gone();
    dropped += gone ? 1 : 0;
    lock.unlock();
    if (!gone) {
      next.work(std::move(next.status));
    }
    next = {};  // what it holds is let go outside the lock
    lock.lock();
  }
}

// The n-th of a client that waits stands n turns behind what is begun now: in front of all that
// others have more of.
void QueryPool::Impl::add_ready(Work work, Status status, Asker asker) {
  const Micros deadline = limits.patience.value > 0 ? clock.steady() + limits.patience : Micros{};
  std::uint64_t mine = turn;
  if (!asker.client.empty()) {
    Client& client = clients[asker.client];
    mine = std::max(turn, client.next_turn);
    client.next_turn = mine + 1;
  }
  ready.emplace(mine, Ready{std::move(work), std::move(status), std::move(asker), deadline});
  wake_workers.notify_one();
  if (limits.patience.value > 0) {
    wake_watcher.notify_one();
  }
}

// It is in the line no more.
void QueryPool::Impl::leave(const Asker& asker) {
  const auto client = clients.find(asker.client);
  if (client != clients.end() && --client->second.count == 0) {
    clients.erase(client);
  }
}

bool QueryPool::Impl::is_full(const Asker& asker) const {
  const auto client = clients.find(asker.client);
  return ready.size() + waiting.size() >= limits.waiting_max ||
         (client != clients.end() && client->second.count >= limits.client_max);
}

// What nobody waits for any more makes room when there is none.
bool QueryPool::Impl::has_room(const Asker& asker) {
  if (is_full(asker)) {
    drop_gone();
  }
  return !is_full(asker);
}

void QueryPool::Impl::drop_gone() {
  const std::size_t before = ready.size() + waiting.size();
  const auto is_gone = [this](const auto& one) {
    const bool gone = one.is_gone();
    if (gone) {
      leave(one.asker);
    }
    return gone;
  };
  std::erase_if(ready, [&](const auto& one) { return is_gone(one.second); });
  const auto kept = std::remove_if(waiting.begin(), waiting.end(), is_gone);
  waiting.erase(kept, waiting.end());
  std::make_heap(waiting.begin(), waiting.end());
  dropped += before - ready.size() - waiting.size();
}

void QueryPool::Impl::move_fresh(Seq applied) {
  while (!waiting.empty() && waiting.front().seq <= applied) {
    std::pop_heap(waiting.begin(), waiting.end());
    WaitingWork& next = waiting.back();
    add_ready(std::move(next.work), Status(), std::move(next.asker));
    waiting.pop_back();
  }
}

void QueryPool::Impl::move_late() {
  const Micros now = clock.steady();
  const auto late = std::stable_partition(waiting.begin(), waiting.end(),
                                          [&](const WaitingWork& w) { return w.deadline > now; });
  for (auto w = late; w != waiting.end(); ++w) {
    add_ready(std::move(w->work),
              fail(Code::kUnavailable, "PROJECTION_LAGS",
                   "the views have not yet caught up with the log; try again"),
              std::move(w->asker));
  }
  if (late != waiting.end()) {
    waiting.erase(late, waiting.end());
    std::make_heap(waiting.begin(), waiting.end());
  }
}

// All threads are held by what takes long: who waits behind it is told so in time.
std::vector<Ready> QueryPool::Impl::take_impatient() {
  std::vector<Ready> out;
  if (limits.patience.value == 0) {
    return out;
  }
  const Micros now = clock.steady();
  for (auto one = ready.begin(); one != ready.end();) {
    if (one->second.deadline > now) {
      ++one;
      continue;
    }
    leave(one->second.asker);
    out.push_back(std::move(one->second));
    one = ready.erase(one);
  }
  return out;
}

// Looks at the views and at the clock while anything waits for them.
void QueryPool::Impl::run_watcher() {
  std::unique_lock lock(mutex);
  for (;;) {
    wake_watcher.wait(lock, [&] { return stopped || watches(); });
    if (stopped) {
      return;
    }
    if (waiting.empty()) {
      wake_watcher.wait_for(lock, kFreshnessLook, [&] { return stopped || !waiting.empty(); });
    } else {
      const Seq lowest = waiting.front().seq;
      lock.unlock();
      const Status waited = views.wait_for(lowest, kFreshnessLook);
      const Seq applied = views.applied();
      lock.lock();
      if (!waited) {
        // Views that will not catch up (one failed, or they stopped) may say so without waiting.
        wake_watcher.wait_for(lock, kPause, [&] { return stopped; });
      }
      move_fresh(applied);
      move_late();
    }
    auto impatient = take_impatient();
    lock.unlock();
    for (Ready& late : impatient) {
      if (!late.is_gone()) {
        late.work(fail(Code::kUnavailable, "TOO_BUSY", "no thread was free in time; try again"));
      }
    }
    impatient.clear();
    lock.lock();
  }
}

QueryPool::QueryPool(const projections::Views& views, const Clock& clock, Limits limits)
    : impl_(std::make_unique<Impl>(views, clock, limits)) {}

Status QueryPool::start() {
  if (impl_->limits.fresh_timeout.value > 0 || impl_->limits.patience.value > 0) {
    DAYBOOK_ASSIGN(impl_->watcher,
                   start_thread("pool-watch", [impl = impl_.get()] { impl->run_watcher(); }));
  }
  DAYBOOK_ASSIGN(impl_->workers, start_threads(impl_->limits.name, impl_->limits.threads,
                                               [impl = impl_.get()] { impl->run_worker(); }));
  return {};
}

QueryPool::~QueryPool() {
  stop();
}

bool QueryPool::submit(Seq seq, Work work, Asker asker) {
  const bool fresh = impl_->limits.fresh_timeout.value == 0 || impl_->views.applied() >= seq;
  const std::lock_guard lock(impl_->mutex);
  if (impl_->stopped || !impl_->has_room(asker)) {
    return false;
  }
  if (!asker.client.empty()) {
    ++impl_->clients[asker.client].count;
  }
  if (fresh) {
    impl_->add_ready(std::move(work), Status(), std::move(asker));
    return true;
  }
  const Micros deadline = impl_->clock.steady() + impl_->limits.fresh_timeout;
  impl_->waiting.push_back({seq, deadline, std::move(work), std::move(asker)});
  std::push_heap(impl_->waiting.begin(), impl_->waiting.end());
  impl_->wake_watcher.notify_one();
  return true;
}

void QueryPool::run(Work work, Asker asker) {
  {
    const std::lock_guard lock(impl_->mutex);
    if (!impl_->stopped) {
      asker.client.clear();
      impl_->add_ready(std::move(work), Status(), std::move(asker));
      return;
    }
  }
  work(fail(Code::kShutdown, "SHUTTING_DOWN", "the server is stopping"));
}

void QueryPool::stop() {
  std::vector<WaitingWork> left;
  {
    const std::lock_guard lock(impl_->mutex);
    impl_->stopped = true;
    left.swap(impl_->waiting);
  }
  impl_->wake_workers.notify_all();
  impl_->wake_watcher.notify_all();
  for (WaitingWork& waiting : left) {
    waiting.work(fail(Code::kShutdown, "SHUTTING_DOWN", "the server is stopping"));
  }
  for (std::thread& worker : impl_->workers) {
    if (worker.joinable()) {
      worker.join();
    }
  }
  if (impl_->watcher.joinable()) {
    impl_->watcher.join();
  }
}

std::size_t QueryPool::waiting() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->ready.size() + impl_->waiting.size();
}

std::uint64_t QueryPool::dropped() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->dropped;
}

}  // namespace daybook::api
