// Counts of what the HTTP surface did. All members may be touched from any thread.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>

#include "base/ids.h"

namespace daybook::api {

class HttpMetrics {
 public:
  // Upper bounds of the latency buckets, in microseconds; the last bucket has none.
  static constexpr std::array<std::int64_t, 14> kBounds{
      250,    500,     1'000,   2'500,   5'000,     10'000,    20'000,
      50'000, 100'000, 250'000, 500'000, 1'000'000, 5'000'000, 30'000'000};
  static constexpr std::size_t kClasses = 5;  // 1xx … 5xx

  // A request that was refused before it had a route counts for route `routes`.
  explicit HttpMetrics(std::size_t routes);

  void answered(std::size_t route, int status, Duration took);

  std::size_t routes() const { return routes_; }
  std::uint64_t count(std::size_t route, std::size_t status_class) const;
  std::uint64_t bucket(std::size_t i) const { return buckets_[i].load(std::memory_order_relaxed); }
  std::uint64_t latency_sum_us() const { return sum_us_.load(std::memory_order_relaxed); }

  std::atomic<std::uint64_t> connections{0};  // open now
  std::atomic<std::uint64_t> connections_total{0};
  std::atomic<std::uint64_t> connections_refused{0};  // over the limit
  std::atomic<std::uint64_t> timeouts{0};             // connections closed for being slow
  std::atomic<std::uint64_t> failed_handshakes{0};    // of TLS
  std::atomic<std::uint64_t> unauthorized{0};         // requests without a valid token
  std::atomic<std::uint64_t> forbidden{0};            // answers that something is not permitted
  std::atomic<std::uint64_t> streams{0};              // open now
  std::atomic<std::uint64_t> worker_connections{0};   // open now
  std::atomic<std::uint64_t> worker_messages_in{0};
  std::atomic<std::uint64_t> worker_messages_out{0};
  std::atomic<std::uint64_t> worker_frames_out{0};
  std::atomic<std::uint64_t> worker_credits{0};    // jobs that they may hold now
  std::atomic<std::uint64_t> worker_jobs_held{0};  // and hold
  std::atomic<std::uint64_t> worker_ends{0};       // connections that the server ended for cause
  std::atomic<std::uint64_t> gzips{0};             // answers that were packed
  std::atomic<std::uint64_t> looks{0};             // of an I/O thread, for what is late
  std::atomic<std::uint64_t> reads{0};             // calls of the system that brought bytes
  std::atomic<std::uint64_t> writes{0};            // and that took some

 private:
  using Count = std::atomic<std::uint64_t>;
  std::size_t routes_;
  std::unique_ptr<Count[]> counts_;
  std::array<Count, kBounds.size() + 1> buckets_{};
  Count sum_us_{0};
};

}  // namespace daybook::api
