#include "scheduler/recover.h"

#include <fstream>
#include <map>
#include <string>

#include <gtest/gtest.h>

#include "scheduler/snapshot.h"
#include "tests/scheduler/lived_state.h"
#include "tests/scheduler/temp_directory.h"

namespace daybook::scheduler {
namespace {

class Recovery : public testing::Test {
 protected:
  void SetUp() override { live(engine, 3); }

  void snapshot() {
    ASSERT_TRUE(
        write_snapshot(engine.state, engine.log.last(), engine.log.last_chain(), directory.path()));
  }
  // Recovers to the state as it is, from the snapshot `from` (zero: none).
  void expect_recovered(Seq from, std::size_t notes) {
    const auto recovered = recover(engine.log, directory.path());
    ASSERT_TRUE(recovered) << recovered.error().text();
    EXPECT_EQ(recovered->state.hash(), engine.state.hash());
    EXPECT_EQ(recovered->snapshot, from);
    EXPECT_EQ(recovered->events, engine.log.last().value - from.value);
    EXPECT_EQ(recovered->notes.size(), notes);
  }

  TempDirectory directory;
  Engine engine;
};

TEST_F(Recovery, WithoutSnapshotsTheWholeLogIsFolded) {
  expect_recovered(Seq{}, 0);
}

TEST_F(Recovery, EmptyLogIsTheEmptyState) {
  log::MemoryLog empty;
  const auto recovered = recover(empty, directory.path());
  ASSERT_TRUE(recovered);
  EXPECT_EQ(recovered->state.hash(), State().hash());
}

TEST_F(Recovery, SnapshotSparesTheEventsBeforeIt) {
  snapshot();
  const Seq at = engine.log.last();
  expect_recovered(at, 0);
  engine.ended("d");
  expect_recovered(at, 0);
}

TEST_F(Recovery, CorruptSnapshotIsPassedOverForTheOneBefore) {
  snapshot();
  const Seq older = engine.log.last();
  engine.ended("d");
  snapshot();
  std::ofstream(list_snapshots(directory.path()).front(), std::ios::app) << "x";
  expect_recovered(older, 1);
}

TEST_F(Recovery, SnapshotAheadOfTheLogIsPassedOver) {
  Engine ahead;
  live(ahead, 3);
  ahead.ended("d");
  ASSERT_TRUE(
      write_snapshot(ahead.state, ahead.log.last(), ahead.log.last_chain(), directory.path()));
  const auto recovered = recover(engine.log, directory.path());
  ASSERT_TRUE(recovered);
  EXPECT_EQ(recovered->snapshot, Seq{});
  ASSERT_EQ(recovered->notes.size(), 1U);
  EXPECT_NE(recovered->notes[0].find("ahead of the log"), std::string::npos);
  EXPECT_EQ(recovered->state.hash(), engine.state.hash());
}

class ForeignSnapshot : public Recovery {
 protected:
  // A history of the same length with another content, snapshotted after `events`.
  void write_foreign(Seq events) {
    Engine other;
    other.now = kStart + hours(1);
    live(other, 4);
    State state;
    ASSERT_TRUE(fold(state, other.log, events));
    auto cursor = other.log.read(events);
    events::RecordView record;
    ASSERT_TRUE(*(*cursor)->next(record));
    ASSERT_TRUE(write_snapshot(state, events, record.header.chain, directory.path()));
  }
  void expect_foreign() {
    const auto recovered = recover(engine.log, directory.path());
    ASSERT_TRUE(recovered);
    EXPECT_EQ(recovered->snapshot, Seq{});
    ASSERT_EQ(recovered->notes.size(), 1U);
    EXPECT_NE(recovered->notes[0].find("history"), std::string::npos);
  }
};

TEST_F(ForeignSnapshot, IsPassedOverWhereverItEnds) {
  write_foreign(Seq{5});
  expect_foreign();
}

TEST_F(ForeignSnapshot, IsPassedOverAtTheHead) {
  write_foreign(engine.log.last());
  expect_foreign();
}

TEST_F(ForeignSnapshot, IsPassedOverWhereTheLogBeginsRightBehindIt) {
  write_foreign(Seq{5});
  ASSERT_TRUE(engine.log.trim(Seq{5}));
  const auto recovered = recover(engine.log, directory.path());
  ASSERT_FALSE(recovered);
  EXPECT_EQ(recovered.error().reason, "LOG_TRIMMED");
}

TEST_F(Recovery, TrimmedLogIsContinuedFromASnapshotThatReachesIt) {
  const Seq at = engine.log.last();
  engine.trim(Seq{at.value - 1});
  snapshot();
  engine.ended("d");
  ASSERT_TRUE(engine.log.trim(at));
  expect_recovered(at, 0);
}

TEST_F(Recovery, WhollyTrimmedLogIsContinuedFromItsHead) {
  engine.trim(engine.log.last());
  snapshot();
  expect_recovered(engine.log.last(), 0);
}

// The snapshot was taken before the trim was recorded: it does not keep what the log has lost.
TEST_F(Recovery, SnapshotThatLacksParametersOfATrimmedJobIsPassedOver) {
  snapshot();
  ASSERT_TRUE(engine.log.trim(engine.log.last()));
  const auto recovered = recover(engine.log, directory.path());
  ASSERT_FALSE(recovered);
  EXPECT_EQ(recovered.error().reason, "LOG_TRIMMED");
}

TEST_F(Recovery, ParametersOfTrimmedJobsComeBackWithTheSnapshotThatKeepsThem) {
  std::map<JobId, std::string> expected;
  engine.state.each_job([&](const JobView& job) {
    expected.emplace(job.job, engine.created(job.job).parameters.text);
  });
  const Hash before = engine.state.hash();
  engine.trim(engine.log.last());
  EXPECT_EQ(engine.state.hash(), before);
  EXPECT_EQ(engine.state.first_needed(), std::nullopt);
  snapshot();
  engine.component("c");
  const JobId young = engine.create("d");
  const auto recovered = recover(engine.log, directory.path());
  ASSERT_TRUE(recovered) << recovered.error().text();
  for (const auto& [job, parameters] : expected) {
    const auto view = recovered->state.find_job(job);
    ASSERT_TRUE(view && view->kept_parameters != nullptr);
    EXPECT_EQ(*view->kept_parameters, parameters);
  }
  EXPECT_EQ(recovered->state.find_job(young)->kept_parameters, nullptr);
  EXPECT_EQ(recovered->state.first_needed(), young.key());
}

TEST_F(Recovery, TrimmedLogWithoutASnapshotThatReachesItRefuses) {
  snapshot();
  engine.ended("d");
  ASSERT_TRUE(engine.log.trim(engine.log.last()));
  const auto recovered = recover(engine.log, directory.path());
  ASSERT_FALSE(recovered);
  EXPECT_EQ(recovered.error().reason, "LOG_TRIMMED");
}

TEST_F(Recovery, FoldStopsWhereItIsTold) {
  State state;
  ASSERT_TRUE(fold(state, engine.log, Seq{7}));
  EXPECT_EQ(state.applied(), Seq{7});
  ASSERT_TRUE(fold(state, engine.log, Seq{3}));
  EXPECT_EQ(state.applied(), Seq{7});
  ASSERT_TRUE(fold(state, engine.log, Seq{UINT64_MAX}));
  EXPECT_EQ(state.hash(), engine.state.hash());
}

}  // namespace
}  // namespace daybook::scheduler
