// How the clocks of the log stand to each other (docs/adr/0011-time.md), and the event that says
// when that changed.
//
//   logical time   in every header; runs with the running clock, jumps ahead with the wall clock
//   running time   = logical - lead: only runs; leases, backoff, timeouts and windows are measured
//                  in it
//   wall time      = logical - ahead: what people see; due times that were given are read in it
#pragma once

#include <cstdint>

#include "events/words.h"

namespace daybook::events {

// A time so much later. What a hostile log says may wrap, but is harmless.
inline Micros moved(Micros at, std::int64_t by) {
  return Micros{static_cast<std::int64_t>(static_cast<std::uint64_t>(at.value) +
                                          static_cast<std::uint64_t>(by))};
}

// The logical time of the JobCreated event, rounded down to the millisecond.
inline Micros created_time(JobId job) {
  return Micros{static_cast<std::int64_t>(job.high >> 16) * 1000};
}

// The end of a lease when its server was away: it gets the time back, but no more than a fresh
// lease from now, should it have been renewed already.
inline Micros given_back(Micros until, Duration away, Micros now, Duration lease) {
  const Micros later = moved(until, away.value);
  const Micros fresh = moved(now, lease.value);
  const Micros most = later < fresh ? later : fresh;
  return until < most ? most : until;
}

struct ClockOffsets {
  Duration lead;   // of logical over running time: by how much it has jumped ahead
  Duration ahead;  // of logical over wall time: not negative

  Micros running(Micros logical) const { return moved(logical, -lead.value); }
  Micros wall(Micros logical) const { return moved(logical, -ahead.value); }
  // The logical time at which the other clocks show that.
  Micros at_running(Micros running) const { return moved(running, lead.value); }
  Micros at_wall(Micros wall) const { return moved(wall, ahead.value); }
  bool operator==(const ClockOffsets&) const = default;
};

// The clocks stand to each other as `offsets` says from here on. step: how far the wall clock was
// set (kBack, kForward), how much of the lead over it was made good (kSlew). away: the server did
// not run for so long (kAway); leases given out end so much later.
struct ClockStepped {
  ClockStep kind = ClockStep::kBack;
  Duration step;
  ClockOffsets offsets;
  Duration away;

  void each(auto&& f) const {
    f("kind", kind), f("step", step), f("lead", offsets.lead), f("ahead", offsets.ahead);
    f("away", away);
  }
};

}  // namespace daybook::events
