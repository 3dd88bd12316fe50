#include "base/clock.h"

#include <time.h>

#include <chrono>

namespace daybook {

Micros SystemClock::wall() const {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return Micros{std::chrono::duration_cast<std::chrono::microseconds>(now).count()};
}

Micros SystemClock::steady() const {
  // Unlike CLOCK_MONOTONIC it counts the time in which the machine slept.
  timespec now{};
  static_cast<void>(clock_gettime(CLOCK_BOOTTIME, &now));
  return Micros{now.tv_sec * 1'000'000 + now.tv_nsec / 1000};
}

ShiftedClock::ShiftedClock(Micros wall) : origin_(wall.value - system_.steady().value) {}

FakeClock::FakeClock(Micros wall) : wall_(wall.value) {}

void FakeClock::advance(Duration by) {
  wall_ += by.value;
  steady_ += by.value;
}

void FakeClock::pause(Duration by) {
  awake_ += by.value;
  advance(by);
}

}  // namespace daybook
