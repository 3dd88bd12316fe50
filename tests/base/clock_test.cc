#include "base/clock.h"

#include <gtest/gtest.h>

namespace daybook {
namespace {

TEST(FakeClock, AdvanceMovesBothClocks) {
  FakeClock clock(Micros{1000});
  clock.advance(seconds(2));
  EXPECT_EQ(clock.wall(), Micros{2'001'000});
  EXPECT_EQ(clock.steady(), Micros{2'000'000});
}

TEST(FakeClock, JumpMovesTheWallClockAloneInEitherDirection) {
  FakeClock clock(Micros{5'000'000});
  clock.jump(seconds(-2));
  EXPECT_EQ(clock.wall(), Micros{3'000'000});
  EXPECT_EQ(clock.steady(), Micros{0});
}

TEST(SystemClock, SteadyTimeNeverGoesBackAndWallTimeIsOfThisCentury) {
  const SystemClock clock;
  const Micros first = clock.steady();
  EXPECT_GE(clock.steady(), first);
  EXPECT_GT(clock.wall(), Micros{1'600'000'000'000'000});
  EXPECT_LT(clock.wall(), Micros{4'102'444'800'000'000});
}

TEST(FakeClock, APauseIsSeenByWhoLooksForIt) {
  FakeClock clock(Micros{1000});
  clock.advance(seconds(1));
  EXPECT_EQ(clock.awake(), Micros{});
  clock.pause(seconds(2));
  EXPECT_EQ(clock.awake(), Micros{} + seconds(2));
  EXPECT_EQ(clock.steady(), Micros{} + seconds(3));
  EXPECT_EQ(clock.wall(), Micros{1000} + seconds(3));
}

// What waits for the network must not time out because somebody tries out next week.
TEST(ShiftedClock, AdvanceMovesWhatTheSchedulerSeesAndNotWhatConnectionsDo) {
  ShiftedClock clock(Micros{1'000'000'000});
  const Micros wall = clock.wall();
  const Micros running = clock.running();
  const Micros before = clock.steady();
  clock.advance(hours(24));
  EXPECT_GE(clock.wall(), wall + hours(24));
  EXPECT_GE(clock.running(), running + hours(24));
  const SystemClock system;
  EXPECT_GE(clock.steady(), before);
  EXPECT_LE(clock.steady(), system.steady());
  EXPECT_LE(clock.awake(), system.steady());
}

}  // namespace
}  // namespace daybook
