#include "api/shard.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <utility>

#include <boost/asio/post.hpp>

#include "base/check.h"
#include "base/thread.h"

namespace daybook::api {
namespace {

// IMF-fixdate of RFC 9110 section 5.6.7.
std::string http_date(std::int64_t second) {
  const auto seconds_since = static_cast<std::time_t>(second);
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
  work_.emplace(io_.get_executor());
  boost::system::error_code ec;
  bell_fd_ = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (bell_fd_ < 0 || bell_.assign(bell_fd_, ec)) {
    if (bell_fd_ >= 0) {
      ::close(std::exchange(bell_fd_, -1));
    }
    return fail(Code::kUnavailable, "NO_DESCRIPTOR", "no descriptor for an I/O thread's bell");
  }
  listen();
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
  const std::uint64_t one = 1;
  static_cast<void>(::write(bell_fd_, &one, sizeof one));  // full: it was told often enough
}

// What was posted is looked at after the bell was, so none is missed.
void Shard::listen() {
  bell_.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                   [this](const boost::system::error_code& ec) {
                     DAYBOOK_CHECK(!ec || closing_, "an I/O thread hears its bell until it ends");
                     if (!closing_) {
                       std::uint64_t rung = 0;
                       static_cast<void>(::read(bell_fd_, &rung, sizeof rung));
                       listen();
                       run_posted();
                     }
                   });
}

void Shard::run_posted() {
  {
    const std::lock_guard lock(mutex_);
    running_.swap(posted_);
  }
  in_posted_ = true;
  for (auto& work : running_) {
    work();
  }
  in_posted_ = false;
  running_.clear();
  flush_all();
}

void Shard::flush_all() {
  for (const auto& connection : std::exchange(to_flush_, {})) {
    connection->flush();
  }
}

void Shard::adopt(const std::shared_ptr<Connection>& connection) {
  if (context_->stopping.load()) {  // accepted just before the drain, which has not seen it
    context_->metrics.connections.fetch_sub(1);
    return;
  }
  connections_.insert(connection);
  connection->start();
}

void Shard::forget(const std::shared_ptr<Connection>& connection) {
  if (connections_.erase(connection) > 0) {
    context_->metrics.connections.fetch_sub(1);
  }
}

void Shard::replace(const std::shared_ptr<Connection>& old, const std::shared_ptr<Connection>& by) {
  if (connections_.erase(old) > 0) {
    connections_.insert(by);
    by->start();
  }
}

void Shard::flush_after(std::shared_ptr<Connection> connection) {
  to_flush_.push_back(std::move(connection));
  if (!in_posted_ && to_flush_.size() == 1) {
    boost::asio::post(io_, [this] { flush_all(); });
  }
}

const std::string& Shard::date() {
  const std::int64_t second = context_->engine.clock.wall().value / 1'000'000;
  if (std::exchange(date_second_, second) != second) {
    date_ = http_date(second);
  }
  return date_;
}

void Shard::look() {
  look_at_ = Micros{};
  context_->metrics.looks.fetch_add(1, std::memory_order_relaxed);
  const Micros now = context_->engine.clock.steady();
  // A deadline may close its connection, which takes it out of the set.
  const std::vector<std::shared_ptr<Connection>> all(connections_.begin(), connections_.end());
  Micros next{};
  for (const auto& connection : all) {
    const Micros due = connection->check_deadline(now);
    if (due.value != 0 && (next.value == 0 || due < next)) {
      next = due;
    }
  }
  look_at(next);
}

void Shard::look_at(Micros when) {
  if (when.value == 0 || closing_ || (look_at_.value != 0 && look_at_ <= when)) {
    return;
  }
  look_at_ = when;
  const Duration left = when - context_->engine.clock.steady();
  const std::int64_t sleep =
      std::clamp<std::int64_t>(left.value, 0, context_->options.sleep_max.value);
  timer_.expires_after(std::chrono::microseconds(sleep));
  timer_.async_wait([this](const boost::system::error_code& ec) {
    // Cancelling does not reach a timer that has run out and waits for its turn.
    if (!ec && !closing_) {
      look();
    }
  });
}

void Shard::drain() {
  post([this] {
    const std::vector<std::shared_ptr<Connection>> all(connections_.begin(), connections_.end());
    for (const auto& connection : all) {
      connection->drain();
    }
  });
}

void Shard::stop() {
  post([this] {
    const std::vector<std::shared_ptr<Connection>> all(connections_.begin(), connections_.end());
    for (const auto& connection : all) {
      connection->close();
    }
    closing_ = true;
    timer_.cancel();
    bell_.cancel();
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
