// `daybook bench http` and `daybook bench pending`: a server measured from outside.
#pragma once

#include <cstdint>
#include <string>

#include "bench/load/run.h"

namespace daybook::bench {

struct HttpBenchOptions {
  RunOptions run;
  std::string server;  // empty: one of its own, on a scratch directory
  std::string token;
  std::size_t connections = 64;
  double seconds = 10;
  double warm_up_seconds = 1;
  double rate = 0;  // 0: as fast as answered
  std::size_t parameter_bytes = 100;
};

// POST /resources/jobs, one job a request. The jobs stay pending: their component waits for a
// worker that never comes.
Status bench_http(const HttpBenchOptions& options, std::ostream& out);

struct PendingOptions {
  RunOptions run;
  std::uint64_t jobs = 1'000'000;
  std::size_t parameter_bytes = 100;
};

// Fills a server with pending jobs, reads its memory, kills it, and measures how long the next one
// takes from its start to the first job.
Status bench_pending(const PendingOptions& options, std::ostream& out);

}  // namespace daybook::bench
