#include "bench/load/cycles.h"

#include <sstream>

#include <gtest/gtest.h>

#include "bench/load/replay.h"

namespace daybook::bench {
namespace {

CycleOptions small(std::uint64_t jobs) {
  CycleOptions out;
  out.jobs = jobs;
  out.batch = 7;
  out.window = 100;
  out.definitions = 3;
  return out;
}

class Cycles : public testing::TestWithParam<bool> {
 protected:
  void SetUp() override {
    auto scratch = ScratchDirectory::make(testing::TempDir());
    ASSERT_TRUE(scratch.has_value());
    scratch_.emplace(std::move(*scratch));
  }
  std::optional<ScratchDirectory> scratch_;
  const SystemClock clock_{};
};

TEST_P(Cycles, EveryJobGoesThroughThreeEvents) {
  auto engine = Engine::open({scratch_->path(), true, false, false, {}}, clock_);
  ASSERT_TRUE(engine.has_value()) << engine.error().text();
  CycleOptions options = small(1000);
  options.queue = GetParam();
  const auto result = CycleDriver(**engine, options).run();
  ASSERT_TRUE(result.has_value()) << result.error().text();
  EXPECT_EQ(result->tenths.size(), 10U);
  EXPECT_EQ(result->cycle.count(), 1000U);
  EXPECT_EQ(result->created.count(), 143U);  // ceil(1000 / 7) requests
  // One component, three definitions, three events a job.
  EXPECT_EQ((*engine)->log().last(), Seq{4 + 3000});
  EXPECT_EQ((*engine)->sequencer().metrics().running_jobs, 0U);
}

INSTANTIATE_TEST_SUITE_P(StartsFrom, Cycles, testing::Bool(),
                         [](const auto& which) { return which.param ? "Queue" : "Answers"; });

TEST_F(Cycles, BurnDownStartsAfterAllAreScheduled) {
  auto engine = Engine::open({scratch_->path(), true, false, false, {}}, clock_);
  ASSERT_TRUE(engine.has_value()) << engine.error().text();
  CycleOptions options = small(500);
  options.prefill = true;
  const auto result = CycleDriver(**engine, options).run();
  ASSERT_TRUE(result.has_value()) << result.error().text();
  EXPECT_EQ(result->cycle.count(), 0U);
  EXPECT_EQ((*engine)->log().last(), Seq{4 + 1500});
}

TEST_F(Cycles, FixedRateTakesItsTime) {
  auto engine = Engine::open({scratch_->path(), true, false, false, {}}, clock_);
  ASSERT_TRUE(engine.has_value()) << engine.error().text();
  CycleOptions options = small(100);
  options.batch = 1;
  options.rate = 1000;
  const auto result = CycleDriver(**engine, options).run();
  ASSERT_TRUE(result.has_value()) << result.error().text();
  EXPECT_GE(result->seconds, 0.099);
}

TEST_F(Cycles, KeptDirectoryReplays) {
  CyclesOptions options;
  options.run.directory = scratch_->path();
  options.keep = scratch_->path() / "kept";
  options.cycle = small(200);
  options.views = false;
  std::ostringstream out;
  const Status done = bench_cycles("cycles", options, out);
  ASSERT_TRUE(done.has_value()) << done.error().text();
  ReplayOptions replay;
  replay.run.directory = scratch_->path();
  replay.data = options.keep;
  replay.views = false;
  std::ostringstream replayed;
  const Status again = bench_replay(replay, replayed);
  ASSERT_TRUE(again.has_value()) << again.error().text();
  EXPECT_NE(replayed.str().find("events=604"), std::string::npos) << replayed.str();
  EXPECT_NE(replayed.str().find("state hash "), std::string::npos);
}

}  // namespace
}  // namespace daybook::bench
