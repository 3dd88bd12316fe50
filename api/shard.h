// One I/O thread with the connections that belong to it. Private to the server (it shows Asio).
//
// A connection is touched by its shard's thread only; others reach it through post().
#pragma once

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
#include <boost/asio/steady_timer.hpp>

#include "api/call.h"

namespace daybook::api {

class Session;

class Shard : public std::enable_shared_from_this<Shard> {
 public:
  explicit Shard(std::shared_ptr<Context> context);
  ~Shard();

  // kUnavailable "NO_THREAD".
  Status start();
  // Runs `work` on the shard's thread, in order; dropped after stop(). Any thread.
  void post(std::function<void()> work);
  // Idle connections end now, the others after their answer. Any thread.
  void drain();
  // Ends all connections and the thread.
  void stop();

  // --- shard thread only ---
  void adopt(const std::shared_ptr<Session>& session);
  void forget(const std::shared_ptr<Session>& session);
  const std::string& date() const { return date_; }
  Context& context() { return *context_; }
  const std::shared_ptr<Context>& shared_context() const { return context_; }

  boost::asio::io_context& io() { return io_; }

 private:
  void run_posted();
  void sweep();
  void arm_sweep();

  boost::asio::io_context io_{1};
  std::shared_ptr<Context> context_;
  std::optional<boost::asio::executor_work_guard<boost::asio::io_context::executor_type>> work_;
  std::thread thread_;

  // --- shard thread only ---
  boost::asio::steady_timer timer_{io_};
  std::unordered_set<std::shared_ptr<Session>> sessions_;
  std::string date_;  // of the Date header, renewed by the sweep
  std::vector<std::function<void()>> running_;
  bool closing_ = false;

  // --- guarded by mutex ---
  std::mutex mutex_;
  std::vector<std::function<void()>> posted_;
  bool stopped_ = false;
};

}  // namespace daybook::api
