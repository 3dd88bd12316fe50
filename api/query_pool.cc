#include "api/query_pool.h"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <queue>
#include <thread>
#include <utility>
#include <vector>

#include "base/thread.h"

namespace daybook::api {
namespace {

// How long the freshness thread sleeps at most before it looks at deadlines again.
constexpr std::chrono::milliseconds kLook{50};
constexpr std::chrono::milliseconds kPause{5};

// Work that is fresh enough, or whose time for that is over.
struct Ready {
  QueryPool::Work work;
  Status status;
  QueryPool::Gone gone;
  Micros deadline;  // steady; zero: none

  bool is_gone() const { return gone && gone->load(std::memory_order_relaxed); }
};

struct Waiting {
  Seq seq;
  Micros deadline;  // steady
  QueryPool::Work work;
  QueryPool::Gone gone;

  bool operator<(const Waiting& other) const { return seq > other.seq; }  // lowest first
  bool is_gone() const { return gone && gone->load(std::memory_order_relaxed); }
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
  std::deque<Ready> ready;
  std::vector<Waiting> waiting;  // a heap
  std::uint64_t dropped = 0;
  bool stopped = false;

  void run_worker();
  void run_watcher();
  void add_ready(Work work, Status status, Gone gone);
  bool has_room();
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
    Ready next = std::move(ready.front());
    ready.pop_front();
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

void QueryPool::Impl::add_ready(Work work, Status status, Gone gone) {
  const Micros deadline = limits.patience.value > 0 ? clock.steady() + limits.patience : Micros{};
  ready.push_back({std::move(work), std::move(status), std::move(gone), deadline});
  wake_workers.notify_one();
  if (limits.patience.value > 0) {
    wake_watcher.notify_one();
  }
}

// What nobody waits for any more makes room when there is none.
bool QueryPool::Impl::has_room() {
  if (ready.size() + waiting.size() < limits.waiting_max) {
    return true;
  }
  const std::size_t before = ready.size() + waiting.size();
  std::erase_if(ready, [](const Ready& r) { return r.is_gone(); });
  if (std::erase_if(waiting, [](const Waiting& w) { return w.is_gone(); }) > 0) {
    std::make_heap(waiting.begin(), waiting.end());
  }
  dropped += before - ready.size() - waiting.size();
  return ready.size() + waiting.size() < limits.waiting_max;
}

void QueryPool::Impl::move_fresh(Seq applied) {
  while (!waiting.empty() && waiting.front().seq <= applied) {
    std::pop_heap(waiting.begin(), waiting.end());
    Waiting& next = waiting.back();
    add_ready(std::move(next.work), Status(), std::move(next.gone));
    waiting.pop_back();
  }
}

void QueryPool::Impl::move_late() {
  const Micros now = clock.steady();
  const auto late = std::stable_partition(waiting.begin(), waiting.end(),
                                          [&](const Waiting& w) { return w.deadline > now; });
  for (auto w = late; w != waiting.end(); ++w) {
    add_ready(std::move(w->work),
              fail(Code::kUnavailable, "PROJECTION_LAGS",
                   "the views have not yet caught up with the log; try again"),
              std::move(w->gone));
  }
  if (late != waiting.end()) {
    waiting.erase(late, waiting.end());
    std::make_heap(waiting.begin(), waiting.end());
  }
}

// All threads are held by what takes long: who waits behind it is told so in time.
std::vector<Ready> QueryPool::Impl::take_impatient() {
  std::vector<Ready> out;
  const Micros now = clock.steady();
  while (!ready.empty() && ready.front().deadline.value != 0 && ready.front().deadline <= now) {
    out.push_back(std::move(ready.front()));
    ready.pop_front();
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
      wake_watcher.wait_for(lock, kLook, [&] { return stopped || !waiting.empty(); });
    } else {
      const Seq lowest = waiting.front().seq;
      lock.unlock();
      const Status waited = views.wait_for(lowest, kLook);
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
  DAYBOOK_ASSIGN(impl_->watcher,
                 start_thread("pool-watch", [impl = impl_.get()] { impl->run_watcher(); }));
  for (std::size_t i = 0; i < impl_->limits.threads; ++i) {
    auto worker = start_thread(impl_->limits.name, [impl = impl_.get()] { impl->run_worker(); });
    if (!worker && i == 0) {
      return fail(worker.error());
    }
    if (!worker) {
      break;
    }
    impl_->workers.push_back(std::move(*worker));
  }
  return {};
}

QueryPool::~QueryPool() {
  stop();
}

bool QueryPool::submit(Seq seq, Work work, Gone gone) {
  const bool fresh = impl_->views.applied() >= seq;
  const std::lock_guard lock(impl_->mutex);
  if (impl_->stopped || !impl_->has_room()) {
    return false;
  }
  if (fresh) {
    impl_->add_ready(std::move(work), Status(), std::move(gone));
    return true;
  }
  const Micros deadline = impl_->clock.steady() + impl_->limits.fresh_timeout;
  impl_->waiting.push_back({seq, deadline, std::move(work), std::move(gone)});
  std::push_heap(impl_->waiting.begin(), impl_->waiting.end());
  impl_->wake_watcher.notify_one();
  return true;
}

void QueryPool::run(Work work, Gone gone) {
  {
    const std::lock_guard lock(impl_->mutex);
    if (!impl_->stopped) {
      impl_->add_ready(std::move(work), Status(), std::move(gone));
      return;
    }
  }
  work(fail(Code::kShutdown, "SHUTTING_DOWN", "the server is stopping"));
}

void QueryPool::stop() {
  std::vector<Waiting> left;
  {
    const std::lock_guard lock(impl_->mutex);
    impl_->stopped = true;
    left.swap(impl_->waiting);
  }
  impl_->wake_workers.notify_all();
  impl_->wake_watcher.notify_all();
  for (Waiting& waiting : left) {
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
