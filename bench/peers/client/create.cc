#include <algorithm>
#include <vector>

#include "bench/peers/client/figures.h"
#include "bench/peers/client/span.h"

namespace daybook::peers {
namespace {

class Create {
 public:
  explicit Create(const FigureOptions& options)
      : options_(options),
        lanes_(options.server, options.connections),
        sent_(options.connections),
        span_(options) {}

  FigureResult run() {
    for (std::size_t i = 0; i < lanes_.size(); ++i) {
      ask(i, std::chrono::steady_clock::now());
    }
    while (!span_.over()) {
      lanes_.wait(std::min(span_.next(), next_),
                  [this](std::size_t lane, Time at) { done(lane, at); });
      const Time now = std::chrono::steady_clock::now();
      span_.tick(now);
      if (now >= next_) {
        next_ = Time::max();
        ask(0, now);
      }
    }
    return span_.result();
  }

 private:
  void ask(std::size_t lane, Time now) {
    if (options_.jobs > 0 && asked_ >= options_.jobs) {
      return;
    }
    asked_ += options_.batch;
    sent_[lane] = now;
    lanes_.create(lane, options_.batch);
  }

  void done(std::size_t lane, Time now) {
    span_.count(options_.batch, sent_[lane], now);
    if (options_.pause > Nanos{0}) {
      next_ = now + options_.pause;  // of the one connection that a pause is for
    } else {
      ask(lane, now);
    }
  }

  const FigureOptions& options_;
  Lanes lanes_;
  std::vector<Time> sent_;
  Span span_;
  Time next_ = Time::max();
  std::size_t asked_ = 0;
};

}  // namespace

void prepare(const LaneOptions& server) {
  Lanes lanes(server, 1);
  if (!lanes.prepare(0)) {
    return;
  }
  bool answered = false;
  while (!answered) {
    lanes.wait(Time::max(), [&](std::size_t, Time) { answered = true; });
  }
}

FigureResult run_create(const FigureOptions& options) {
  return Create(options).run();
}

}  // namespace daybook::peers
