#include "base/entropy.h"

#include <set>

#include <gtest/gtest.h>

namespace daybook {
namespace {

TEST(SeededEntropy, SameSeedGivesTheSameNumbersAndAnotherSeedOthers) {
  SeededEntropy a(7);
  SeededEntropy b(7);
  SeededEntropy c(8);
  bool differs = false;
  for (int i = 0; i < 100; ++i) {
    const std::uint64_t value = a.next();
    EXPECT_EQ(value, b.next());
    differs = differs || value != c.next();
  }
  EXPECT_TRUE(differs);
}

// First outputs of splitmix64 for seed 1234567, from its authors' reference program.
TEST(SeededEntropy, GivesThePublishedNumbers) {
  SeededEntropy entropy(1234567);
  EXPECT_EQ(entropy.next(), 6457827717110365317ULL);
  EXPECT_EQ(entropy.next(), 3203168211198807973ULL);
  EXPECT_EQ(entropy.next(), 9817491932198370423ULL);
}

TEST(SystemEntropy, DoesNotRepeatItselfAcrossBlocks) {
  SystemEntropy entropy;
  std::set<std::uint64_t> seen;
  for (int i = 0; i < 1000; ++i) {
    EXPECT_TRUE(seen.insert(entropy.next()).second);
  }
}

TEST(Entropy, CommandIdsAreVersion4Uuids) {
  SeededEntropy entropy(1);
  for (int i = 0; i < 100; ++i) {
    const std::string text = entropy.command_id().text();
    ASSERT_EQ(text.size(), 36U);
    EXPECT_EQ(text[14], '4') << text;
    EXPECT_NE(std::string("89ab").find(text[19]), std::string::npos) << text;
  }
}

}  // namespace
}  // namespace daybook
