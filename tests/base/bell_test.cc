#include "base/bell.h"

#include <thread>

#include <gtest/gtest.h>

namespace daybook {
namespace {

constexpr Bell::Sounds kOne = 1;
constexpr Bell::Sounds kTwo = 2;
constexpr std::chrono::seconds kBellWait{60};

Bell::TimePoint in(std::chrono::steady_clock::duration duration) {
  return std::chrono::steady_clock::now() + duration;
}

TEST(Bell, WhatRangBeforeEndsTheWaitAtOnce) {
  Bell bell;
  bell.ring(kOne);
  EXPECT_EQ(bell.wait(kOne | kTwo, in(kBellWait)), kOne);
  EXPECT_EQ(bell.wait(kOne, in({})), 0U) << "it is forgotten";
}

TEST(Bell, WhatIsNotListenedForIsKept) {
  Bell bell;
  bell.ring(kTwo);
  EXPECT_EQ(bell.wait(kOne, in({})), 0U);
  EXPECT_EQ(bell.wait(kTwo, in(kBellWait)), kTwo);
}

TEST(Bell, WhatRangIsTakenWithoutAWait) {
  Bell bell;
  EXPECT_EQ(bell.take(kOne | kTwo), 0U);
  bell.ring(kOne);
  bell.ring(kTwo);
  EXPECT_EQ(bell.take(kOne), kOne);
  EXPECT_EQ(bell.take(kOne), 0U) << "it is forgotten";
  EXPECT_EQ(bell.wait(kTwo, in(kBellWait)), kTwo) << "the others are not";
}

TEST(Bell, SeveralAreToldTogether) {
  Bell bell;
  bell.ring(kTwo);
  bell.ring(kOne);
  EXPECT_EQ(bell.wait(kOne | kTwo), kOne | kTwo);
}

TEST(Bell, WakesTheSleeperForWhatHeListensFor) {
  Bell bell;
  Bell reached;
  std::thread sleeper([&] {
    EXPECT_EQ(bell.wait(kTwo), kTwo);
    EXPECT_EQ(bell.wait(kOne), kOne);
    reached.ring(kOne);
  });
  bell.ring(kOne);
  bell.ring(kTwo);
  EXPECT_EQ(reached.wait(kOne, in(kBellWait)), kOne);
  sleeper.join();
}

}  // namespace
}  // namespace daybook
