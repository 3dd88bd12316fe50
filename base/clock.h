// The only door to time. Wall time is for schedules and display, steady time for durations.
#pragma once

#include <atomic>

#include "base/ids.h"

namespace daybook {

class Clock {
 public:
  virtual ~Clock() = default;
  // UTC microseconds since 1970; may jump in either direction.
  virtual Micros wall() const = 0;
  // Microseconds from an arbitrary origin; never goes back.
  virtual Micros steady() const = 0;
};

class SystemClock final : public Clock {
 public:
  Micros wall() const override;
  Micros steady() const override;
};

// A clock that moves only when told; any thread may read or move it.
class FakeClock final : public Clock {
 public:
  explicit FakeClock(Micros wall = Micros{1'763'251'200'000'000});  // 2025-11-16T00:00:00Z
  Micros wall() const override { return Micros{wall_.load()}; }
  Micros steady() const override { return Micros{steady_.load()}; }
  // Moves both clocks forward.
  void advance(Duration by);
  // Moves the wall clock alone: a jump.
  void jump(Duration by) { wall_ += by.value; }

 private:
  std::atomic<std::int64_t> wall_;
  std::atomic<std::int64_t> steady_{0};
};

// A clock that begins at a given time and runs like the system's, and can be moved forward: for
// trying out what is due in a week. Any thread may read or move it.
class ShiftedClock final : public Clock {
 public:
  explicit ShiftedClock(Micros wall);
  Micros wall() const override { return Micros{origin_.value + system_.steady().value + ahead_}; }
  Micros steady() const override { return Micros{system_.steady().value + ahead_}; }
  // Moves both clocks forward; `by` is not negative.
  void advance(Duration by) { ahead_ += by.value; }

 private:
  SystemClock system_;
  Micros origin_;
  std::atomic<std::int64_t> ahead_{0};
};

}  // namespace daybook
