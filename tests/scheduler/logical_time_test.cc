#include "scheduler/logical_time.h"

#include <gtest/gtest.h>

#include "base/limits/clock.h"

namespace daybook::scheduler {
namespace {

constexpr Micros kNoon{1'763'294'400'000'000};

TEST(LogicalTime, FollowsTheWallClock) {
  FakeClock clock(kNoon);
  LogicalTime time(clock, Micros{});
  EXPECT_EQ(time.next(), kNoon);
  clock.advance(seconds(5));
  EXPECT_EQ(time.next(), kNoon + seconds(5));
  EXPECT_EQ(time.held(), 0U);
}

TEST(LogicalTime, NeverGoesBackBehindTheLogOrTheClock) {
  FakeClock clock(kNoon);
  LogicalTime time(clock, kNoon + hours(2));
  EXPECT_EQ(time.next(), kNoon + hours(2));
  clock.jump(Duration{-hours(5).value});
  EXPECT_EQ(time.next(), kNoon + hours(2));
  EXPECT_EQ(time.held(), 0U);
}

TEST(LogicalTime, JumpAtTheLimitIsBelievedAndOneBeyondItIsHeld) {
  FakeClock clock(kNoon);
  LogicalTime time(clock, kNoon);
  clock.jump(Duration{kClockJumpMaxUs});
  EXPECT_EQ(time.next(), kNoon + hours(1));
  clock.jump(Duration{kClockJumpMaxUs + 1});
  EXPECT_EQ(time.next(), kNoon + hours(1));
  EXPECT_EQ(time.held(), 1U);
}

TEST(LogicalTime, HeldTimeGoesOnWithTheMonotonicClockUntilTheWallClockIsBack) {
  FakeClock clock(kNoon);
  LogicalTime time(clock, kNoon);
  clock.jump(hours(24 * 365));
  for (int i = 1; i <= 3; ++i) {
    clock.advance(seconds(10));
    EXPECT_EQ(time.next(), kNoon + seconds(10 * i));
  }
  EXPECT_EQ(time.held(), 3U);
  clock.jump(Duration{-hours(24 * 365).value});
  clock.advance(seconds(10));
  EXPECT_EQ(time.next(), kNoon + seconds(40));
  EXPECT_EQ(time.held(), 3U);
}

TEST(LogicalTime, LongPauseOfTheProcessIsNoJump) {
  FakeClock clock(kNoon);
  LogicalTime time(clock, kNoon);
  clock.advance(hours(48));
  EXPECT_EQ(time.next(), kNoon + hours(48));
  EXPECT_EQ(time.held(), 0U);
}

TEST(LogicalTime, ClockThatWentBackAndWasSetRightIsBelievedAgain) {
  FakeClock clock(kNoon);
  LogicalTime time(clock, kNoon);
  EXPECT_EQ(time.next(), kNoon);
  clock.jump(Duration{-hours(3).value});
  clock.advance(seconds(10));
  EXPECT_EQ(time.next(), kNoon);
  clock.jump(hours(3));
  clock.advance(seconds(10));
  EXPECT_EQ(time.next(), kNoon + seconds(20));
  EXPECT_EQ(time.held(), 0U);
}

TEST(LogicalTime, ClockThatWentBackAndThenFarAheadIsHeld) {
  FakeClock clock(kNoon);
  LogicalTime time(clock, kNoon);
  clock.jump(Duration{-hours(3).value});
  EXPECT_EQ(time.next(), kNoon);
  clock.jump(hours(5));
  EXPECT_EQ(time.next(), kNoon);
  EXPECT_EQ(time.held(), 1U);
}

TEST(LogicalTime, StartTakesTheWallClockAsItIs) {
  FakeClock clock(kNoon);
  LogicalTime time(clock, Micros{kNoon.value - hours(24 * 30).value});
  EXPECT_EQ(time.next(), kNoon);
  EXPECT_EQ(time.held(), 0U);
}

}  // namespace
}  // namespace daybook::scheduler
