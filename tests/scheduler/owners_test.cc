#include "scheduler/owners.h"

#include <random>

#include <gtest/gtest.h>

#include "base/limits/access.h"

namespace daybook::scheduler {
namespace {

TEST(Owners, NumbersAreGivenAgain) {
  Owners owners;
  EXPECT_EQ(owners.add(""), 0U);
  const std::uint32_t a = owners.add("a");
  const std::uint32_t b = owners.add("b");
  EXPECT_NE(a, b);
  EXPECT_EQ(owners.add("a"), a);
  EXPECT_EQ(owners.name(a), "a");
  owners.remove(a);
  EXPECT_TRUE(owners.contains("a"));
  owners.remove(a);
  EXPECT_FALSE(owners.contains("a"));
  EXPECT_EQ(owners.add("c"), a);
  owners.remove(0);
  EXPECT_EQ(owners.name(0), "");
}

TEST(Owners, ThereIsRoomForSoMany) {
  Owners owners;
  for (std::uint32_t i = 0; i < kOwnersMax; ++i) {
    EXPECT_TRUE(owners.has_room("x"));
    owners.add("o" + std::to_string(i));
  }
  EXPECT_FALSE(owners.has_room("x"));
  EXPECT_TRUE(owners.has_room("o7"));
  EXPECT_TRUE(owners.has_room(""));
}

TEST(Owners, CountAsAMapDoes) {
  std::mt19937 random(7);
  Owners owners;
  std::vector<std::pair<std::string, std::uint32_t>> jobs;
  for (int step = 0; step < 20'000; ++step) {
    if (jobs.empty() || random() % 2 == 0) {
      const std::string name = random() % 5 == 0 ? "" : "o" + std::to_string(random() % 50);
      jobs.emplace_back(name, owners.add(name));
    } else {
      std::swap(jobs[random() % jobs.size()], jobs.back());
      owners.remove(jobs.back().second);
      jobs.pop_back();
    }
    if (step % 500 == 0) {
      std::map<std::string, std::uint32_t, std::less<>> wanted;
      for (const auto& [name, number] : jobs) {
        EXPECT_EQ(owners.name(number), name);
        if (!name.empty()) {
          wanted.emplace(name, number);
        }
      }
      EXPECT_EQ(owners.numbers(), wanted);
    }
  }
}

}  // namespace
}  // namespace daybook::scheduler
