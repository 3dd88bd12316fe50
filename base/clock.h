// The only door to time: wall time for what people see, running time for what the scheduler
// measures (leases, backoff, windows), steady time for connections and waits.
#pragma once

#include <atomic>

#include "base/ids.h"

namespace daybook {

class Clock {
 public:
  virtual ~Clock() = default;
  // UTC microseconds since 1970; may jump in either direction.
  virtual Micros wall() const = 0;
  // Microseconds from an arbitrary origin; never goes back, and goes on while the machine sleeps.
  virtual Micros steady() const = 0;
  // The same as the scheduler measures it: a clock that is moved for a trial moves this too.
  virtual Micros running() const { return steady(); }
  // The same, for seeing that this process stood still: a clock that is moved does not move it.
  virtual Micros awake() const { return steady(); }
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
  Micros awake() const override { return Micros{awake_.load()}; }
  // Moves the clocks forward, while everybody looks on.
  void advance(Duration by);
  // Moves the clocks forward, while the process stands still or the machine sleeps.
  void pause(Duration by);
  // Moves the wall clock alone: a jump.
  void jump(Duration by) { wall_ += by.value; }

 private:
  std::atomic<std::int64_t> wall_;
  std::atomic<std::int64_t> steady_{0};
  std::atomic<std::int64_t> awake_{0};
};

// A clock that begins at a given time and runs like the system's, and can be moved forward: for
// trying out what is due in a week. What waits for the network goes by the system's clock. Any
// thread may read or move it.
class ShiftedClock final : public Clock {
 public:
  explicit ShiftedClock(Micros wall);
  Micros wall() const override { return Micros{origin_.value + running().value}; }
  Micros steady() const override { return system_.steady(); }
  Micros running() const override { return Micros{system_.steady().value + ahead_}; }
  // Moves wall and running time forward together; `by` is not negative.
  void advance(Duration by) { ahead_ += by.value; }

 private:
  SystemClock system_;
  Micros origin_;
  std::atomic<std::int64_t> ahead_{0};
};

}  // namespace daybook
