// What all parts of one simulated world share.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <utility>

#include "base/clock.h"
#include "base/entropy.h"
#include "tests/simulation/agenda.h"
#include "tests/simulation/random.h"

namespace daybook::simulation {

// A server that is broken on purpose, to show that the simulation would see it.
enum class Breakage : std::uint8_t {
  kNone,
  kLosesAcknowledged,  // a restart finds the log without its last group
  kStartsTwice,        // a run is launched twice
  kForgetsViews,       // the views' store takes a checkpoint without the changes
  kSentUnsent,         // a sending is reported as sent that did not leave
  kDropsEffects,       // what a run asked for is lost on its way
  kStaleSnapshot,      // the state of a snapshot lacks the last event that it names
  kMissesWake,         // the dispatcher is not told that the log grew
  kForgetsKeys,        // a repeated request is taken for a new one
  kAcceptsOldTokens,   // a late report gets the token of the attempt that is open now
  kForgetsRetention,   // nothing is swept
};

// What one seed is like, drawn from it: some histories have no rules, some crash all the time.
struct Choices {
  explicit Choices(Random& random);

  std::size_t acts = 0;  // that clients do
  Duration pace;         // between two of them, at most
  std::size_t workers = 0;
  std::size_t tail_bytes = 0;
  std::uint64_t snapshot_events = 0;  // 0: none are taken
  std::uint64_t view_lag = 0;         // of a thousand turns, how many the views let pass
  bool rules = false;
  bool sendings = false;
  bool retention = false;
  bool guests = false;  // whose tokens come and go
  // Of a thousand:
  std::uint64_t lost_answers = 0;
  std::uint64_t failing_runs = 0;
  std::uint64_t hanging_runs = 0;
  std::uint64_t failing_sendings = 0;
  // Of 100,000 turns:
  std::uint64_t crashes = 0;
  std::uint64_t stops = 0;
  std::uint64_t lost_writes = 0;
  std::uint64_t kept_writes = 0;
  std::uint64_t clock_steps = 0;
  std::uint64_t pauses = 0;
  std::uint64_t view_faults = 0;
  std::uint64_t full_disks = 0;
};

// Who there is: clients who may everything, workers, and guests.
inline constexpr std::uint64_t kClients = 2;
inline constexpr std::uint64_t kGuests = 3;
inline std::string client_name(std::uint64_t number) {
  return "client" + std::to_string(number);
}
inline std::string worker_name(std::uint64_t number) {
  return "w" + std::to_string(number);
}
inline std::string guest_name(std::uint64_t number) {
  return "guest" + std::to_string(number);
}

// The first thing that was wrong.
class Verdict {
 public:
  void wrong(std::string what) {
    if (first_.empty()) {
      first_ = std::move(what);
    }
  }
  bool ok() const { return first_.empty(); }
  const std::string& text() const { return first_; }

 private:
  std::string first_;
};

// What happened, for people: the last lines, made only when somebody wants them.
class Trace {
 public:
  explicit Trace(std::size_t lines_max) : lines_max_(lines_max) {}

  template <typename Say>
  void say(Micros now, const Say& line) {
    if (lines_max_ == 0) {
      return;
    }
    if (lines_.size() == lines_max_) {
      lines_.pop_front();
    }
    lines_.push_back(stamp(now) + line());
  }
  const std::deque<std::string>& lines() const { return lines_; }

 private:
  static std::string stamp(Micros now);

  const std::size_t lines_max_;
  std::deque<std::string> lines_;
};

struct Shared {
  Shared(std::uint64_t seed, Breakage breakage, std::size_t trace_lines);

  // Later, by the steady clock.
  void after(Duration delay, Agenda::Act act) { agenda.at(clock.steady() + delay, std::move(act)); }
  template <typename Say>
  void say(const Say& line) {
    trace.say(clock.steady(), line);
  }

  Random random;
  SeededEntropy entropy;
  Choices choices;
  FakeClock clock;
  Agenda agenda;
  Verdict verdict;
  Trace trace;
  const Breakage broken;
  // Faults are over, and clients rest: what there is to do gets done.
  bool calm = false;
};

}  // namespace daybook::simulation
