// `daybook bench old`: a server on an empty store and on one that many jobs have gone through.
#pragma once

#include <cstdint>

#include "bench/load/run.h"

namespace daybook::bench {

struct OldOptions {
  RunOptions run;
  std::uint64_t jobs = 2'000'000;
  std::size_t definitions = 200;
  double seconds = 5;  // of each rate
};

// Rates of POST and of whole cycles over HTTP, and what lists cost, on both stores in one run.
Status bench_old(const OldOptions& options, std::ostream& out);

}  // namespace daybook::bench
