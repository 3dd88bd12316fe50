// Whether the process stood still, or the machine slept, while the dispatcher's thread waited.
// Private to dispatch. One thread.
#pragma once

#include <chrono>
#include <optional>
#include <utility>

#include "base/ids.h"
#include "base/limits/clock.h"

namespace daybook::dispatch {

class Absence {
 public:
  // Times are those of Clock::awake().
  void begin(Micros now) { looked_ = now; }
  // The thread is about to wait, at most so long; without it for ever, and then nobody is hurt.
  void wait(std::optional<std::chrono::microseconds> at_most) { patience_ = at_most; }
  // The thread woke: how long nothing ran, when it is longer than it wanted by over kAwayMinUs.
  std::optional<Duration> wake(Micros now) {
    const Duration passed = now - std::exchange(looked_, now);
    const bool away = patience_ && passed.value > patience_->count() + kAwayMinUs;
    return away ? std::optional(passed) : std::nullopt;
  }

 private:
  Micros looked_{};
  std::optional<std::chrono::microseconds> patience_;
};

}  // namespace daybook::dispatch
