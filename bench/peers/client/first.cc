#include <algorithm>
#include <optional>
#include <thread>

#include "bench/peers/client/failure.h"
#include "bench/peers/client/figures.h"

namespace daybook::peers {
namespace {

constexpr Nanos kRetry = std::chrono::milliseconds(2);

std::optional<Time> try_once(const LaneOptions& server) {
  Lanes lanes(server, 1);
  std::optional<Time> out;
  lanes.lease(0, 1);
  while (!out) {
    lanes.wait(Time::max(), [&](std::size_t, Time now) {
      if (lanes.session(0).held() > 0) {
        out = now;
      } else {
        lanes.lease(0, 1);
      }
    });
  }
  return out;
}

}  // namespace

Time run_first(const LaneOptions& server) {
  std::string last = "never tried";
  while (std::chrono::steady_clock::now() < server.deadline) {
    try {
      if (const std::optional<Time> held = try_once(server)) {
        return *held;
      }
    } catch (const Failure& failure) {
      last = failure.what();
    }
    std::this_thread::sleep_for(kRetry);
  }
  throw Failure("no job before the deadline; last: " + last);
}

}  // namespace daybook::peers
