// `daybook bench fsync`: what one durable write costs on a disk.
#pragma once

#include "bench/load/run.h"

namespace daybook::bench {

struct FsyncOptions {
  RunOptions run;
  std::size_t writes = 2000;
};

// Appends of 4 KiB (a few events) and 1 MiB (a full group) with fdatasync after each.
Status bench_fsync(const FsyncOptions& options, std::ostream& out);

}  // namespace daybook::bench
