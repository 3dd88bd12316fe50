#include <vector>

#include "bench/peers/client/figures.h"
#include "bench/peers/client/span.h"

namespace daybook::peers {
namespace {

// Lanes below options.connections create, the others work.
class Cycle {
 public:
  explicit Cycle(const FigureOptions& options)
      : options_(options),
        lanes_(options.server, options.connections + options.workers),
        completing_(lanes_.size()),
        span_(options) {}

  FigureResult run() {
    for (std::size_t i = options_.connections; i < lanes_.size(); ++i) {
      lanes_.lease(i, options_.batch);
    }
    for (std::size_t i = 0; i < options_.connections; ++i) {
      produce(i);
    }
    while (!span_.over()) {
      lanes_.wait(span_.next(), [this](std::size_t lane, Time now) {
        lane < options_.connections ? produce(lane) : work(lane, now);
      });
      span_.tick(std::chrono::steady_clock::now());
    }
    return span_.result();
  }

 private:
  void produce(std::size_t lane) {
    if (open_ + options_.batch > kOpenMax) {
      idle_.push_back(lane);
      return;
    }
    open_ += options_.batch;
    lanes_.create(lane, options_.batch);
  }

  void work(std::size_t lane, Time now) {
    if (completing_[lane] > 0) {
      completed(completing_[lane], now);
    }
    completing_[lane] = lanes_.session(lane).held();
    if (completing_[lane] > 0) {
      lanes_.complete_and_lease(lane, options_.batch);
    } else {
      lanes_.lease(lane, options_.batch);
    }
  }

  void completed(std::size_t jobs, Time now) {
    open_ -= jobs;
    span_.count(jobs, now);
    while (!idle_.empty() && open_ + options_.batch <= kOpenMax) {
      const std::size_t lane = idle_.back();
      idle_.pop_back();
      produce(lane);
    }
  }

  const FigureOptions& options_;
  Lanes lanes_;
  std::vector<std::size_t> completing_;  // jobs whose completion a worker waits for
  Span span_;
  std::size_t open_ = 0;           // asked for and not completed
  std::vector<std::size_t> idle_;  // producers that wait until fewer are open
};

}  // namespace

FigureResult run_cycle(const FigureOptions& options) {
  return Cycle(options).run();
}

}  // namespace daybook::peers
