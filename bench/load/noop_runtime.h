// A runtime whose jobs do nothing: it notes when each order came and reports success.
#pragma once

#include <mutex>
#include <thread>
#include <unordered_map>

#include "base/bounded_queue.h"
#include "base/clock.h"
#include "components/runtime.h"

namespace daybook::bench {

class NoopRuntime final : public components::Runtime {
 public:
  explicit NoopRuntime(const Clock& clock);
  ~NoopRuntime() override;

  components::CheckResult check(const components::Draft& draft) const override;
  std::shared_ptr<components::Run> run(components::Order order,
                                       std::function<void(components::RunOutcome)> done) override;
  void shutdown() override;

  // When the order of each job came; any thread.
  std::unordered_map<JobId, Micros> ordered_at() const;

 private:
  using Done = std::function<void(components::RunOutcome)>;

  const Clock& clock_;
  mutable std::mutex mutex_;
  std::unordered_map<JobId, Micros> ordered_at_;
  BoundedQueue<Done> open_;
  std::thread reporter_;
};

}  // namespace daybook::bench
