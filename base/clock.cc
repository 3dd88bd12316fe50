#include "base/clock.h"

#include <chrono>

namespace daybook {

Micros SystemClock::wall() const {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return Micros{std::chrono::duration_cast<std::chrono::microseconds>(now).count()};
}

Micros SystemClock::steady() const {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return Micros{std::chrono::duration_cast<std::chrono::microseconds>(now).count()};
}

ShiftedClock::ShiftedClock(Micros wall) : origin_(wall.value - system_.steady().value) {}

FakeClock::FakeClock(Micros wall) : wall_(wall.value) {}

void FakeClock::advance(Duration by) {
  wall_ += by.value;
  steady_ += by.value;
}

}  // namespace daybook
