#include "bench/load/noop_runtime.h"

#include <utility>
#include <vector>

#include "base/check.h"
#include "base/limits/components.h"

namespace daybook::bench {
namespace {

class NoopRun final : public components::Run {
 public:
  void stop() override {}
};

}  // namespace

NoopRuntime::NoopRuntime(const Clock& clock) : clock_(clock), open_(kOrdersWaitingMax) {
  reporter_ = std::thread([this] {
    std::vector<Done> open;
    while (open_.pop_all(open)) {
      for (const Done& done : open) {
        components::RunOutcome outcome;
        outcome.result = "{}";
        done(std::move(outcome));
      }
      open.clear();
    }
  });
}

NoopRuntime::~NoopRuntime() {
  shutdown();
}

components::CheckResult NoopRuntime::check(const components::Draft&) const {
  return components::Checked{};
}

std::shared_ptr<components::Run> NoopRuntime::run(
    components::Order order, std::function<void(components::RunOutcome)> done) {
  {
    const std::lock_guard lock(mutex_);
    ordered_at_[order.job] = clock_.wall();
  }
  const bool taken = open_.push(std::move(done));
  DAYBOOK_CHECK(taken, "no order comes after the shutdown");
  return std::make_shared<NoopRun>();
}

void NoopRuntime::shutdown() {
  open_.close();
  if (reporter_.joinable()) {
    reporter_.join();
  }
}

std::unordered_map<JobId, Micros> NoopRuntime::ordered_at() const {
  const std::lock_guard lock(mutex_);
  return ordered_at_;
}

}  // namespace daybook::bench
