#include "scheduler/key_window.h"

#include <gtest/gtest.h>

#include "base/limits/state.h"
#include "base/sha256.h"

namespace daybook::scheduler {
namespace {

State::KeyUse use_at(Micros time) {
  return {sha256("body"), Seq{3}, Seq{4}, sha256("chain"), time};
}

TEST(KeyWindow, KeyIsKnownForItsWholeWindowAndForgottenAtItsEnd) {
  KeyWindow keys;
  const Micros start{1'000'000};
  keys.insert("k", use_at(start));
  keys.expire(Micros{start.value + kIdempotencyWindowUs - 1});
  const Micros end{start.value + kIdempotencyWindowUs};
  const auto known = keys.find("k", Micros{end.value - 1});
  ASSERT_TRUE(known);
  EXPECT_EQ(known->first, Seq{3});
  EXPECT_EQ(known->last, Seq{4});
  EXPECT_EQ(known->body, sha256("body"));
  keys.expire(Micros{start.value + kIdempotencyWindowUs});
  EXPECT_FALSE(keys.find("k", Micros{end.value - 1}));
  keys.insert("k", use_at(Micros{start.value + kIdempotencyWindowUs}));
  EXPECT_TRUE(keys.find("k", end));
}

TEST(KeyWindow, WindowIsLongerThanThePromisedDay) {
  EXPECT_GE(kIdempotencyWindowUs, hours(24).value);
}

TEST(KeyWindow, TheFirstEventThatARepeatNeedsIsOfTheKeysInTheirWindow) {
  KeyWindow keys;
  EXPECT_FALSE(keys.first_held(Micros{0}));
  keys.insert("old", {{}, Seq{3}, Seq{4}, {}, Micros{0}});
  keys.insert("new", {{}, Seq{9}, Seq{9}, {}, Micros{1000}});
  EXPECT_EQ(keys.first_held(Micros{kIdempotencyWindowUs - 1}), Seq{3});
  EXPECT_EQ(keys.first_held(Micros{kIdempotencyWindowUs}), Seq{9});
  EXPECT_FALSE(keys.first_held(Micros{kIdempotencyWindowUs + 1000}));
}

TEST(KeyWindow, KeyWhoseWindowIsOverIsNewAlthoughItIsNotForgottenYet) {
  KeyWindow keys;
  const Micros start{1'000'000};
  const Micros end{start.value + kIdempotencyWindowUs};
  keys.insert("k", use_at(start));
  EXPECT_TRUE(keys.find("k", Micros{end.value - 1}));
  EXPECT_FALSE(keys.find("k", end));
  keys.insert("k", {sha256("other"), Seq{7}, Seq{8}, {}, end});
  EXPECT_EQ(keys.find("k", end)->first, Seq{7});
  EXPECT_EQ(keys.entries().size(), 2U);
  keys.expire(end);  // forgets the first use, not the second
  EXPECT_EQ(keys.entries().size(), 1U);
  EXPECT_EQ(keys.find("k", end)->first, Seq{7});
}

TEST(KeyWindow, ForgettingIsBoundedPerEventAndCatchesUp) {
  KeyWindow keys;
  for (int i = 0; i < 100; ++i) {
    keys.insert("k" + std::to_string(i), use_at(Micros{i}));
  }
  const Micros later{kIdempotencyWindowUs + 1000};
  std::size_t before = keys.entries().size();
  while (!keys.entries().empty()) {
    keys.expire(later);
    EXPECT_LE(before - keys.entries().size(), 8U);
    ASSERT_LT(keys.entries().size(), before);
    before = keys.entries().size();
  }
}

TEST(KeyWindow, KeyIsUsedOnce) {
  KeyWindow keys;
  keys.insert("k", use_at(Micros{}));
  EXPECT_DEATH(keys.insert("k", use_at(Micros{})), "an idempotency key is used once");
}

TEST(KeyWindow, FullOneHasRoomAgainWhenItsOldestKeyIsOver) {
  KeyWindow keys;
  const Micros start{1'000'000};
  for (std::size_t i = 0; i + 1 < kIdempotencyKeysMax; ++i) {
    keys.insert(std::to_string(i), use_at(start));
  }
  EXPECT_FALSE(keys.full(start));
  keys.insert("last", use_at(start));
  EXPECT_TRUE(keys.full(start));
  EXPECT_TRUE(keys.full(Micros{start.value + kIdempotencyWindowUs - 1}));
  EXPECT_FALSE(keys.full(Micros{start.value + kIdempotencyWindowUs}));
}

TEST(ReportMemory, HoldsItsBoundAndForgetsTheOldestFirst) {
  ReportMemory memory;
  for (std::uint64_t i = 1; i <= kReportMemory + 10; ++i) {
    memory.insert(Seq{i}, {i, {}, Seq{i + 1}, AttemptResult::kCompleted, {}});
    ASSERT_LE(memory.entries().size(), kReportMemory);
  }
  EXPECT_FALSE(memory.find(Seq{10}));
  ASSERT_TRUE(memory.find(Seq{11}));
  EXPECT_EQ(memory.find(Seq{11})->digest, 11U);
  EXPECT_TRUE(memory.find(Seq{kReportMemory + 10}));
}

}  // namespace
}  // namespace daybook::scheduler
