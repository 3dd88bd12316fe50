// The simulation behind `daybook bench trace`: events in virtual time through the real sequencer.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <queue>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/clock.h"
#include "base/entropy.h"
#include "bench/load/engine.h"
#include "bench/load/swf.h"
#include "projections/queue.h"

namespace daybook::bench {

struct TraceResult {
  std::uint64_t definitions = 0;
  std::uint64_t running_max = 0;
  double virtual_days = 0;
};

// One thread; the engine runs on `clock`, which this moves.
class TraceRun {
 public:
  TraceRun(Engine& engine, FakeClock& clock, const SwfTrace& trace);

  // progress(done, total) in jobs.
  Result<TraceResult> run(const std::function<void(std::uint64_t, std::uint64_t)>& progress);

 private:
  struct Open {
    Micros ends;
    scheduler::Token token;
    JobId job;
    bool operator>(const Open& other) const { return ends > other.ends; }
  };

  Status put_definitions();
  // All that happens at the present virtual time.
  Status report_ended();
  Status create_submitted();
  Status start_due();
  Status fold();
  // When the next thing happens; nothing when all is over.
  std::optional<Micros> next_instant() const;
  Result<std::vector<scheduler::Reply>> submit(std::vector<scheduler::Command> commands);

  Engine& engine_;
  FakeClock& clock_;
  const SwfTrace& trace_;
  const Micros began_;
  SeededEntropy entropy_{1};
  projections::Queue queue_;
  std::unique_ptr<log::Cursor> cursor_;
  std::priority_queue<Open, std::vector<Open>, std::greater<>> open_;
  std::size_t next_submit_ = 0;  // place in the trace
  std::unordered_map<JobId, std::size_t> place_of_;
  TraceResult result_;
};

// "app-<n>", or "app-unknown".
std::string definition_of(const SwfJob& job);

}  // namespace daybook::bench
