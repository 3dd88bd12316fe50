// One I/O thread with the connections that belong to it. Private to the server (it shows Asio).
//
// A connection is touched by its shard's thread only; others reach it through post(). The thread
// sleeps until a socket has something, something is posted, or a deadline is due: without
// connections it does not wake.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <unordered_set>
#include <vector>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>

#include "api/call.h"
#include "api/connection.h"

namespace daybook::api {

class Shard : public std::enable_shared_from_this<Shard> {
 public:
  explicit Shard(std::shared_ptr<Context> context);
  ~Shard();

  // kUnavailable "NO_THREAD" or "NO_DESCRIPTOR".
  Status start();
  // Runs `work` on the shard's thread, in order; dropped after stop(). Any thread.
  void post(std::function<void()> work);
  // Idle connections end now, the others after their answer. Any thread.
  void drain();
  // Ends all connections and the thread.
  void stop();

  // --- shard thread only ---
  void adopt(const std::shared_ptr<Connection>& connection);
  void forget(const std::shared_ptr<Connection>& connection);
  // One has taken another's place on its socket.
  void replace(const std::shared_ptr<Connection>& old, const std::shared_ptr<Connection>& by);
  // Asks all connections for what is late then at the latest, on the engine's steady clock.
  void look_at(Micros when);
  // Calls flush() of it when what runs now, and all that was posted before, has run.
  void flush_after(std::shared_ptr<Connection> connection);
  // Of the Date header.
  const std::string& date();
  Context& context() { return *context_; }
  const std::shared_ptr<Context>& shared_context() const { return context_; }

  boost::asio::io_context& io() { return io_; }

 private:
  void listen();
  void run_posted();
  void flush_all();
  void look();

  boost::asio::io_context io_{1};
  std::shared_ptr<Context> context_;
  std::optional<boost::asio::executor_work_guard<boost::asio::io_context::executor_type>> work_;
  std::thread thread_;
  // Written to by who posts. boost::asio::post wakes the thread while it holds a lock that the
  // thread needs first: they meet on it each time.
  int bell_fd_ = -1;

  // --- shard thread only ---
  boost::asio::posix::stream_descriptor bell_{io_};  // owns bell_fd_
  boost::asio::steady_timer timer_{io_};
  Micros look_at_;  // zero: never
  std::unordered_set<std::shared_ptr<Connection>> connections_;
  std::string date_;
  std::int64_t date_second_ = -1;  // that it says
  std::vector<std::function<void()>> running_;
  std::vector<std::shared_ptr<Connection>> to_flush_;
  bool in_posted_ = false;
  bool closing_ = false;

  // --- guarded by mutex ---
  std::mutex mutex_;
  std::vector<std::function<void()>> posted_;
  bool stopped_ = false;
};

}  // namespace daybook::api
