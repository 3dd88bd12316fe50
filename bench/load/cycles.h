// `daybook bench cycles`, `burndown` and `steady`: full job cycles in this process.
#pragma once

#include "bench/load/cycle_driver.h"
#include "bench/load/run.h"

namespace daybook::bench {

struct CyclesOptions {
  RunOptions run;
  CycleOptions cycle;
  bool views = true;
  bool sync = true;
  bool snapshots = true;
  std::filesystem::path keep;  // run here and leave the data directory; empty: scratch
};

// `name` is the subcommand's: what is measured follows from the options.
Status bench_cycles(std::string name, const CyclesOptions& options, std::ostream& out);

}  // namespace daybook::bench
