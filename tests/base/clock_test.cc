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

}  // namespace
}  // namespace daybook
