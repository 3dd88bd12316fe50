// peers_load: one figure on one server, `begin` and `end` where counting does, then one line of
// JSON. bench/peers/driver starts it.
#include <sys/prctl.h>

#include <csignal>
#include <cstdio>
#include <exception>

#include "bench/peers/client/arguments.h"
#include "bench/peers/client/failure.h"
#include "bench/peers/client/figures.h"

namespace daybook::peers {
namespace {

void print(const FigureResult& result) {
  std::printf(
      "{\"jobs\":%zu,\"counted\":%zu,\"seconds\":%.6f,\"samples\":%zu,\"p50_us\":%.1f,"
      "\"p99_us\":%.1f,\"client_s\":%.6f}\n",
      result.jobs, result.counted, result.seconds, result.latency.count(),
      result.latency.percentile_us(50), result.latency.percentile_us(99), result.client_s);
}

void say(const char* what) {
  std::puts(what);
  std::fflush(stdout);
}

// Says `ready`, and begins when a line comes: the server is killed in between.
void first(const LaneOptions& server) {
  say("ready");
  if (std::getchar() == EOF) {
    throw Failure("nobody said when to begin");
  }
  const Nanos at = run_first(server).time_since_epoch();
  std::printf("{\"held_at_ns\":%lld}\n", static_cast<long long>(at.count()));
}

void run(const Arguments& arguments) {
  FigureOptions options = arguments.run;
  options.mark = say;
  if (arguments.figure == "prepare") {
    prepare(options.server);
    std::puts("{}");
  } else if (arguments.figure == "create") {
    print(run_create(options));
  } else if (arguments.figure == "cycle") {
    print(run_cycle(options));
  } else if (arguments.figure == "pickup") {
    print(run_pickup(options));
  } else if (arguments.figure == "first") {
    first(options.server);
  } else if (arguments.figure == "fsync") {
    FigureResult result;
    result.latency = run_fsync(arguments.directory, options.jobs);
    print(result);
  } else {
    throw Failure("no such figure: " + arguments.figure);
  }
}

}  // namespace
}  // namespace daybook::peers

int main(int count, char** words) {
  // Who started this may be killed: then it ends too.
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  try {
    daybook::peers::run(daybook::peers::parse_arguments(count, words));
    return 0;
  } catch (const std::exception& fault) {
    std::fprintf(stderr, "peers_load: %s\n", fault.what());
    return 1;
  }
}
