// `daybook bench trace FILE.swf.gz`: feeds a real trace of jobs through the engine on a virtual
// clock: each job is scheduled when it was submitted, started by the queue, and completed when its
// run time is over. One definition an application. Then the log is opened again and replayed, and
// decision state and views must come out identical.
#pragma once

#include "bench/load/run.h"

namespace daybook::bench {

struct TraceOptions {
  RunOptions run;
  std::filesystem::path file;  // in the Standard Workload Format, compressed or not
  std::size_t jobs_max = 0;    // 0: all
};

// Fails with kCorrupt "REPLAY_DIFFERS" when the replay is not identical.
Status bench_trace(const TraceOptions& options, std::ostream& out);

}  // namespace daybook::bench
