// Servers that are broken on purpose: the simulation must see each of them, and say what is wrong.
#include <cstdio>
#include <cstdlib>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/simulation/directory.h"
#include "tests/simulation/world.h"

namespace daybook::simulation {
namespace {

using testing::HasSubstr;

// What the first history says that finds it; empty when none of the first does.
std::string found(Breakage broken) {
  constexpr std::uint64_t kSeeds = 60;
  Directory directory;
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    const History history = run_seed(
        {.seed = seed, .broken = broken, .trace_lines = 0, .directory = directory.empty()});
    if (!history.wrong.empty()) {
      return history.wrong;
    }
  }
  return {};
}

TEST(SimulationControls, ALogThatLosesWhatItAcknowledgedIsFound) {
  EXPECT_THAT(found(Breakage::kLosesAcknowledged), HasSubstr("I2: the log ends at"));
}

TEST(SimulationControls, ARunThatIsLaunchedTwiceIsFound) {
  EXPECT_THAT(found(Breakage::kStartsTwice), HasSubstr("was launched twice"));
}

TEST(SimulationControls, ViewsThatForgetChangesAreFound) {
  // By the simulation, or by the views' own check of the same promise.
  const auto find_and_end = [] {
    std::fputs(found(Breakage::kForgetsViews).c_str(), stderr);
    std::abort();
  };
  EXPECT_DEATH(find_and_end(), "I8|stands still");
}

TEST(SimulationControls, ASendingThatNeverLeftIsFound) {
  EXPECT_THAT(found(Breakage::kSentUnsent), HasSubstr("never left"));
}

TEST(SimulationControls, AChainThatEndsWithoutAReasonIsFound) {
  EXPECT_THAT(found(Breakage::kDropsEffects), HasSubstr("a chain ends without a recorded reason"));
}

TEST(SimulationControls, ASnapshotThatLacksAnEventIsFound) {
  EXPECT_THAT(found(Breakage::kStaleSnapshot), HasSubstr("I6: a restart has the state"));
}

TEST(SimulationControls, ADispatcherThatIsNotWokenIsFound) {
  EXPECT_THAT(found(Breakage::kMissesWake), HasSubstr("the dispatcher was not told"));
}

TEST(SimulationControls, AKeyThatIsForgottenIsFound) {
  EXPECT_THAT(found(Breakage::kForgetsKeys), HasSubstr("I11"));
}

TEST(SimulationControls, AReportThatEndsAnotherAttemptIsFound) {
  EXPECT_THAT(found(Breakage::kAcceptsOldTokens), HasSubstr("I12"));
}

TEST(SimulationControls, RetentionThatSweepsNothingIsFound) {
  EXPECT_THAT(found(Breakage::kForgetsRetention), HasSubstr("retention is over and which stay"));
}

}  // namespace
}  // namespace daybook::simulation
