// `daybook bench old`: a server on an empty store and on one that many jobs have gone through.
#pragma once

#include <cstdint>
#include <optional>

#include "bench/load/run.h"

namespace daybook::bench {

struct OldOptions {
  RunOptions run;  // without a store: one is made, by bench/store
  std::uint64_t jobs = 2'000'000;
  std::uint64_t pending = 0;
  std::size_t definitions = 200;
  std::size_t rounds = 3;
  // Of each rate: longer than the compactions that what was measured before it owes.
  double seconds = 20;
  // Absent: the sweep is not measured.
  std::optional<Duration> sweep_retention;
};

// Starts, rates of POST and of whole cycles over HTTP, and what lists cost, on both stores in turns
// within one run.
Status bench_old(const OldOptions& options, std::ostream& out);

}  // namespace daybook::bench
