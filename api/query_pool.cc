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

struct Waiting {
  Seq seq;
  Micros deadline;  // steady
  QueryPool::Work work;

  bool operator<(const Waiting& other) const { return seq > other.seq; }  // lowest first
};

}  // namespace

struct QueryPool::Impl {
  Impl(const projections::Views& views_in, const Clock& clock_in, Limits limits_in)
      : views(views_in), clock(clock_in), limits(limits_in) {}

  const projections::Views& views;
  const Clock& clock;
  const Limits limits;
  std::vector<std::thread> workers;
  std::thread freshness;

  // --- guarded by mutex ---
  mutable std::mutex mutex;
  std::condition_variable wake_workers;
  std::condition_variable wake_freshness;
  std::deque<std::pair<Work, Status>> ready;
  std::vector<Waiting> waiting;  // a heap
  bool stopped = false;

  void run_worker();
  void run_freshness();
  void move_fresh(Seq applied);
  void move_late();
};

void QueryPool::Impl::run_worker() {
  std::unique_lock lock(mutex);
  for (;;) {
    wake_workers.wait(lock, [&] { return stopped || !ready.empty(); });
    if (ready.empty()) {
      return;
    }
    auto [work, status] = std::move(ready.front());
    ready.pop_front();
    lock.unlock();
    work(std::move(status));
    work = nullptr;  // what it holds is let go outside the lock
    lock.lock();
  }
}

void QueryPool::Impl::move_fresh(Seq applied) {
  while (!waiting.empty() && waiting.front().seq <= applied) {
    std::pop_heap(waiting.begin(), waiting.end());
    ready.emplace_back(std::move(waiting.back().work), Status());
    waiting.pop_back();
    wake_workers.notify_one();
  }
}

void QueryPool::Impl::move_late() {
  const Micros now = clock.steady();
  const auto late = std::stable_partition(waiting.begin(), waiting.end(),
                                          [&](const Waiting& w) { return w.deadline > now; });
  for (auto w = late; w != waiting.end(); ++w) {
    ready.emplace_back(std::move(w->work),
                       fail(Code::kUnavailable, "PROJECTION_LAGS",
                            "the views have not yet caught up with the log; try again"));
    wake_workers.notify_one();
  }
  if (late != waiting.end()) {
    waiting.erase(late, waiting.end());
    std::make_heap(waiting.begin(), waiting.end());
  }
}

void QueryPool::Impl::run_freshness() {
  std::unique_lock lock(mutex);
  for (;;) {
    wake_freshness.wait(lock, [&] { return stopped || !waiting.empty(); });
    if (stopped) {
      return;
    }
    const Seq lowest = waiting.front().seq;
    lock.unlock();
    const Status waited = views.wait_for(lowest, kLook);
    const Seq applied = views.applied();
    lock.lock();
    if (!waited) {
      // Views that will not catch up (one failed, or they stopped) may say so without waiting.
      wake_freshness.wait_for(lock, kPause, [&] { return stopped; });
    }
    move_fresh(applied);
    move_late();
  }
}

QueryPool::QueryPool(const projections::Views& views, const Clock& clock, Limits limits)
    : impl_(std::make_unique<Impl>(views, clock, limits)) {}

Status QueryPool::start() {
  DAYBOOK_ASSIGN(impl_->freshness,
                 start_thread("views-wait", [impl = impl_.get()] { impl->run_freshness(); }));
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

bool QueryPool::submit(Seq seq, Work work) {
  const bool fresh = impl_->views.applied() >= seq;
  const std::lock_guard lock(impl_->mutex);
  if (impl_->stopped || impl_->ready.size() + impl_->waiting.size() >= impl_->limits.waiting_max) {
    return false;
  }
  if (fresh) {
    impl_->ready.emplace_back(std::move(work), Status());
    impl_->wake_workers.notify_one();
    return true;
  }
  const Micros deadline = impl_->clock.steady() + impl_->limits.fresh_timeout;
  impl_->waiting.push_back({seq, deadline, std::move(work)});
  std::push_heap(impl_->waiting.begin(), impl_->waiting.end());
  impl_->wake_freshness.notify_one();
  return true;
}

void QueryPool::run(Work work) {
  {
    const std::lock_guard lock(impl_->mutex);
    if (!impl_->stopped) {
      impl_->ready.emplace_back(std::move(work), Status());
      impl_->wake_workers.notify_one();
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
  impl_->wake_freshness.notify_all();
  for (Waiting& waiting : left) {
    waiting.work(fail(Code::kShutdown, "SHUTTING_DOWN", "the server is stopping"));
  }
  for (std::thread& worker : impl_->workers) {
    if (worker.joinable()) {
      worker.join();
    }
  }
  if (impl_->freshness.joinable()) {
    impl_->freshness.join();
  }
}

std::size_t QueryPool::waiting() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->ready.size() + impl_->waiting.size();
}

}  // namespace daybook::api
