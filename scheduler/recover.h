// From the data directory to the decision state: the newest sound snapshot, then the tail of the
// log.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "log/log.h"
#include "scheduler/state.h"

namespace daybook::scheduler {

struct Recovered {
  State state;
  Seq snapshot;                    // zero: none was used
  std::uint64_t events = 0;        // folded from the log
  std::vector<std::string> notes;  // snapshots that were passed over, and why
};

// Folds the log from state.applied() + 1 up to `until` or its end, whichever comes first.
// progress(done, total) is called every 65,536 events.
Status fold(State& state, log::Log& log, Seq until,
            const std::function<void(Seq, Seq)>& progress = {});

// Passes over snapshots that are unsound, ahead of the log, or of another history (their chain hash
// is not the log's), and says so (I9). Fails when the log was trimmed past what the newest usable
// snapshot needs.
Result<Recovered> recover(log::Log& log, const std::filesystem::path& snapshots);

}  // namespace daybook::scheduler
