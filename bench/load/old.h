// `daybook bench old`: a server on an empty store and on one that many jobs have gone through.
#pragma once

#include <cstdint>

#include "bench/load/run.h"

namespace daybook::bench {

struct OldOptions {
  RunOptions run;
  std::uint64_t jobs = 2'000'000;
  std::size_t definitions = 200;
  // Of each rate: longer than the compactions that what was measured before it owes.
  double seconds = 20;
};

// Rates of POST and of whole cycles over HTTP, and what lists cost, on both stores in one run.
Status bench_old(const OldOptions& options, std::ostream& out);

}  // namespace daybook::bench
