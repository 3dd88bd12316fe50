// `daybook bench due`: how long after its time a job starts, on a server that has nothing else to
// do. In this process: log, sequencer, views and dispatcher, without HTTP.
#pragma once

#include <cstdint>

#include "bench/load/run.h"

namespace daybook::bench {

struct DueOptions {
  RunOptions run;
  std::uint64_t jobs = 1000;
  bool exec = false;  // true: a child process each; false: a runtime that does nothing
};

Status bench_due(const DueOptions& options, std::ostream& out);

}  // namespace daybook::bench
