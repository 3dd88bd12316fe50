#include "scheduler/ended_set.h"

#include <rapidcheck.h>

#include <set>

#include <gtest/gtest.h>

namespace daybook::scheduler {
namespace {

TEST(EndedSet, AnswersLikeASetOverRandomInsertsAndErases) {
  const bool held = rc::check([] {
    EndedSet set;
    std::set<std::uint64_t> model;
    const int steps = *rc::gen::inRange(0, 300);
    for (int step = 0; step < steps; ++step) {
      // Few words at the ends of few pages.
      const auto page = *rc::gen::inRange<std::uint64_t>(0, 3) << 16;
      const std::uint64_t key = page + *rc::gen::element<std::uint64_t>(0, 65'408) +
                                *rc::gen::inRange<std::uint64_t>(0, 128);
      if (model.erase(key) == 1) {
        set.erase(Seq{key});
      } else {
        set.insert(Seq{key});
        model.insert(key);
      }
      RC_ASSERT(set.size() == model.size());
      RC_ASSERT(set.contains(Seq{key}) == model.contains(key));
    }
    std::set<std::uint64_t> seen;
    EndedSet copy;
    std::uint64_t before = 0;
    for (const auto& [first, bits] : set.words()) {
      RC_ASSERT(first % 64 == 0 && bits != 0 && (seen.empty() || first > before));
      before = first;
      copy.insert_word(first, bits);
      for (std::uint64_t i = 0; i < 64; ++i) {
        if (((bits >> i) & 1) != 0) {
          seen.insert(first + i);
        }
      }
    }
    RC_ASSERT(seen == model);
    RC_ASSERT(copy.words() == set.words() && copy.size() == set.size());
  });
  EXPECT_TRUE(held);
}

TEST(EndedSet, EmptyPagesGiveTheirMemoryBack) {
  EndedSet set;
  const std::size_t empty = set.memory_bytes();
  for (std::uint64_t key = 0; key < 10; ++key) {
    set.insert(Seq{key << 20});
  }
  EXPECT_GT(set.memory_bytes(), empty);
  for (std::uint64_t key = 0; key < 10; ++key) {
    set.erase(Seq{key << 20});
  }
  EXPECT_EQ(set.memory_bytes(), empty);
  EXPECT_TRUE(set.words().empty());
}

TEST(EndedSet, JobEndsOnceAndIsRemovedOnlyAfterIt) {
  EndedSet set;
  set.insert(Seq{5});
  EXPECT_DEATH(set.insert(Seq{5}), "a job ends once");
  EXPECT_DEATH(set.erase(Seq{6}), "a removed job had ended");
}

}  // namespace
}  // namespace daybook::scheduler
