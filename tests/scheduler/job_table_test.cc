#include "scheduler/job_table.h"

#include <rapidcheck.h>

#include <iterator>
#include <map>
#include <vector>

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
  EXPECT_EQ(table.memory_bytes(), 0U);
  EXPECT_EQ(table.find_key(Seq{1}), nullptr);
}

TEST(JobTable, SlotIsFreshWhenItsPlaceIsUsedAgain) {
  JobTable table;
  JobSlot& first = table.insert(id(1));
  first.start(Seq{9}, Attempt{3});
  first.priority = -4;
  EXPECT_TRUE(first.running());
  EXPECT_EQ(first.started(), Seq{9});
  table.erase(id(1));
  const JobSlot& second = table.insert(id(2));
  EXPECT_FALSE(second.running());
  EXPECT_FALSE(second.delayed());
  EXPECT_EQ(second.started(), Seq{});
  EXPECT_EQ(second.attempt(), Attempt{0});
  EXPECT_EQ(second.priority, 0);
}

TEST(JobTable, SlotHoldsAsManyAttemptsAsAJobMayHave) {
  JobSlot slot;
  slot.start(Seq{1}, Attempt{kJobAttemptsMax});
  EXPECT_EQ(slot.attempt(), Attempt{kJobAttemptsMax});
  slot.wait_until(Micros{-5}, true);
  EXPECT_EQ(slot.run_at(), Micros{-5});
  EXPECT_TRUE(slot.delayed());
  EXPECT_EQ(slot.attempt(), Attempt{kJobAttemptsMax});
  EXPECT_DEATH(slot.start(Seq{2}, Attempt{kJobAttemptsMax + 1}), "tried so often at most");
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
  table.erase(id(1));
  EXPECT_FALSE(table.is_new(id(1))) << "keys are not used again";
  EXPECT_DEATH(table.erase(id(2)), "an erased job is there");
}

std::vector<JobId> ids_of(const JobTable& table) {
  std::vector<JobId> out;
  table.each([&](const JobSlot& slot) { out.push_back(slot.id); });
  return out;
}

TEST(JobTable, MemoryOfAMillionJobsIsUnder33BytesEachAndFollowsThemDown) {
  constexpr std::uint64_t kJobs = 1'000'000;
  JobTable table;
  for (std::uint64_t key = 1; key <= kJobs; ++key) {
    table.insert(id(key));
  }
  EXPECT_EQ(table.size(), kJobs);
  EXPECT_LT(table.memory_bytes(), kJobs * 33);
  for (std::uint64_t key = 1; key <= kJobs; ++key) {
    if (key % 100 != 0) {
      table.erase(id(key));
    }
  }
  EXPECT_EQ(table.find(id(1)), nullptr);
  EXPECT_NE(table.find(id(200)), nullptr);
  EXPECT_EQ(ids_of(table).size(), kJobs / 100);
  EXPECT_LT(table.memory_bytes(), kJobs / 100 * 33 * 3) << "two neighbours are more than one";
}

// Jobs that stay and jobs that come and go: no chunk is made, and joined again, for each of them.
TEST(JobTable, RowsDoNotMoveForEachJobThatComesAndGoes) {
  JobTable table;
  std::uint64_t key = 0;
  while (key < 4095) {
    table.insert(id(++key));
  }
  const JobSlot* const stays = table.find(id(7));
  table.insert(id(++key));
  std::size_t moved = 0;
  const JobSlot* last = nullptr;
  for (int i = 0; i < 10'000; ++i) {
    table.insert(id(++key));
    table.erase(id(key - 1));
    const JobSlot* now = table.find(id(7));
    moved += last != nullptr && now != last ? 1 : 0;
    last = now;
  }
  EXPECT_EQ(table.size(), 4096U);
  EXPECT_LE(moved, 10U);
  EXPECT_NE(stays, nullptr);
}

// The table against a plain map, over keys that rise in steps of every size while old ones go.
TEST(JobTable, AnswersLikeAMapOverRandomInsertsAndErases) {
  const bool held = rc::check([] {
    JobTable table;
    std::map<std::uint64_t, std::int64_t> model;
    std::uint64_t newest = 0;
    const auto spread = *rc::gen::element<std::uint64_t>(1, 64, 4096, 1ULL << 44);
    const int rounds = *rc::gen::inRange(0, 30);
    for (int round = 0; round < rounds; ++round) {
      const int inserts = *rc::gen::inRange(0, 3000);
      for (int i = 0; i < inserts; ++i) {
        newest += 1 + static_cast<std::uint64_t>(i * 7919 % 5) * spread;
        table.insert(id(newest)).wait_until(Micros{i}, false);
        model[newest] = i;
      }
      // Every n-th of them goes, from somewhere on.
      const int every = *rc::gen::inRange(1, 6);
      const auto from = *rc::gen::inRange<std::size_t>(0, model.size() + 1);
      int n = 0;
      for (auto at = std::next(model.begin(), static_cast<std::ptrdiff_t>(from));
           at != model.end();) {
        if (++n % every == 0) {
          table.erase(id(at->first));
          at = model.erase(at);
        } else {
          ++at;
        }
      }
      RC_ASSERT(table.size() == model.size());
    }
    for (const auto& [key, step] : model) {
      const JobSlot* slot = table.find(id(key));
      RC_ASSERT(slot != nullptr && slot->run_at().value == step);
      RC_ASSERT((table.find(id(key + 1)) != nullptr) == model.contains(key + 1));
    }
    std::vector<JobId> expected;
    for (const auto& [key, step] : model) {
      expected.push_back(id(key));
    }
    RC_ASSERT(ids_of(table) == expected);
  });
  EXPECT_TRUE(held);
}

}  // namespace
}  // namespace daybook::scheduler
