#include "api/shard.h"

#include <algorithm>
#include <array>
#include <ctime>
#include <utility>

#include <boost/asio/post.hpp>

#include "api/session.h"
#include "base/thread.h"

namespace daybook::api {
namespace {

// How exact deadlines are; much shorter than any of them.
constexpr std::chrono::milliseconds kSweep{50};

// IMF-fixdate of RFC 9110 section 5.6.7.
std::string http_date(Micros wall) {
  const auto seconds_since = static_cast<std::time_t>(wall.value / 1'000'000);
  std::tm parts{};
  gmtime_r(&seconds_since, &parts);
  std::array<char, 40> text{};
  const auto size = std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
  return {text.data(), size};
}

}  // namespace

Shard::Shard(std::shared_ptr<Context> context) : context_(std::move(context)) {}

Shard::~Shard() = default;

Status Shard::start() {
  sweep();
  work_.emplace(io_.get_executor());
  DAYBOOK_ASSIGN(thread_, start_thread("io", [self = shared_from_this()] { self->io_.run(); }));
  return {};
}

void Shard::post(std::function<void()> work) {
  {
    const std::lock_guard lock(mutex_);
    if (stopped_) {
      return;
    }
    posted_.push_back(std::move(work));
    if (posted_.size() > 1) {
      return;  // the thread has been told of the first
    }
  }
  boost::asio::post(io_, [this] { run_posted(); });
}

void Shard::run_posted() {
  {
    const std::lock_guard lock(mutex_);
    running_.swap(posted_);
  }
  for (auto& work : running_) {
    work();
  }
  running_.clear();
}

void Shard::adopt(const std::shared_ptr<Session>& session) {
  if (context_->stopping.load()) {  // accepted just before the drain, which has not seen it
    context_->metrics.connections.fetch_sub(1);
    return;
  }
  sessions_.insert(session);
  session->start();
}

void Shard::forget(const std::shared_ptr<Session>& session) {
  if (sessions_.erase(session) > 0) {
    context_->metrics.connections.fetch_sub(1);
  }
}

void Shard::sweep() {
  date_ = http_date(context_->engine.clock.wall());
  const Micros now = context_->engine.clock.steady();
  // A deadline may close its session, which takes it out of the set.
  const std::vector<std::shared_ptr<Session>> all(sessions_.begin(), sessions_.end());
  for (const auto& session : all) {
    session->check_deadline(now);
  }
  arm_sweep();
}

void Shard::arm_sweep() {
  timer_.expires_after(kSweep);
  timer_.async_wait([this](const boost::system::error_code& ec) {
    // Cancelling does not reach a timer that has run out and waits for its turn.
    if (!ec && !closing_) {
      sweep();
    }
  });
}

void Shard::drain() {
  post([this] {
    const std::vector<std::shared_ptr<Session>> all(sessions_.begin(), sessions_.end());
    for (const auto& session : all) {
      session->drain();
    }
  });
}

void Shard::stop() {
  post([this] {
    const std::vector<std::shared_ptr<Session>> all(sessions_.begin(), sessions_.end());
    for (const auto& session : all) {
      session->close();
    }
    closing_ = true;
    timer_.cancel();
    work_.reset();
  });
  // The thread ends by itself when the last aborted operation has let go of its session.
  if (thread_.joinable()) {
    thread_.join();
  }
  std::vector<std::function<void()>> dropped;
  const std::lock_guard lock(mutex_);
  stopped_ = true;
  dropped.swap(posted_);
}

}  // namespace daybook::api
