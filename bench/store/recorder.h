// The write path without its threads and its clock: commands are decided at a time that is told,
// folded and encoded as the sequencer does it, and their events appended in groups as large as its
// largest, while the next one fills.
//
//   record → decide, evolve, encode → group → [append thread] log
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <string_view>
#include <thread>

#include "base/bounded_queue.h"
#include "base/entropy.h"
#include "base/result.h"
#include "events/group.h"
#include "log/log.h"
#include "scheduler/decide.h"

namespace daybook::bench {

class Recorder {
 public:
  // Of an empty log. One thread calls all but the constructor's helpers; log and entropy outlive
  // it.
  Recorder(log::Log& log, Entropy& entropy);
  ~Recorder();
  Recorder(const Recorder&) = delete;
  Recorder& operator=(const Recorder&) = delete;

  Status start();
  // Times must not go back. A command that is refused is an error: who calls knows what stands.
  Result<scheduler::Outcome> record(const scheduler::Command& command, Micros now,
                                    std::string_view actor);
  // Everything recorded is in the log when it returns; its error when an append failed.
  Status finish();

  const scheduler::State& state() const { return state_; }
  const Hash& chain() const { return writer_.chain(); }
  // Processor time of the append thread, once finished.
  double append_cpu_seconds() const { return append_cpu_seconds_; }

 private:
  void hand_over();
  void append_all();

  log::Log& log_;
  Entropy& entropy_;
  scheduler::State state_;
  events::GroupWriter writer_;
  scheduler::Decision decision_;
  BoundedQueue<events::Group> groups_;
  BoundedQueue<std::vector<std::uint8_t>> spares_;  // memory of groups that were appended
  std::thread appends_;
  std::atomic<bool> failed_{false};
  std::optional<Error> error_;  // the append thread's, read after it ended
  double append_cpu_seconds_ = 0;
};

}  // namespace daybook::bench
