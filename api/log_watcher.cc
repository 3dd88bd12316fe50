#include "api/log_watcher.h"

#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "base/thread.h"

namespace daybook::api {
namespace {

// How long it waits at most before it looks at deadlines and stop() again.
constexpr std::chrono::milliseconds kLook{50};

struct Waiting {
  Seq position;
  Micros deadline;
  LogWatcher::Wake wake;
};

}  // namespace

struct LogWatcher::Impl {
  Impl(const log::Log& log_in, const Clock& clock_in) : log(log_in), clock(clock_in) {}

  const log::Log& log;
  const Clock& clock;
  std::thread thread;

  // --- guarded by mutex ---
  std::mutex mutex;
  std::condition_variable changed;
  std::vector<Waiting> waiting;
  bool stopped = false;

  void run();
  std::vector<std::pair<LogWatcher::Wake, bool>> take_ready();
};

std::vector<std::pair<LogWatcher::Wake, bool>> LogWatcher::Impl::take_ready() {
  std::vector<std::pair<LogWatcher::Wake, bool>> out;
  const Seq last = log.durable().value();
  const Micros now = clock.steady();
  std::erase_if(waiting, [&](Waiting& w) {
    const bool grown = last > w.position;
    if (!grown && w.deadline > now) {
      return false;
    }
    out.emplace_back(std::move(w.wake), grown);
    return true;
  });
  return out;
}

void LogWatcher::Impl::run() {
  std::unique_lock lock(mutex);
  for (;;) {
    changed.wait(lock, [&] { return stopped || !waiting.empty(); });
    if (stopped) {
      return;
    }
    // Every position that waits is at or past what was durable here, so one step more is the first
    // thing that can concern any of them.
    const Seq seen = log.durable().value();
    auto ready = take_ready();
    lock.unlock();
    for (auto& [wake, grown] : ready) {
      wake(grown);
    }
    ready.clear();
    log.durable().wait(next(seen), kLook);
    lock.lock();
  }
}

LogWatcher::LogWatcher(const log::Log& log, const Clock& clock)
    : impl_(std::make_unique<Impl>(log, clock)) {}

Status LogWatcher::start() {
  DAYBOOK_ASSIGN(impl_->thread, start_thread("log-watch", [impl = impl_.get()] { impl->run(); }));
  return {};
}

LogWatcher::~LogWatcher() {
  stop();
}

void LogWatcher::when_past(Seq position, Micros deadline, Wake wake) {
  if (impl_->log.durable().value() > position) {
    wake(true);
    return;
  }
  {
    const std::lock_guard lock(impl_->mutex);
    if (impl_->stopped) {
      return;
    }
    impl_->waiting.push_back({position, deadline, std::move(wake)});
  }
  impl_->changed.notify_one();
}

void LogWatcher::stop() {
  std::vector<Waiting> dropped;  // what they hold may hold the watcher
  {
    const std::lock_guard lock(impl_->mutex);
    impl_->stopped = true;
    dropped.swap(impl_->waiting);
  }
  impl_->changed.notify_all();
  if (impl_->thread.joinable()) {
    impl_->thread.join();
  }
}

}  // namespace daybook::api
