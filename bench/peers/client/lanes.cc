#include "bench/peers/client/lanes.h"

#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string_view>
#include <utility>

#include "bench/peers/client/failure.h"

namespace daybook::peers {
namespace {

constexpr std::size_t kEvents = 256;

}  // namespace

Lanes::Lanes(LaneOptions options, std::size_t count)
    : options_(std::move(options)),
      epoll_(epoll_create1(EPOLL_CLOEXEC)),
      heard_(std::chrono::steady_clock::now()) {
  if (epoll_ < 0) {
    throw system_failure("no epoll");
  }
  lanes_.reserve(count);
  try {
    for (std::size_t i = 0; i < count; ++i) {
      lanes_.push_back({Connection(options_.port), make_session(options_.peer, options_.queue, i),
                        false, false});
      watch(i, EPOLL_CTL_ADD);
      session(i).open(lanes_[i].connection.out());
      if (!lanes_[i].connection.out().empty()) {
        begin(i);
      }
    }
    while (asked_ > 0) {
      wait(Time::max(), [](std::size_t, Time) {});
    }
  } catch (...) {
    close(epoll_);
    throw;
  }
}

Lanes::~Lanes() {
  close(epoll_);
}

void Lanes::watch(std::size_t lane, int operation) {
  epoll_event event{};
  event.events = EPOLLIN | (lanes_[lane].wants_write ? std::uint32_t{EPOLLOUT} : 0);
  event.data.u64 = lane;
  if (epoll_ctl(epoll_, operation, lanes_[lane].connection.fd(), &event) != 0) {
    throw system_failure("epoll_ctl");
  }
}

void Lanes::flush(std::size_t lane) {
  Lane& l = lanes_[lane];
  const bool unsent = !l.connection.flush();
  if (unsent != l.wants_write) {
    l.wants_write = unsent;
    watch(lane, EPOLL_CTL_MOD);
  }
}

void Lanes::begin(std::size_t lane) {
  lanes_[lane].asked = true;
  ++asked_;
  flush(lane);
}

bool Lanes::prepare(std::size_t lane) {
  session(lane).prepare(lanes_[lane].connection.out());
  if (lanes_[lane].connection.out().empty()) {
    return false;
  }
  begin(lane);
  return true;
}

void Lanes::create(std::size_t lane, std::size_t jobs) {
  session(lane).create(lanes_[lane].connection.out(), jobs);
  begin(lane);
}

void Lanes::lease(std::size_t lane, std::size_t max) {
  session(lane).lease(lanes_[lane].connection.out(), max);
  begin(lane);
}

void Lanes::complete(std::size_t lane) {
  session(lane).complete(lanes_[lane].connection.out());
  begin(lane);
}

void Lanes::complete_and_lease(std::size_t lane, std::size_t max) {
  std::string& out = lanes_[lane].connection.out();
  if (!session(lane).complete_and_lease(out, max)) {
    session(lane).complete(out);
  }
  begin(lane);
}

void Lanes::receive(std::size_t lane, const Done& done) {
  Lane& l = lanes_[lane];
  l.connection.receive();
  heard_ = std::chrono::steady_clock::now();
  if (!l.asked) {
    return;  // kept until the next answer is read
  }
  std::string_view in = l.connection.in();
  const std::size_t had = in.size();
  const Step step = l.session->take(in, l.connection.out());
  l.connection.in().erase(0, had - in.size());
  if (!l.connection.out().empty()) {
    flush(lane);
  }
  if (step == Step::kDone) {
    l.asked = false;
    --asked_;
    done(lane, heard_);
  }
}

void Lanes::wait(Time until, const Done& done) {
  const Time begun = std::chrono::steady_clock::now();
  // With no question open silence is as it should be, and is counted from the next one on.
  heard_ = asked_ == 0 ? begun : heard_;
  const Time silence = heard_ + options_.silence_max;
  const Time wake = std::min({until, silence, options_.deadline});
  const Nanos left = std::max(Nanos{0}, std::chrono::duration_cast<Nanos>(wake - begun));
  const timespec timeout = {left.count() / 1'000'000'000, left.count() % 1'000'000'000};
  std::array<epoll_event, kEvents> events;
  const int count = epoll_pwait2(epoll_, events.data(), kEvents, &timeout, nullptr);
  if (count < 0 && errno != EINTR) {
    throw system_failure("epoll_pwait2");
  }
  for (int i = 0; i < count; ++i) {
    const epoll_event& event = events[static_cast<std::size_t>(i)];
    if ((event.events & EPOLLOUT) != 0) {
      flush(event.data.u64);
    }
    if ((event.events & ~std::uint32_t{EPOLLOUT}) != 0) {
      receive(event.data.u64, done);
    }
  }
  const Time now = std::chrono::steady_clock::now();
  if (now >= options_.deadline) {
    throw Failure("the run did not end before its deadline");
  }
  if (asked_ > 0 && now - heard_ >= options_.silence_max) {
    throw Failure("the server says nothing any more");
  }
}

}  // namespace daybook::peers
