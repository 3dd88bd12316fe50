#include "scheduler/clock_note.h"

#include <cstdlib>

#include "base/limits/clock.h"

namespace daybook::scheduler {
namespace {

// To the millisecond: more is noise.
std::string seconds_of(Duration duration) {
  const std::int64_t ms = std::abs(duration.value) / 1000;
  std::string fraction = std::to_string(1000 + ms % 1000).substr(1);
  return std::to_string(ms / 1000) + "." + fraction + " s";
}

}  // namespace

std::string describe(const events::ClockStepped& step) {
  switch (step.kind) {
    case events::ClockStep::kBack:
      return "the wall clock was set back by " + seconds_of(step.step) +
             ": what is scheduled follows it, leases and retries do not; the log's time is ahead "
             "by " +
             seconds_of(step.offsets.ahead);
    case events::ClockStep::kForward:
      return "the wall clock was set forward by " + seconds_of(step.step) +
             ": what is scheduled follows it, leases and retries do not";
    case events::ClockStep::kAway:
      return "the server did not run for " + seconds_of(step.away) +
             ": leases given out end so much later";
    case events::ClockStep::kSlew:
      return "the log's time came " + seconds_of(step.step) + " nearer to the wall clock";
  }
  return {};
}

std::string describe_held(Duration by) {
  return "the wall clock is ahead by " + seconds_of(by) +
         ", but no such time has passed: it is believed if it stays so for " +
         seconds_of(Duration{kClockConfirmUs});
}

}  // namespace daybook::scheduler
