// The log's time (I5): runs with the running clock, follows the wall clock, never goes back. Why
// and how: docs/adr/0011-time.md.
//
//   wall clock off by less than kClockToleranceUs .. followed, at half speed when it is behind
//   set back ....................................... time runs on, and is `ahead` of it
//   set forward .................................... time is less ahead; beyond that it jumps, and
//                                                    leads the running clock by so much more
//   ... by more than kClockJumpMaxUs ............... the same, once it has stood kClockConfirmUs
//   quiet for kClockSlewGapUs while ahead .......... time comes half of that nearer
//
// The sequencer's clock decides what a step is; what it decided stands in a ClockStepped event.
// Others follow: until they have seen that event they go on as if nothing had been set. One thread.
#pragma once

#include <cstdint>
#include <optional>

#include "base/clock.h"
#include "events/clock_events.h"

namespace daybook::scheduler {

class LogicalTime {
 public:
  // Goes on from the last event and the offsets that stood at it.
  LogicalTime(const Clock& clock, Micros last, const events::ClockOffsets& offsets = {});

  Micros current() const { return last_; }
  const events::ClockOffsets& offsets() const { return offsets_; }
  // How many steps ahead were not believed at once.
  std::uint64_t held() const { return held_; }
  // How far the wall clock was from where it should be at the last look.
  Duration wrong() const { return wrong_; }

  // For the sequencer. After each, take_step() until there is none; each stands in the log before
  // what is decided at that time.
  Micros next();
  std::optional<events::ClockStepped> take_step();

  // For those who follow: the time by the offsets that the log told, and whether the wall clock is
  // not where they put it.
  Micros follow();
  bool off() const { return off_; }
  void adopt(const events::ClockOffsets& offsets);

 private:
  struct Reading {
    Duration passed;  // of running time, since the last one
    Duration wrong;   // of the wall clock: from where it should be
  };
  Reading read();
  void correct(const Reading& reading);
  void go_back(Duration by);
  void go_forward(Duration by);
  bool believed(Duration wrong);
  void come_nearer(Duration quiet);

  const Clock& clock_;
  Micros last_;
  events::ClockOffsets offsets_;
  Micros running_;  // the clock's, at last_
  std::optional<Micros> held_since_;
  Duration held_wrong_;
  std::uint64_t held_ = 0;
  bool off_ = false;
  Duration wrong_;
  std::optional<events::ClockStepped> step_;
};

}  // namespace daybook::scheduler
