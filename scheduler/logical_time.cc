#include "scheduler/logical_time.h"

#include <algorithm>
#include <utility>

#include "base/limits/clock.h"

namespace daybook::scheduler {
namespace {

// How far from each other those who follow the same wall clock may be: each as far as it may be
// from that.
constexpr std::int64_t kApartMaxUs = 2 * kClockToleranceUs;

struct Both {
  Micros wall;
  Micros running;
};

// The two clocks at one moment: a thread that stands still between two looks would see a step.
Both read_both(const Clock& clock) {
  constexpr int kTries = 100;
  Both out;
  for (int i = 0; i < kTries; ++i) {
    const Micros before = clock.running();
    out.wall = clock.wall();
    out.running = clock.running();
    if (out.running - before <= millis(1)) {
      break;
    }
  }
  return out;
}

}  // namespace

LogicalTime::LogicalTime(const Clock& clock, Micros last, const events::ClockOffsets& offsets)
    : clock_(clock), last_(last), offsets_(offsets) {
  // While nobody looked the wall clock went on. Had it been set back, the next look says so.
  const Both now = read_both(clock);
  running_ = now.running;
  last_ = std::max(last_, offsets_.at_wall(now.wall));
}

LogicalTime::Reading LogicalTime::read() {
  const Both now = read_both(clock_);
  Reading out;
  out.passed = now.running - std::exchange(running_, now.running);
  out.wrong = offsets_.at_wall(now.wall) - (last_ + out.passed);
  wrong_ = out.wrong;
  return out;
}

void LogicalTime::correct(const Reading& reading) {
  held_since_.reset();
  last_ = last_ + reading.passed;
  last_ = last_ + Duration{std::max(reading.wrong.value, -reading.passed.value / 2)};
}

Micros LogicalTime::next() {
  const Reading reading = read();
  const std::int64_t wrong = reading.wrong.value;
  if (wrong >= -kClockToleranceUs && wrong <= kClockToleranceUs) {
    const Micros before = last_;
    correct(reading);
    come_nearer(last_ - before);
    return last_;
  }
  last_ = last_ + reading.passed;
  if (wrong < 0) {
    go_back(Duration{-wrong});
  } else if (believed(reading.wrong)) {
    go_forward(reading.wrong);
  }
  return last_;
}

Micros LogicalTime::follow() {
  const Reading reading = read();
  off_ = reading.wrong.value < -kClockToleranceUs || reading.wrong.value > kClockToleranceUs;
  if (off_) {
    last_ = last_ + reading.passed;
  } else {
    correct(reading);
  }
  return last_;
}

void LogicalTime::adopt(const events::ClockOffsets& offsets) {
  if (offsets == offsets_) {
    return;
  }
  const Both now = read_both(clock_);
  const Duration passed = now.running - std::exchange(running_, now.running);
  const Micros ran{last_.value + passed.value + offsets.lead.value - offsets_.lead.value};
  offsets_ = offsets;
  // In step with the clock that decided, unless the wall clock was set again since.
  last_ = offsets_.at_wall(now.wall);
  const std::int64_t apart = (last_ - ran).value;
  off_ = apart < -kApartMaxUs || apart > kApartMaxUs;
  if (off_) {
    last_ = ran;
  }
}

std::optional<events::ClockStepped> LogicalTime::take_step() {
  return std::exchange(step_, std::nullopt);
}

void LogicalTime::go_back(Duration by) {
  held_since_.reset();
  offsets_.ahead = Duration{offsets_.ahead.value + by.value};
  step_ = events::ClockStepped{events::ClockStep::kBack, Duration{-by.value}, offsets_, {}};
}

void LogicalTime::go_forward(Duration by) {
  held_since_.reset();
  const Duration made_good = std::min(by, offsets_.ahead);
  const Duration jump{by.value - made_good.value};
  offsets_.ahead = Duration{offsets_.ahead.value - made_good.value};
  offsets_.lead = Duration{offsets_.lead.value + jump.value};
  last_ = last_ + jump;
  step_ = events::ClockStepped{events::ClockStep::kForward, by, offsets_, {}};
}

bool LogicalTime::believed(Duration wrong) {
  if (wrong.value <= kClockJumpMaxUs) {
    return true;
  }
  // Set right in between and wrong again, it is another step.
  const std::int64_t changed = wrong.value - held_wrong_.value;
  if (!held_since_ || changed > kClockToleranceUs || changed < -kClockToleranceUs) {
    held_since_ = running_;
    held_wrong_ = wrong;
    ++held_;
  }
  return (running_ - *held_since_).value >= kClockConfirmUs;
}

void LogicalTime::come_nearer(Duration quiet) {
  const Duration by{std::min(quiet.value / 2, offsets_.ahead.value)};
  if (quiet.value < kClockSlewGapUs || by.value <= 0) {
    return;
  }
  offsets_.ahead = Duration{offsets_.ahead.value - by.value};
  offsets_.lead = Duration{offsets_.lead.value - by.value};
  last_ = Micros{last_.value - by.value};
  step_ = events::ClockStepped{events::ClockStep::kSlew, by, offsets_, {}};
}

}  // namespace daybook::scheduler
