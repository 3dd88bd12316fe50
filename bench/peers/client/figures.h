// What is measured: each function drives a server that is there, and throws Failure when it does
// not answer as it should.
#pragma once

#include <cstddef>
#include <functional>
#include <string>

#include "bench/peers/client/lanes.h"
#include "bench/peers/client/latency.h"

namespace daybook::peers {

struct FigureOptions {
  LaneOptions server;
  std::size_t connections = 1;  // that create
  std::size_t workers = 1;
  std::size_t batch = 1;  // jobs a request, and of a lease at most
  Nanos warm_up{0};
  Nanos span = std::chrono::seconds(1);  // what is counted, after the warm-up
  std::size_t jobs = 0;  // 0: until the span is over; else until so many were created
  Nanos pause{0};        // before each create
  // Called with "begin" and "end" where the span begins and ends: the driver looks at the
  // server's processor time then.
  std::function<void(const char*)> mark = [](const char*) {};
};

struct FigureResult {
  std::size_t jobs = 0;     // of the whole run: created, of cycles completed
  std::size_t counted = 0;  // of them within the span
  double seconds = 0;       // of the span
  double client_s = 0;      // processor time of this process within the span
  Latency latency;
};

// Makes what the load needs to be there.
void prepare(const LaneOptions& server);

// Every connection creates `batch` jobs, waits for the answer, and again.
FigureResult run_create(const FigureOptions& options);

// The connections create while the workers take, complete, and take again; counts completed jobs.
// Producers wait while kOpenMax jobs are open. Latency is not recorded: with a standing queue it
// says nothing of the server.
inline constexpr std::size_t kOpenMax = 1000;
FigureResult run_cycle(const FigureOptions& options);

// One worker waits; a job is created; from the sending to the job in the worker's hand. Then it is
// completed, and `pause` passes.
FigureResult run_pickup(const FigureOptions& options);

// Connects again and again (every 2 ms) until a worker holds a job; a server that is starting
// refuses, closes and says errors. Returns when. Throws Failure at the deadline.
Time run_first(const LaneOptions& server);

// Appends 4 KiB to a file in `directory` and syncs it, `count` times.
Latency run_fsync(const std::string& directory, std::size_t count);

}  // namespace daybook::peers
