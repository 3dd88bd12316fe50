// The fast fold: the log into a decision state, in two stages on two threads.
//
//   [reader thread] cursor, checksums, copies → batches → [caller's thread] decode, evolve
//
// With `chain` a third thread hashes every record again and compares: a log that was changed
// together with its checksums is then refused too (kCorrupt "CHAIN_BROKEN").
#pragma once

#include <cstdint>
#include <functional>

#include "base/ids.h"
#include "base/result.h"
#include "log/log.h"
#include "scheduler/state.h"

namespace daybook::replay {

struct FoldOptions {
  Seq until{~std::uint64_t{0}};  // inclusive; beyond the end means the end
  bool chain = false;
  // done, total; every 65,536 events, on the caller's thread.
  std::function<void(Seq, Seq)> progress = {};
};

// Folds from state.applied() + 1. The state must be a fold of this log. kNotFound "LOG_TRIMMED"
// when the log begins later.
Status fold(scheduler::State& state, log::Log& log, const FoldOptions& options = {});

// Reads [from, until] again and compares the chain; `before` is the chain hash before `from`,
// absent to believe the first.
Status verify_chain(log::Log& log, Seq from, Seq until, const Hash* before);

}  // namespace daybook::replay
