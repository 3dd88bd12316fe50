// Load over HTTP: some connections that stay open, each with one request of its own that it sends
// again as soon as the answer is there, or at fixed times.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>

#include "base/result.h"
#include "bench/load/histogram.h"
#include "bench/load/http_connection.h"

namespace daybook::bench {

struct HttpLoadOptions {
  HttpServer server;
  std::size_t connections = 64;
  double seconds = 10;
  double warm_up_seconds = 1;  // before it: not counted
  double rate = 0;             // requests a second over all connections; 0: as fast as answered
  std::string method = "POST";
  std::string target;
  std::function<std::string(std::size_t connection)> body;
  int status_expected = 201;
};

struct HttpLoadResult {
  double seconds = 0;
  std::uint64_t answers = 0;            // with the expected status
  std::map<int, std::uint64_t> others;  // by status
  Histogram latency;  // of those answers; at a fixed rate: from the time they were meant for
};

// One thread with one epoll: what it costs is taken from the server's cores, so it does little.
Result<HttpLoadResult> run_http_load(const HttpLoadOptions& options);

}  // namespace daybook::bench
