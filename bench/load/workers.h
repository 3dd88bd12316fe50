// Clients of a server that schedule jobs, lease and complete them, over and over.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "base/result.h"
#include "bench/load/http_connection.h"

namespace daybook::bench {

// Puts the component and the definitions that they, and run_post_load(), use.
Status put_work(const HttpServer& server);

// Four, each on a thread and a connection of its own, 100 jobs a request. They run from the
// constructor to stop().
class Workers {
 public:
  explicit Workers(const HttpServer& server);
  ~Workers() { stop(); }
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;

  void stop();
  std::uint64_t completed() const { return completed_; }
  // Once stopped: how the first of them failed.
  Status ended() const { return failed_ ? Status(fail(*failed_)) : Status(); }

 private:
  Status work(const HttpServer& server);

  std::atomic<bool> stopping_{false};
  std::mutex mutex_;
  std::optional<Error> failed_;
  std::atomic<std::uint64_t> completed_{0};
  std::vector<std::thread> threads_;
};

// Whole cycles a second, with these.
Result<double> cycle_rate(const HttpServer& server, double seconds);
// Jobs a second, one a request, on 64 connections.
Result<double> post_rate(const HttpServer& server, double seconds);

}  // namespace daybook::bench
