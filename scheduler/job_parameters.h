// What jobs were created with, read from the log: a fact that is not in the decision state, but for
// jobs whose event has left the log (docs/adr/0014-a-pending-job-is-32-bytes.md). One thread.
#pragma once

#include <string_view>
#include <vector>

#include "base/result.h"
#include "log/event_reader.h"
#include "scheduler/outcomes.h"
#include "scheduler/state.h"

namespace daybook::scheduler {

class JobParameters {
 public:
  // `log` outlives it.
  explicit JobParameters(log::Log& log) : reader_(log) {}

  // Of a job whose creation is durable; valid until the next call. kCorrupt "NO_CREATION" when
  // another event stands in its place; else errors as EventReader::at().
  Result<std::string_view> of(JobId job);
  // Keeps those of all live jobs that were created up to there, before the log loses them.
  Status keep(State& state, Seq through);
  // What was started is run by who is answered: gives it the parameters that are not kept.
  Status add_to(std::vector<Result<Reply>>& replies);

 private:
  log::EventReader reader_;
};

}  // namespace daybook::scheduler
