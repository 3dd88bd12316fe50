#include "projections/batch.h"

#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace daybook::projections {
namespace {

constexpr Prefix kBatchRows{1, 0};

// What a store holds after the changes, one by one.
using Held = std::map<std::string, std::string, std::less<>>;

void change(const Batch& batch, Held& held) {
  batch.each([&](const Batch::Change& change) {
    const std::string key(change.key);
    switch (change.kind) {
      case Batch::Kind::kPut:
        held[key] = change.value;
        break;
      case Batch::Kind::kErase:
        held.erase(key);
        break;
      case Batch::Kind::kAppend:
        held[key] += change.value;
        break;
      case Batch::Kind::kEraseRange:
        held.erase(held.lower_bound(key), held.lower_bound(change.value));
        break;
    }
  });
}

// Changes of few keys, so that each has several; what the store held before counts, too.
TEST(Batch, SortedItHoldsOneChangeOfEachKeyAndMeansTheSame) {
  std::uint64_t dice = 11;
  const auto roll = [&](std::uint64_t below) {
    dice = dice * 6364136223846793005ULL + 1442695040888963407ULL;
    return (dice >> 33) % below;
  };
  for (int round = 0; round < 500; ++round) {
    Batch batch;
    Held wanted;
    for (const char section : {'\1', '\2'}) {
      batch.begin({section, 0});
      for (int i = 0; i < 12; ++i) {
        std::string key(1 + roll(30), 'k');
        key.back() = static_cast<char>('a' + roll(2));
        wanted.emplace(std::string{section, 0} + key, "old");
        const std::string value = std::to_string(i);
        const auto kind = roll(3);
        kind == 0 ? batch.put(key, value) : kind == 1 ? batch.erase(key) : batch.append(key, value);
      }
    }
    Held held = wanted;
    change(batch, wanted);
    batch.sort();
    std::string last;
    batch.each([&](const Batch::Change& change) {
      EXPECT_LT(last, change.key);
      last = change.key;
    });
    change(batch, held);
    ASSERT_EQ(held, wanted) << "round " << round;
  }
}

// What is appended to one key thousands of times is not copied as often.
TEST(Batch, ManyAppendsToOneKeyTakeWhatTheyAppend) {
  Batch batch;
  batch.begin(kBatchRows);
  std::string all;
  for (int i = 0; i < 10'000; ++i) {
    const std::string part = std::to_string(i) + ",";
    batch.append("key", part);
    batch.append("other", part);
    all += part;
  }
  const std::size_t before = batch.bytes();
  batch.sort();
  EXPECT_LE(batch.bytes(), 2 * before);
  std::size_t keys = 0;
  batch.each([&](const Batch::Change& change) {
    EXPECT_EQ(change.value, all);
    ++keys;
  });
  EXPECT_EQ(keys, 2U);
}

TEST(Batch, ARangeStandsBesideTheChangesOfItsKeys) {
  Batch batch;
  batch.begin(kBatchRows);
  batch.put("z", "1");
  batch.erase_range("a", "c");
  batch.append("z", "2");
  batch.erase_range("a", "b");
  batch.sort();
  EXPECT_EQ(batch.size(), 3U);
}

}  // namespace
}  // namespace daybook::projections
