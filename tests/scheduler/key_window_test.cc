#include "scheduler/key_window.h"

#include <algorithm>

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

TEST(KeyWindow, TheFirstEventIsThatOfTheOldestKeyWhoseWindowIsNotOverHoweverManyAre) {
  KeyWindow keys;
  constexpr std::uint64_t kKeys = 100;
  const auto time = [](std::uint64_t i) { return Micros{static_cast<std::int64_t>(i / 2)}; };
  for (std::uint64_t i = 0; i < kKeys; ++i) {
    keys.insert("k" + std::to_string(i), {{}, Seq{1 + 2 * i}, Seq{2 + 2 * i}, {}, time(i)});
  }
  for (std::uint64_t over = 0; over < kKeys; over += 2) {
    const Micros now{kIdempotencyWindowUs - 1 + time(over).value};
    EXPECT_EQ(keys.first_held(now), Seq{1 + 2 * over});
  }
  EXPECT_FALSE(keys.first_held(Micros{kIdempotencyWindowUs + time(kKeys).value}));
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
  EXPECT_EQ(keys.size(), 2U);
  keys.expire(end);  // forgets the first use, not the second
  EXPECT_EQ(keys.size(), 1U);
  EXPECT_EQ(keys.find("k", end)->first, Seq{7});
}

TEST(KeyWindow, ForgettingIsBoundedPerEventAndCatchesUp) {
  KeyWindow keys;
  for (int i = 0; i < 100; ++i) {
    keys.insert("k" + std::to_string(i), use_at(Micros{i}));
  }
  const Micros later{kIdempotencyWindowUs + 1000};
  std::size_t before = keys.size();
  while (keys.size() > 0) {
    keys.expire(later);
    EXPECT_LE(before - keys.size(), 8U);
    ASSERT_LT(keys.size(), before);
    before = keys.size();
  }
}

TEST(KeyWindow, KeyIsUsedOnce) {
  KeyWindow keys;
  keys.insert("k", use_at(Micros{}));
  EXPECT_DEATH(keys.insert("k", use_at(Micros{})), "an idempotency key is used once");
}

constexpr std::size_t kSmall = 100;

TEST(KeyWindow, WhoIsAloneMayHoldNineTenthsAndIsToldHowLongUntilHisOldestIsForgotten) {
  KeyWindow keys;
  const Micros start{1'000'000};
  int taken = 0;
  while (!keys.wait_for_room("local", start, kSmall)) {
    keys.insert(std::to_string(taken), use_at(Micros{start.value + taken}), "local");
    ++taken;
  }
  EXPECT_EQ(taken, 90);
  const Micros later{start.value + seconds(60).value};
  const auto wait = keys.wait_for_room("local", later, kSmall);
  ASSERT_TRUE(wait);
  EXPECT_EQ(*wait, Duration{kIdempotencyWindowUs - seconds(60).value});
  EXPECT_TRUE(keys.has_reserve(later, kSmall));
  EXPECT_FALSE(keys.wait_for_room("local", Micros{start.value + kIdempotencyWindowUs}, kSmall));
}

TEST(KeyWindow, ANoisyOneLeavesRoomForOthersAndForWhatMustNotBeRefused) {
  KeyWindow keys;
  const Micros now{1'000'000};
  const auto fill = [&](const std::string& actor) {
    std::size_t taken = 0;
    while (!keys.wait_for_room(actor, now, kSmall)) {
      keys.insert(std::to_string(taken++), use_at(now), actor);
    }
    return taken;
  };
  EXPECT_EQ(fill("a"), 90U);
  EXPECT_GE(fill("b"), 8U);
  EXPECT_TRUE(keys.has_reserve(now, kSmall));
  // Whoever holds none waits for the oldest of all.
  while (keys.has_reserve(now, kSmall)) {
    keys.insert("d" + std::to_string(keys.size()), use_at(now), "d");
  }
  EXPECT_EQ(keys.wait_for_room("c", now, kSmall), Duration{kIdempotencyWindowUs});
}

TEST(KeyWindow, TheSameKeyOfTwoActorsIsTwoKeysAndWhoNeedsNoTokenIsOne) {
  KeyWindow keys;
  keys.insert("k", {sha256("a"), Seq{1}, Seq{2}, {}, Micros{5}}, "token-1");
  EXPECT_FALSE(keys.find("k", Micros{5}, "token-2"));
  keys.insert("k", {sha256("b"), Seq{3}, Seq{4}, {}, Micros{5}}, "token-2");
  keys.insert("k", {sha256("c"), Seq{5}, Seq{6}, {}, Micros{5}}, "system");
  EXPECT_EQ(keys.find("k", Micros{5}, "token-1")->first, Seq{1});
  EXPECT_EQ(keys.find("k", Micros{5}, "token-2")->first, Seq{3});
  EXPECT_EQ(keys.find("k", Micros{5}, "local")->first, Seq{5});
  EXPECT_FALSE(keys.is_plain());
}

// Twice round the index and back, with every key found until its time is over.
TEST(KeyWindow, EveryKeyIsFoundInItsWindowWhileOldOnesGo) {
  KeyWindow keys;
  constexpr std::int64_t kKeys = 20'000;
  constexpr std::int64_t kStepUs = kIdempotencyWindowUs / 5'000;  // so many are held
  for (std::int64_t i = 0; i < kKeys; ++i) {
    const Micros now{i * kStepUs};
    keys.expire(now);
    keys.insert("k" + std::to_string(i), {sha256("b"), Seq{1}, Seq{2}, {}, now});
    const std::int64_t oldest = std::max<std::int64_t>(0, i - 4'999);
    ASSERT_TRUE(keys.find("k" + std::to_string(oldest), now)) << i;
    ASSERT_FALSE(keys.find("k" + std::to_string(oldest - 1), now)) << i;
    ASSERT_LE(keys.size(), 5'001U);
  }
}

TEST(KeyWindow, OlderUsesAreKnownByHalfOfWhatWasAsked) {
  KeyWindow keys;
  keys.insert("first", {sha256("a"), Seq{7}, Seq{9}, sha256("chain"), Micros{5}});
  EXPECT_TRUE(keys.is_plain());
  EXPECT_EQ(keys.find("first", Micros{5})->chain, sha256("chain"));
  for (std::size_t i = 0; i < kKeysTold; ++i) {
    keys.insert(std::to_string(i), use_at(Micros{6}));
  }
  EXPECT_FALSE(keys.is_plain());
  const auto use = keys.find("first", Micros{6});
  ASSERT_TRUE(use);
  EXPECT_EQ(use->first, Seq{7});
  EXPECT_EQ(use->last, Seq{9});
  const Hash body = sha256("a");
  EXPECT_TRUE(std::equal(body.begin(), body.begin() + 16, use->body.begin()));
  EXPECT_EQ(use->chain, Hash{});
}

TEST(KeyWindow, AKeyTakesUnderAHundredBytes) {
  KeyWindow keys;
  constexpr std::size_t kKeys = 1'000'000;
  const std::size_t told = kKeysTold * (sizeof(KeyWindow::Told) + 48);
  for (std::size_t i = 0; i < kKeys; ++i) {
    keys.insert(std::to_string(i), {{}, Seq{1}, Seq{1}, {}, Micros{1}});
  }
  EXPECT_LT((keys.memory_bytes() - told) / kKeys, 75U);
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
