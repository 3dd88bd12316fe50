// `daybook bench replay`: folds the log of a data directory again, into the decision state and into
// all views, and says how fast.
#pragma once

#include "bench/load/run.h"

namespace daybook::bench {

struct ReplayOptions {
  RunOptions run;
  std::filesystem::path data;  // of a server or a benchmark that is not running
  bool views = true;
};

Status bench_replay(const ReplayOptions& options, std::ostream& out);

}  // namespace daybook::bench
