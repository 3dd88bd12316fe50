// Logical time: max(previous, wall clock), never decreasing (I5).
//
// A wall clock that runs ahead of the monotonic clock by more than kClockJumpMaxUs between two
// looks is not believed: time then goes on with the monotonic clock, so that a wrong clock does not
// make everything fire at once. A restart takes the wall clock as it is (with the operator's word
// beyond kStartJumpMaxUs). One thread.
#pragma once

#include <algorithm>
#include <cstdint>

#include "base/clock.h"
#include "base/limits/clock.h"

namespace daybook::scheduler {

class LogicalTime {
 public:
  LogicalTime(const Clock& clock, Micros last)
      : clock_(clock), last_(last), wall_(clock.wall()), steady_(clock.steady()) {}

  Micros current() const { return last_; }
  // How often time was held.
  std::uint64_t held() const { return held_; }

  Micros next() {
    const Micros wall = clock_.wall();
    const Micros steady = clock_.steady();
    const std::int64_t passed = steady.value - steady_.value;
    // After a step back, coming forward again as far as time had already got is no jump.
    const Micros expected = std::max(last_, Micros{wall_.value + passed});
    const std::int64_t jump = wall.value - expected.value;
    if (jump > kClockJumpMaxUs) {
      ++held_;
      last_ = expected;
      return last_;  // the believed pair stays, so the jump is seen again until the clock comes
                     // back
    }
    wall_ = wall;
    steady_ = steady;
    last_ = std::max(last_, wall);
    return last_;
  }

 private:
  const Clock& clock_;
  Micros last_;
  Micros wall_;    // the last wall clock that was believed
  Micros steady_;  // and its monotonic companion
  std::uint64_t held_ = 0;
};

}  // namespace daybook::scheduler
