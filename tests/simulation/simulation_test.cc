// Some histories of the whole server. DAYBOOK_SEED begins elsewhere, DAYBOOK_SEEDS runs
// more of them; `make simulate` is the way to run many.
#include <cstdlib>
#include <iostream>
#include <set>

#include <gtest/gtest.h>

#include "events/catalogue.h"
#include "tests/simulation/directory.h"
#include "tests/simulation/world.h"

namespace daybook::simulation {
namespace {

#ifdef NDEBUG
constexpr std::uint64_t kSeeds = 300;
#else
constexpr std::uint64_t kSeeds = 100;  // a seed takes ten times as long
#endif

std::uint64_t from_environment(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

TEST(Simulation, HistoriesKeepEveryPromise) {
  const std::uint64_t first = from_environment("DAYBOOK_SEED", 1);
  const std::uint64_t seeds = from_environment("DAYBOOK_SEEDS", kSeeds);
  Directory directory;
  std::set<std::size_t> types;
  std::uint64_t restarts = 0;
  std::uint64_t from_snapshot = 0;
  std::uint64_t started_at_once = 0;
  for (std::uint64_t seed = first; seed < first + seeds; ++seed) {
    const History history =
        run_seed({.seed = seed, .trace_lines = 0, .directory = directory.empty()});
    ASSERT_EQ(history.wrong, "") << "repeat it: make simulate SEEDS=1 FROM=" << seed << " TRACE=1";
    types.insert(history.event_types.begin(), history.event_types.end());
    restarts += history.restarts;
    from_snapshot += history.from_snapshot;
    started_at_once += history.started_at_once;
  }
  std::cout << "seeds " << first << " to " << first + seeds - 1 << ": " << restarts << " restarts, "
            << from_snapshot << " of them from a snapshot; " << started_at_once
            << " jobs started with what made them ready" << std::endl;
  if (seeds >= kSeeds) {
    EXPECT_GE(restarts, seeds);
    EXPECT_GT(from_snapshot, seeds / 10);
    EXPECT_GT(started_at_once, seeds / 2);
    // All but LogTrimmed and ContractDerived: nothing is trimmed or compiled here.
    for (const events::CatalogueEntry& entry : events::catalogue()) {
      const bool absent = entry.name == "LogTrimmed" || entry.name == "ContractDerived";
      EXPECT_TRUE(absent || types.contains(entry.type - 1U) || types.contains(entry.type))
          << entry.name;
    }
  }
}

TEST(Simulation, OneSeedIsOneHistory) {
  Directory directory;
  const auto run = [&](std::uint64_t seed, std::size_t lines) {
    return run_seed({.seed = seed, .trace_lines = lines, .directory = directory.empty()});
  };
  for (const std::uint64_t seed : {7U, 8U, 9U}) {
    const History once = run(seed, 0);
    const History again = run(seed, 100'000);
    EXPECT_EQ(once.chain, again.chain);
    EXPECT_EQ(once.turns, again.turns);
    EXPECT_EQ(once.simulated, again.simulated);
    EXPECT_FALSE(again.trace.empty());
  }
}

}  // namespace
}  // namespace daybook::simulation
