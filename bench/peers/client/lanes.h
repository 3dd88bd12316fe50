// All connections of a run on one epoll: ask one something, wait until some have their answers.
// Never busy: it sleeps in the kernel until bytes come or a time is reached.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "bench/peers/client/connection.h"
#include "bench/peers/client/session.h"

namespace daybook::peers {

using Time = std::chrono::steady_clock::time_point;
using Nanos = std::chrono::nanoseconds;

struct LaneOptions {
  std::string peer;
  std::string queue = "peers";  // where the jobs go, on a server that has others beside them
  int port = 0;
  // A server from which nothing comes for so long, though it was asked, is not there any more.
  Nanos silence_max = std::chrono::seconds(10);
  // The whole run: past it wait() throws.
  Time deadline = Time::max();
};

class Lanes {
 public:
  // Connects `count` times, and waits until each connection is open. Throws Failure.
  Lanes(LaneOptions options, std::size_t count);
  ~Lanes();
  Lanes(const Lanes&) = delete;
  Lanes& operator=(const Lanes&) = delete;

  std::size_t size() const { return lanes_.size(); }
  Session& session(std::size_t lane) { return *lanes_[lane].session; }

  // False when the protocol needs nothing of the kind.
  bool prepare(std::size_t lane);
  void create(std::size_t lane, std::size_t jobs);
  void lease(std::size_t lane, std::size_t max);
  void complete(std::size_t lane);
  // Completes what is held, and takes the next ones where one request does both; else held() says
  // afterwards that there are none.
  void complete_and_lease(std::size_t lane, std::size_t max);

  // Sleeps until something is answered or `until`, then calls `done` once for each lane whose
  // answer is whole, with the time at which it was read. `done` may ask the next. Throws Failure
  // for a broken connection, an answer that is none, silence, and the deadline.
  using Done = std::function<void(std::size_t lane, Time now)>;
  void wait(Time until, const Done& done);

 private:
  struct Lane {
    Connection connection;
    std::unique_ptr<Session> session;
    bool asked = false;
    bool wants_write = false;
  };
  void begin(std::size_t lane);
  void flush(std::size_t lane);
  void receive(std::size_t lane, const Done& done);
  void watch(std::size_t lane, int operation);

  const LaneOptions options_;
  const int epoll_;
  std::vector<Lane> lanes_;
  std::size_t asked_ = 0;  // lanes without their answer
  Time heard_;
};

}  // namespace daybook::peers
