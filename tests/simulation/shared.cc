#include "tests/simulation/shared.h"

#include <array>
#include <cstdio>

namespace daybook::simulation {
namespace {

// Zero for half of the seeds: what does not happen cannot hide what does.
std::uint64_t often(Random& random, std::uint64_t most) {
  return random.chance(500) ? 0 : random.between(1, most);
}

}  // namespace

Choices::Choices(Random& random) {
  acts = random.chance(50) ? random.between(100, 200) : random.between(10, 50);
  pace = seconds(static_cast<std::int64_t>(random.of<std::uint64_t>({1, 10, 60})));
  workers = random.between(1, 3);
  tail_bytes = random.of<std::size_t>({0, 2'000, 20'000, 1 << 20});
  snapshot_events = random.chance(700) ? 0 : random.between(20, 200);
  view_lag = random.of<std::uint64_t>({0, 300, 900});
  rules = random.chance(500);
  sendings = random.chance(600);
  retention = random.chance(500);
  lost_answers = often(random, 300);
  failing_runs = often(random, 500);
  hanging_runs = often(random, 100);
  failing_sendings = often(random, 500);
  crashes = often(random, 200);
  stops = often(random, 100);
  lost_writes = often(random, 50);
  kept_writes = often(random, 50);
  clock_steps = often(random, 200);
  pauses = often(random, 100);
  view_faults = often(random, 100);
  full_disks = often(random, 100);
  guests = random.chance(300);
}

std::string Trace::stamp(Micros now) {
  constexpr std::int64_t kSecond = 1'000'000;
  std::array<char, 32> out{};
  std::snprintf(out.data(), out.size(), "%8lld.%06lld  ",
                static_cast<long long>(now.value / kSecond),
                static_cast<long long>(now.value % kSecond));
  return out.data();
}

Shared::Shared(std::uint64_t seed, Breakage breakage, std::size_t trace_lines)
    : random(seed), entropy(random.next()), choices(random), trace(trace_lines), broken(breakage) {}

}  // namespace daybook::simulation
