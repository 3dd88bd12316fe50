// What the core wants done: requests to the sequencer, runs, answers. Private to dispatch.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "dispatch/dispatcher.h"
#include "scheduler/commands.h"
#include "scheduler/outcomes.h"
#include "scheduler/sequencer.h"

namespace daybook::dispatch {

// One request to the sequencer; the replies come back with its tag.
struct Submit {
  std::uint64_t tag = 0;
  std::string actor;
  std::vector<scheduler::Command> commands;
  std::optional<scheduler::IdempotencyKey> key{};
  std::uint64_t takes_back = 0;  // a waiter
};
// A poll that waits at the sequencer too. When its wait there is over, `done` gets what was started
// for it, if anything, and on_waiter() is told.
struct Wait {
  std::uint64_t waiter = 0;
  LeaseRequest request;
  Seq as_of;
  LeaseAnswer done;
};
struct Answered {
  LeaseAnswer done;
  Result<LeasedJobs> jobs;
};
// deadline: when its timeout is over, on the steady clock. The log measures it on running time,
// which a wall clock that is set does not touch.
struct Launch {
  scheduler::StartedJob job;
  std::optional<Micros> deadline;
};
// To be done in this order.
struct Actions {
  std::vector<Wait> waits;
  std::vector<Submit> submits;
  std::vector<Launch> launches;
  std::vector<Seq> stops;  // runs, by the JobStarted event of their attempt
  std::vector<Answered> answers;
  std::vector<std::string> notes;  // for the log, level info
};

}  // namespace daybook::dispatch
