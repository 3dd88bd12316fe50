#include "api/log_watcher.h"

#include <atomic>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "base/bell.h"
#include "base/thread.h"
#include "log/tail.h"

namespace daybook::api {
namespace {

// What rings the bell.
constexpr Bell::Sounds kGrown = 1;
constexpr Bell::Sounds kAsked = 2;
constexpr Bell::Sounds kStop = 4;
// Between two looks at the deadlines, which are of another clock than the bell's.
constexpr std::chrono::milliseconds kDeadlineLook{250};

struct WaitingReader {
  Seq position;
  Micros deadline;
  LogWatcher::Wake wake;
};

}  // namespace

struct LogWatcher::Impl {
  Impl(const log::Log& log_in, const Clock& clock_in) : log(log_in), clock(clock_in) {}

  const log::Log& log;
  const Clock& clock;
  Bell bell;
  std::atomic<bool> stopped{false};
  std::thread thread;
  std::optional<log::Subscription> grown;

  // --- guarded by mutex ---
  std::mutex mutex;
  std::vector<WaitingReader> waiting;

  void run();
  std::vector<std::pair<LogWatcher::Wake, bool>> take_ready(bool& more);
};

std::vector<std::pair<LogWatcher::Wake, bool>> LogWatcher::Impl::take_ready(bool& more) {
  std::vector<std::pair<LogWatcher::Wake, bool>> out;
  const Seq last = log.durable().value();
  const Micros now = clock.steady();
  const std::lock_guard lock(mutex);
  std::erase_if(waiting, [&](WaitingReader& w) {
    const bool passed = last > w.position;
    if (!passed && w.deadline > now) {
      return false;
    }
    out.emplace_back(std::move(w.wake), passed);
    return true;
  });
  more = !waiting.empty();
  return out;
}

// While nobody waits, the log's growth wakes nobody.
void LogWatcher::Impl::run() {
  while (!stopped) {
    bool more = false;
    auto ready = take_ready(more);
    for (auto& [wake, has_grown] : ready) {
      wake(has_grown);
    }
    ready.clear();
    if (more) {
      bell.wait(kGrown | kAsked | kStop, std::chrono::steady_clock::now() + kDeadlineLook);
    } else {
      bell.wait(kAsked | kStop);
    }
  }
}

LogWatcher::LogWatcher(const log::Log& log, const Clock& clock)
    : impl_(std::make_unique<Impl>(log, clock)) {}

Status LogWatcher::start() {
  DAYBOOK_ASSIGN(impl_->thread, start_thread("log-watch", [impl = impl_.get()] { impl->run(); }));
  impl_->grown.emplace(impl_->log.tail(), events::TypeSet::all(),
                       [impl = impl_.get()] { impl->bell.ring(kGrown); });
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
  impl_->bell.ring(kAsked);
}

void LogWatcher::stop() {
  std::vector<WaitingReader> dropped;  // what they hold may hold the watcher
  {
    const std::lock_guard lock(impl_->mutex);
    impl_->stopped = true;
    dropped.swap(impl_->waiting);
  }
  impl_->grown.reset();
  impl_->bell.ring(kStop);
  if (impl_->thread.joinable()) {
    impl_->thread.join();
  }
}

}  // namespace daybook::api
