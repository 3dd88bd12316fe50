// The bars of the queue: bytes for each waiting job, and fairness beside a crowd.
#include <map>

#include <gtest/gtest.h>

#include "projections/queue.h"
#include "tests/projections/queue_feed.h"

namespace daybook::projections {
namespace {

constexpr std::size_t kMillion = 1'000'000;

TEST(QueueMemory, AWaitingJobCostsAtMostSeventyBytes) {
  QueueFeed f;
  f.definition("d");
  const std::size_t before = f.queue.memory_bytes();
  for (std::size_t i = 0; i < kMillion; ++i) {
    f.create("d", kStart + seconds(static_cast<std::int64_t>(1 + i * 7919 % kMillion)));
  }
  EXPECT_EQ(f.queue.counts(f.now).waiting, kMillion);
  EXPECT_LE((f.queue.memory_bytes() - before) / kMillion, 70U);
  EXPECT_GE((f.queue.memory_bytes() - before) / kMillion, 40U);

  // The same bar once all of them are due.
  f.now = kStart + seconds(kMillion);
  EXPECT_EQ(f.queue.counts(f.now).ready, kMillion);
  EXPECT_LE((f.queue.memory_bytes() - before) / kMillion, 70U);
}

TEST(QueueMemory, EndedJobsAndForgottenDefinitionsLeaveNothing) {
  QueueFeed f;
  f.component("c");
  const std::size_t before = f.queue.memory_bytes();
  for (int round = 0; round < 1000; ++round) {
    const auto d = f.definition("d" + std::to_string(round));
    f.cancel(f.create(d.definition, kStart + hours(1)), d.definition, 0);
    events::DefinitionDeleted deleted;
    deleted.definition = d.definition;
    f.put(deleted);
  }
  EXPECT_LT(f.queue.memory_bytes() - before, 200'000U);
}

TEST(QueueFairness, SmallDefinitionsGoOutWithinTwoRoundsBesideAMillionJobs) {
  QueueFeed f;
  f.component("c");
  f.component("h", events::Runtime::kHttp);
  f.definition("crowd");
  for (std::size_t i = 0; i < kMillion; ++i) {
    f.create("crowd", kStart);
  }
  EXPECT_EQ(f.take(50).size(), 50U);
  for (int i = 0; i < 99; ++i) {
    const auto d = f.definition("small" + std::to_string(i), i % 2 == 0 ? "c" : "h");
    f.create(d.definition, kStart);
  }
  std::map<std::string, int> seen;
  for (const auto& offer : f.take(200)) {
    ++seen[std::string(offer.definition)];
  }
  EXPECT_EQ(seen.size(), 100U);
  EXPECT_EQ(seen["crowd"], 101);
}

}  // namespace
}  // namespace daybook::projections
