#include <algorithm>

#include "bench/peers/client/failure.h"
#include "bench/peers/client/figures.h"
#include "bench/peers/client/span.h"

namespace daybook::peers {
namespace {

constexpr std::size_t kProducer = 0;
constexpr std::size_t kWorker = 1;

class Pickup {
 public:
  explicit Pickup(const FigureOptions& options)
      : options_(options), lanes_(options.server, 2), span_(options) {}

  FigureResult run() {
    lanes_.lease(kWorker, 1);
    rest(std::chrono::steady_clock::now());
    while (!span_.over()) {
      lanes_.wait(std::min(span_.next(), next_),
                  [this](std::size_t lane, Time at) { done(lane, at); });
      const Time now = std::chrono::steady_clock::now();
      span_.tick(now);
      if (now >= next_) {
        next_ = Time::max();
        sent_ = now;
        acknowledged_ = false;
        under_way_ = true;
        lanes_.create(kProducer, 1);
      }
    }
    return span_.result();
  }

 private:
  void rest(Time now) { next_ = now + options_.pause; }

  void done(std::size_t lane, Time now) {
    if (lane == kProducer) {
      acknowledged_ = true;
    } else if (completing_) {
      completing_ = false;
      under_way_ = false;
      lanes_.lease(kWorker, 1);
    } else if (lanes_.session(kWorker).held() == 0) {
      lanes_.lease(kWorker, 1);  // it waited in vain
      return;
    } else {
      if (!under_way_) {
        throw Failure("a worker was given a job that was not created in this run");
      }
      span_.count(1, sent_, now);
      completing_ = true;
      lanes_.complete(kWorker);
    }
    if (acknowledged_ && !under_way_) {
      acknowledged_ = false;
      rest(now);
    }
  }

  const FigureOptions& options_;
  Lanes lanes_;
  Span span_;
  Time next_ = Time::max();
  Time sent_;
  bool acknowledged_ = false;  // the create has its answer
  bool under_way_ = false;     // created and not yet completed
  bool completing_ = false;
};

}  // namespace

FigureResult run_pickup(const FigureOptions& options) {
  return Pickup(options).run();
}

}  // namespace daybook::peers
