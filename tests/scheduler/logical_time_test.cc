#include "scheduler/logical_time.h"

#include <array>
#include <cstdint>
#include <optional>

#include <gtest/gtest.h>

#include "base/limits/clock.h"

namespace daybook::scheduler {
namespace {

using events::ClockOffsets;
using events::ClockStep;

constexpr Micros kNoon{1'763'294'400'000'000};

Duration minus(Duration by) {
  return Duration{-by.value};
}

// A clock that is looked at, as the sequencer does it.
struct Looked {
  explicit Looked(Micros last = kNoon, ClockOffsets offsets = {}) : time(clock, last, offsets) {}

  Micros next() {
    const Micros out = time.next();
    step = time.take_step();
    return out;
  }
  Micros running() const { return time.offsets().running(time.current()); }
  Micros wall() const { return time.offsets().wall(time.current()); }

  FakeClock clock{kNoon};
  LogicalTime time;
  std::optional<events::ClockStepped> step;
};

TEST(LogicalTime, FollowsTheWallClock) {
  Looked at(Micros{});
  EXPECT_EQ(at.next(), kNoon);
  at.clock.advance(seconds(5));
  EXPECT_EQ(at.next(), kNoon + seconds(5));
  EXPECT_FALSE(at.step);
}

TEST(LogicalTime, RunsOnWhenTheWallClockIsSetBack) {
  Looked at;
  at.clock.jump(minus(hours(5)));
  EXPECT_EQ(at.next(), kNoon);
  ASSERT_TRUE(at.step);
  EXPECT_EQ(at.step->kind, ClockStep::kBack);
  EXPECT_EQ(at.step->step, minus(hours(5)));
  EXPECT_EQ(at.step->offsets, (ClockOffsets{{}, hours(5)}));
  at.clock.advance(millis(100));
  EXPECT_EQ(at.next(), kNoon + millis(100));
  EXPECT_FALSE(at.step);
  EXPECT_EQ(at.wall(), at.clock.wall());
}

TEST(LogicalTime, ALogThatIsAheadOfTheClockIsAStepBackAtTheStart) {
  Looked at(kNoon + hours(2));
  EXPECT_EQ(at.next(), kNoon + hours(2));
  ASSERT_TRUE(at.step);
  EXPECT_EQ(at.step->offsets.ahead, hours(2));
}

TEST(LogicalTime, GoesOnFromTheOffsetsOfTheLog) {
  Looked at(kNoon, ClockOffsets{hours(3), seconds(600)});
  EXPECT_EQ(at.next(), kNoon + seconds(600));
  EXPECT_FALSE(at.step);
  EXPECT_EQ(at.running(), kNoon + seconds(600) + minus(hours(3)));
}

TEST(LogicalTime, AStepAheadIsBelievedAtOnceUpToTheLimit) {
  Looked at;
  at.clock.jump(Duration{kClockJumpMaxUs});
  EXPECT_EQ(at.next(), kNoon + hours(1));
  ASSERT_TRUE(at.step);
  EXPECT_EQ(at.step->kind, ClockStep::kForward);
  EXPECT_EQ(at.step->offsets, (ClockOffsets{hours(1), {}}));
  EXPECT_EQ(at.running(), kNoon);
  EXPECT_EQ(at.time.held(), 0U);
  at.clock.jump(Duration{kClockJumpMaxUs + 1});
  EXPECT_EQ(at.next(), kNoon + hours(1));
  EXPECT_FALSE(at.step);
  EXPECT_EQ(at.time.held(), 1U);
}

TEST(LogicalTime, ALargeStepAheadIsBelievedWhenItHasStood) {
  Looked at;
  at.clock.jump(hours(24 * 365));
  EXPECT_EQ(at.next(), kNoon);
  at.clock.advance(Duration{kClockConfirmUs - 1});
  EXPECT_EQ(at.next(), kNoon + Duration{kClockConfirmUs - 1});
  EXPECT_FALSE(at.step);
  at.clock.advance(Duration{1});
  EXPECT_EQ(at.next(), at.clock.wall());
  ASSERT_TRUE(at.step);
  EXPECT_EQ(at.step->step, hours(24 * 365));
  EXPECT_EQ(at.running(), kNoon + Duration{kClockConfirmUs});
  EXPECT_EQ(at.time.held(), 1U);
}

TEST(LogicalTime, ALargeStepAheadThatIsTakenBackWasNone) {
  Looked at;
  for (int i = 1; i <= 3; ++i) {
    at.clock.jump(hours(24));
    at.clock.advance(seconds(4));
    EXPECT_EQ(at.next(), kNoon + seconds(8 * i - 4));
    at.clock.jump(minus(hours(24)));
    at.clock.advance(seconds(4));
    EXPECT_EQ(at.next(), kNoon + seconds(8 * i));
    EXPECT_FALSE(at.step);
  }
  EXPECT_EQ(at.time.held(), 3U);
}

TEST(LogicalTime, AnotherStepAheadIsHeldAnew) {
  Looked at;
  at.clock.jump(hours(5));
  at.next();
  at.clock.advance(Duration{kClockConfirmUs});
  at.clock.jump(minus(hours(3)));
  at.next();
  EXPECT_FALSE(at.step);
  EXPECT_EQ(at.time.held(), 2U);
  at.clock.advance(Duration{kClockConfirmUs});
  at.next();
  ASSERT_TRUE(at.step);
  EXPECT_EQ(at.step->step, hours(2));
}

TEST(LogicalTime, SleepAndPausesAreNoSteps) {
  Looked at;
  at.clock.pause(hours(48));
  EXPECT_EQ(at.next(), kNoon + hours(48));
  EXPECT_FALSE(at.step);
  EXPECT_EQ(at.running(), kNoon + hours(48));
}

TEST(LogicalTime, AClockThatIsSetRightAgainLeavesNoTrace) {
  Looked at;
  at.clock.jump(minus(hours(1)));
  at.next();
  at.clock.advance(millis(100));
  at.next();
  at.clock.jump(hours(1));
  at.clock.advance(millis(100));
  EXPECT_EQ(at.next(), kNoon + millis(200));
  EXPECT_EQ(at.time.offsets(), ClockOffsets{});
  EXPECT_EQ(at.time.held(), 0U);
}

// What it was set back by before makes it no more likely to be right.
TEST(LogicalTime, ALongWayBackMustStandLikeAnyOther) {
  Looked at;
  at.clock.jump(minus(hours(24)));
  at.next();
  at.clock.jump(hours(24));
  at.next();
  EXPECT_FALSE(at.step);
  EXPECT_EQ(at.time.held(), 1U);
  at.clock.advance(Duration{kClockConfirmUs});
  EXPECT_EQ(at.next(), kNoon + Duration{kClockConfirmUs});
  ASSERT_TRUE(at.step);
  EXPECT_EQ(at.time.offsets(), ClockOffsets{});
}

TEST(LogicalTime, WhatGoesBeyondTheWayBackIsAStepAhead) {
  Looked at;
  at.clock.jump(minus(seconds(1800)));
  at.next();
  at.clock.jump(hours(1));
  EXPECT_EQ(at.next(), kNoon + seconds(1800));
  EXPECT_EQ(at.time.offsets(), (ClockOffsets{seconds(1800), {}}));
}

TEST(LogicalTime, SmallDifferencesAreFollowedAtHalfSpeedWhenItIsAhead) {
  Looked at;
  at.clock.jump(minus(millis(600)));
  at.clock.advance(seconds(1));
  EXPECT_EQ(at.next(), kNoon + millis(500));
  at.clock.advance(seconds(1));
  EXPECT_EQ(at.next(), at.clock.wall());
  at.clock.jump(Duration{kClockToleranceUs});
  EXPECT_EQ(at.next(), at.clock.wall());
  EXPECT_FALSE(at.step);
  EXPECT_EQ(at.time.offsets(), ClockOffsets{});
}

// Half of each pause is left out, and neither of the other clocks notices.
TEST(LogicalTime, ComesNearerToAClockThatWasSetBackWhenItIsQuiet) {
  Looked at;
  at.clock.jump(minus(seconds(600)));
  at.next();
  Micros running = at.running();
  Micros last = at.time.current();
  int steps = 0;
  for (; at.time.offsets().ahead.value > 0 && steps < 1000; ++steps) {
    at.clock.advance(seconds(2));
    EXPECT_EQ(at.next(), last + seconds(1));
    ASSERT_TRUE(at.step);
    EXPECT_EQ(at.step->kind, ClockStep::kSlew);
    EXPECT_EQ(at.running(), running + seconds(2));
    EXPECT_EQ(at.wall(), at.clock.wall());
    running = at.running();
    last = at.time.current();
  }
  EXPECT_EQ(steps, 600);
  EXPECT_EQ(at.time.current(), at.clock.wall());
  EXPECT_EQ(at.time.offsets(), (ClockOffsets{minus(seconds(600)), {}}));
}

TEST(LogicalTime, ComesNearerFromTheShortestPauseThatCountsOn) {
  for (const std::int64_t more : {-1, 0, 1}) {
    Looked at;
    at.clock.jump(minus(seconds(600)));
    at.next();
    at.clock.advance(Duration{kClockSlewGapUs + more});
    at.next();
    const std::int64_t nearer = more < 0 ? 0 : (kClockSlewGapUs + more) / 2;
    EXPECT_EQ(at.step.has_value(), more >= 0);
    EXPECT_EQ(at.time.offsets().ahead, Duration{seconds(600).value - nearer});
  }
}

TEST(LogicalTime, NeverGoesBackAndIsNeverTheSameForLong) {
  Looked at;
  Micros last = at.next();
  std::uint64_t dice = 7;
  for (int i = 0; i < 10'000; ++i) {
    dice = dice * 6364136223846793005ULL + 1442695040888963407ULL;
    const auto by = static_cast<std::int64_t>(dice >> 33) % 20'000'000'000 - 10'000'000'000;
    if (i % 5 == 0) {
      at.clock.jump(Duration{by});
    }
    const Micros running = at.running();
    at.clock.advance(seconds(1));
    const Micros now = at.next();
    EXPECT_GE(now, last + millis(250));
    EXPECT_GE(at.running(), running + millis(500));
    EXPECT_LE(at.running(), running + seconds(2));
    last = now;
  }
}

TEST(LogicalTime, AFollowerGoesOnUntilTheLogTellsOfTheStep) {
  Looked at;
  LogicalTime follower(at.clock, kNoon);
  at.clock.jump(minus(hours(1)));
  at.clock.advance(seconds(1));
  EXPECT_EQ(follower.follow(), kNoon + seconds(1));
  EXPECT_TRUE(follower.off());
  EXPECT_EQ(follower.offsets(), ClockOffsets{});
  at.next();
  follower.adopt(at.step->offsets);
  EXPECT_EQ(follower.follow(), at.time.current());
  EXPECT_FALSE(follower.off());
}

// The wall clock is set again before the follower has read of the first time.
class SetAgain : public testing::TestWithParam<std::array<std::int64_t, 2>> {};

TEST_P(SetAgain, AFollowerRunsOnAndSaysSo) {
  const auto [first, second] = GetParam();
  Looked at;
  LogicalTime follower(at.clock, kNoon);
  at.clock.jump(seconds(first));
  at.next();
  ASSERT_TRUE(at.step);
  const auto told = at.step->offsets;
  const Micros then = at.time.current();
  at.clock.jump(seconds(second));
  at.clock.advance(seconds(1));
  follower.adopt(told);
  EXPECT_EQ(follower.follow(), then + seconds(1));
  EXPECT_TRUE(follower.off());
  at.next();
  follower.adopt(at.step->offsets);
  EXPECT_EQ(follower.follow(), at.time.current());
  EXPECT_FALSE(follower.off());
}

INSTANTIATE_TEST_SUITE_P(Ways, SetAgain,
                         testing::Values(std::array<std::int64_t, 2>{-600, 600},
                                         std::array<std::int64_t, 2>{600, -600},
                                         std::array<std::int64_t, 2>{-600, -600},
                                         std::array<std::int64_t, 2>{600, 600}));

}  // namespace
}  // namespace daybook::scheduler
