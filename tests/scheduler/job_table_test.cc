#include "scheduler/job_table.h"

#include <rapidcheck.h>

#include <map>
#include <string>

#include <gtest/gtest.h>

namespace daybook::scheduler {
namespace {

JobId id(std::uint64_t key) {
  return JobId::make(Micros{1'763'251'200'000'000}, 0, Seq{key});
}

TEST(JobTable, EmptyOneFindsNothing) {
  const JobTable table;
  EXPECT_EQ(table.find(id(1)), nullptr);
  EXPECT_EQ(table.size(), 0U);
  EXPECT_TRUE(table.sorted().empty());
  EXPECT_EQ(table.memory_bytes(), 0U);
}

TEST(JobTable, MemoryCountsTheTextsOfEveryJob) {
  JobTable table;
  for (const std::uint64_t key : {1U, 2U}) {
    table.insert(id(key));
  }
  const std::size_t without = table.memory_bytes();
  table.find(id(1))->set_texts(std::string(1000, 'x'), "");
  table.find(id(2))->set_texts("", std::string(100, 'y'));
  EXPECT_GE(table.memory_bytes(), without + 1100);
  EXPECT_LT(table.memory_bytes(), without + 1300);
}

TEST(JobTable, SlotIsFreshWhenItIsUsedAgain) {
  JobTable table;
  JobSlot& first = table.insert(id(1));
  first.set_texts("{\"a\":1}", "key");
  first.started = Seq{9};
  first.attempt = Attempt{3};
  first.priority = -4;
  table.erase(id(1));
  const JobSlot& second = table.insert(id(2));
  EXPECT_EQ(second.parameters(), "");
  EXPECT_EQ(second.unique_key(), "");
  EXPECT_FALSE(second.running());
  EXPECT_EQ(second.attempt, Attempt{0});
  EXPECT_EQ(second.priority, 0);
}

TEST(JobTable, TextsOfEveryKindReadBack) {
  JobSlot slot;
  for (const std::string& parameters : {std::string(), std::string("{}"), std::string(5000, 'x')}) {
    for (const std::string& key : {std::string(), std::string("k"), std::string(128, 'y')}) {
      slot.set_texts(parameters, key);
      EXPECT_EQ(slot.parameters(), parameters);
      EXPECT_EQ(slot.unique_key(), key);
      EXPECT_EQ(slot.texts == nullptr, parameters.empty() && key.empty());
    }
  }
}

TEST(JobTable, IdWithTheSameKeyButAnotherTimeIsNotFound) {
  JobTable table;
  table.insert(id(7));
  EXPECT_EQ(table.find(JobId::make(Micros{0}, 0, Seq{7})), nullptr);
}

TEST(JobTable, JobIsInsertedOnceAndErasedOnlyWhenItIsThere) {
  JobTable table;
  table.insert(id(1));
  EXPECT_DEATH(table.insert(id(1)), "a job is created once");
  EXPECT_DEATH(table.erase(id(2)), "an erased job is there");
}

TEST(JobTable, MemoryOfAMillionJobsWithoutTextsIsUnder66BytesEach) {
  constexpr std::uint64_t kJobs = 1'000'000;
  JobTable table;
  for (std::uint64_t key = 1; key <= kJobs; ++key) {
    table.insert(id(key));
  }
  EXPECT_EQ(table.size(), kJobs);
  EXPECT_LT(table.memory_bytes(), kJobs * 66);
  for (std::uint64_t key = 1; key <= kJobs; key += 2) {
    table.erase(id(key));
  }
  EXPECT_EQ(table.find(id(1)), nullptr);
  EXPECT_NE(table.find(id(2)), nullptr);
  EXPECT_EQ(table.sorted().size(), kJobs / 2);
}

// The table against a plain map, over inserts and erases that come back to few keys, so that chains
// of the index grow, close and wrap round.
TEST(JobTable, AnswersLikeAMapOverRandomInsertsAndErases) {
  const bool held = rc::check([] {
    JobTable table;
    std::map<std::uint64_t, std::int64_t> model;
    const auto spread = *rc::gen::element<std::uint64_t>(1, 64, 4096, 1ULL << 20, 1ULL << 44);
    const int steps = *rc::gen::inRange(0, 600);
    for (int step = 0; step < steps; ++step) {
      const std::uint64_t key = (1 + *rc::gen::inRange<std::uint64_t>(0, 120)) * spread;
      if (model.contains(key)) {
        table.erase(id(key));
        model.erase(key);
      } else {
        table.insert(id(key)).run_at = Micros{step};
        model[key] = step;
      }
      RC_ASSERT(table.size() == model.size());
    }
    for (std::uint64_t n = 1; n <= 121; ++n) {
      const JobSlot* slot = table.find(id(n * spread));
      const auto expected = model.find(n * spread);
      RC_ASSERT((slot != nullptr) == (expected != model.end()));
      if (slot != nullptr) {
        RC_ASSERT(slot->run_at.value == expected->second);
      }
    }
    const auto sorted = table.sorted();
    RC_ASSERT(sorted.size() == model.size());
    auto expected = model.begin();
    for (const JobSlot* slot : sorted) {
      RC_ASSERT(slot->id == id((expected++)->first));
    }
  });
  EXPECT_TRUE(held);
}

}  // namespace
}  // namespace daybook::scheduler
