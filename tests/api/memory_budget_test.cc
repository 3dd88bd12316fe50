#include "api/memory_budget.h"

#include <gtest/gtest.h>

namespace daybook::api {
namespace {

constexpr std::size_t kMiB = 1024 * 1024;

class Budget : public testing::Test {
 protected:
  MemoryBudget::Share share(const std::string& name) {
    return {budget, [this, name] { left.push_back(name); }};
  }

  FakeClock clock;
  MemoryBudget budget{3 * kMiB, clock};
  std::vector<std::string> left;
};

TEST_F(Budget, CountsWhatIsLargeAndGivesItBack) {
  {
    auto a = share("a");
    EXPECT_TRUE(a.hold(kHttpFreeBytes));
    EXPECT_EQ(budget.used(), 0U);
    EXPECT_TRUE(a.hold(kMiB));
    EXPECT_TRUE(a.hold(2 * kMiB));
    EXPECT_EQ(budget.used(), 2 * kMiB);
    auto moved = std::move(a);
    EXPECT_TRUE(moved.hold(kMiB));  // never less while it lives
    EXPECT_EQ(budget.used(), 2 * kMiB);
  }
  EXPECT_EQ(budget.used(), 0U);
}

TEST_F(Budget, WhatFindsNoRoomIsRefusedAndKeepsWhatItHeld) {
  auto a = share("a");
  auto b = share("b");
  ASSERT_TRUE(a.hold(2 * kMiB));
  ASSERT_TRUE(b.hold(kMiB));
  EXPECT_FALSE(b.hold(2 * kMiB));
  EXPECT_EQ(budget.used(), 3 * kMiB);
  EXPECT_EQ(budget.refused(), 1U);
  auto small = share("small");
  EXPECT_TRUE(small.hold(kHttpFreeBytes));
  EXPECT_TRUE(left.empty());  // they have only just come
}

TEST_F(Budget, TheOldestMakeRoomOnceTheirGraceIsOver) {
  auto a = share("a");
  auto b = share("b");
  auto c = share("c");
  ASSERT_TRUE(a.hold(kMiB));
  ASSERT_TRUE(b.hold(kMiB));
  clock.advance(Duration{kHttpHoldGraceUs});
  ASSERT_TRUE(c.hold(kMiB));
  auto d = share("d");
  EXPECT_FALSE(d.hold(kMiB));
  EXPECT_EQ(left, std::vector<std::string>{"a"});
  EXPECT_FALSE(d.hold(kMiB));  // a is on its way out
  EXPECT_EQ(left, std::vector<std::string>{"a"});
  a.release();
  EXPECT_TRUE(d.hold(kMiB));
  EXPECT_EQ(budget.evicted(), 1U);
}

TEST_F(Budget, WhatIsKeptIsNotAskedToLeave) {
  auto a = share("a");
  auto b = share("b");
  ASSERT_TRUE(a.hold(kMiB));
  ASSERT_TRUE(b.hold(2 * kMiB));
  a.keep();
  clock.advance(Duration{kHttpHoldGraceUs});
  auto c = share("c");
  EXPECT_FALSE(c.hold(2 * kMiB));
  EXPECT_EQ(left, std::vector<std::string>{"b"});
}

TEST_F(Budget, WhatIsKeptDoesNotCountAsOnItsWayOut) {
  auto kept = share("kept");
  auto slow = share("slow");
  ASSERT_TRUE(kept.hold(2 * kMiB));
  ASSERT_TRUE(slow.hold(kMiB));
  kept.keep();
  clock.advance(Duration{kHttpHoldGraceUs});
  auto next = share("next");
  EXPECT_FALSE(next.hold(kMiB));
  EXPECT_EQ(left, std::vector<std::string>{"slow"});
  slow.release();
  EXPECT_TRUE(next.hold(kMiB));
}

// It was asked while its body came, and then the whole of it was there.
TEST_F(Budget, WhoIsKeptAfterAllIsNotWaitedFor) {
  auto finished = share("finished");
  auto slow = share("slow");
  ASSERT_TRUE(finished.hold(kMiB));
  ASSERT_TRUE(slow.hold(2 * kMiB));
  clock.advance(Duration{kHttpHoldGraceUs});
  auto next = share("next");
  EXPECT_FALSE(next.hold(kMiB));
  EXPECT_EQ(left, std::vector<std::string>{"finished"});
  finished.keep();
  EXPECT_FALSE(next.hold(kMiB));
  EXPECT_EQ(left, (std::vector<std::string>{"finished", "slow"}));
}

TEST_F(Budget, WhatMustBeAnsweredFindsRoomAtOnce) {
  auto a = share("a");
  auto b = share("b");
  ASSERT_TRUE(a.hold(3 * kMiB));
  b.hold_anyway(kMiB);
  EXPECT_EQ(budget.used(), 4 * kMiB);
  EXPECT_EQ(left, std::vector<std::string>{"a"});
}

}  // namespace
}  // namespace daybook::api
