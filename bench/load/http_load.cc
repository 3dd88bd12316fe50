#include "bench/load/http_load.h"

#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <queue>
#include <vector>

namespace daybook::bench {
namespace {

using Time = std::chrono::steady_clock::time_point;
using Nanos = std::chrono::nanoseconds;

constexpr std::size_t kEvents = 64;
constexpr std::size_t kReadBytes = 1 << 16;
// A server that answers nothing for so long is not there any more.
constexpr Nanos kSilenceMax = std::chrono::seconds(30);

struct Connection {
  int fd = -1;
  std::string request;
  std::size_t unsent = 0;  // bytes at the end of the request that are still to be sent
  std::string in;
  Time meant;
};

struct Turn {
  Time at;
  std::size_t connection;
  bool operator>(const Turn& other) const { return at > other.at; }
};

class Load {
 public:
  explicit Load(const HttpLoadOptions& options)
      : options_(options),
        connections_(options.connections),
        epoll_(epoll_create1(EPOLL_CLOEXEC)) {}
  ~Load() {
    for (const Connection& c : connections_) {
      if (c.fd >= 0) {
        close(c.fd);
      }
    }
    close(epoll_);
  }
  Load(const Load&) = delete;
  Load& operator=(const Load&) = delete;

  Result<HttpLoadResult> run();

 private:
  static Nanos span(double seconds) {
    return std::chrono::duration_cast<Nanos>(std::chrono::duration<double>(seconds));
  }
  Status connect_all();
  Status send_due(Time now);
  Status write_some(Connection& c);
  Status read_some(std::size_t index);
  Status answered(std::size_t index, int status, Time now);
  timespec until_next(Time now) const;
  void watch(std::size_t index, std::uint32_t events, int operation) const;

  const HttpLoadOptions& options_;
  std::vector<Connection> connections_;
  const int epoll_;
  // Connections without an open request, by when their next one is meant to go.
  std::priority_queue<Turn, std::vector<Turn>, std::greater<>> turns_;
  std::uint64_t turns_given_ = 0;
  Time began_, counted_from_, ends_, heard_;
  HttpLoadResult result_;
};

void Load::watch(std::size_t index, std::uint32_t events, int operation) const {
  epoll_event event{};
  event.events = events;
  event.data.u64 = index;
  epoll_ctl(epoll_, operation, connections_[index].fd, &event);
}

Status Load::connect_all() {
  for (std::size_t i = 0; i < connections_.size(); ++i) {
    Connection& c = connections_[i];
    c.request = http_request(options_.server, options_.method, options_.target, options_.body(i));
    DAYBOOK_ASSIGN(c.fd, connect_to(options_.server));
    fcntl(c.fd, F_SETFL, fcntl(c.fd, F_GETFL) | O_NONBLOCK);
    watch(i, EPOLLIN, EPOLL_CTL_ADD);
  }
  return {};
}

Status Load::write_some(Connection& c) {
  const char* from = c.request.data() + (c.request.size() - c.unsent);
  const ssize_t sent = send(c.fd, from, c.unsent, MSG_NOSIGNAL);
  if (sent < 0 && errno != EAGAIN) {
    return fail(Code::kUnavailable, "SERVER_UNREACHABLE", "a connection broke");
  }
  c.unsent -= sent < 0 ? 0 : static_cast<std::size_t>(sent);
  return {};
}

Status Load::send_due(Time now) {
  while (!turns_.empty() && turns_.top().at <= now) {
    const Turn turn = turns_.top();
    turns_.pop();
    Connection& c = connections_[turn.connection];
    c.unsent = c.request.size();
    c.meant = options_.rate > 0 ? turn.at : now;
    DAYBOOK_TRY(write_some(c));
    if (c.unsent > 0) {
      watch(turn.connection, EPOLLIN | EPOLLOUT, EPOLL_CTL_MOD);
    }
  }
  return {};
}

Status Load::read_some(std::size_t index) {
  Connection& c = connections_[index];
  std::array<char, kReadBytes> block;
  const ssize_t got = recv(c.fd, block.data(), block.size(), 0);
  if (got <= 0) {
    return got < 0 && errno == EAGAIN
               ? Status{}
               : fail(Code::kUnavailable, "SERVER_UNREACHABLE", "the server closed a connection");
  }
  c.in.append(block.data(), static_cast<std::size_t>(got));
  DAYBOOK_ASSIGN(const auto answer, read_answer(c.in));
  if (!answer) {
    return {};
  }
  const int status = answer->status;
  c.in.erase(0, answer->bytes);
  return answered(index, status, std::chrono::steady_clock::now());
}

Status Load::answered(std::size_t index, int status, Time now) {
  heard_ = now;
  if (now >= counted_from_ && now < ends_) {
    if (status == options_.status_expected) {
      ++result_.answers;
      result_.latency.record(
          std::chrono::duration_cast<Nanos>(now - connections_[index].meant).count());
    } else {
      ++result_.others[status];
    }
  }
  Time next = now;
  if (options_.rate > 0) {
    next = began_ + span(static_cast<double>(turns_given_) / options_.rate);
  }
  ++turns_given_;
  turns_.push({next, index});
  return send_due(now);
}

timespec Load::until_next(Time now) const {
  Nanos wait = std::chrono::milliseconds(100);
  if (!turns_.empty()) {
    wait = std::max(Nanos{0},
                    std::min(wait, std::chrono::duration_cast<Nanos>(turns_.top().at - now)));
  }
  return {wait.count() / 1'000'000'000, wait.count() % 1'000'000'000};
}

Result<HttpLoadResult> Load::run() {
  DAYBOOK_TRY(connect_all());
  began_ = heard_ = std::chrono::steady_clock::now();
  counted_from_ = began_ + span(options_.warm_up_seconds);
  ends_ = counted_from_ + span(options_.seconds);
  for (std::size_t i = 0; i < connections_.size(); ++i, ++turns_given_) {
    const double after = options_.rate > 0 ? static_cast<double>(i) / options_.rate : 0;
    turns_.push({began_ + span(after), i});
  }
  std::array<epoll_event, kEvents> events;
  for (Time now = began_; now < ends_; now = std::chrono::steady_clock::now()) {
    DAYBOOK_TRY(send_due(now));
    const timespec wait = until_next(now);
    const int count = epoll_pwait2(epoll_, events.data(), kEvents, &wait, nullptr);
    for (int i = 0; i < count; ++i) {
      const epoll_event& event = events[static_cast<std::size_t>(i)];
      Connection& c = connections_[event.data.u64];
      if ((event.events & EPOLLOUT) != 0) {
        DAYBOOK_TRY(write_some(c));
        if (c.unsent == 0) {
          watch(event.data.u64, EPOLLIN, EPOLL_CTL_MOD);
        }
      }
      if ((event.events & ~static_cast<std::uint32_t>(EPOLLOUT)) != 0) {
        DAYBOOK_TRY(read_some(event.data.u64));
      }
    }
    if (now - heard_ > kSilenceMax) {
      return fail(Code::kUnavailable, "SERVER_UNREACHABLE", "the server does not answer any more");
    }
  }
  result_.seconds = std::chrono::duration<double>(ends_ - counted_from_).count();
  return std::move(result_);
}

}  // namespace

Result<HttpLoadResult> run_http_load(const HttpLoadOptions& options) {
  return Load(options).run();
}

}  // namespace daybook::bench
