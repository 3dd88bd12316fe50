#include "replay/rebuild.h"

#include <fstream>

#include <gtest/gtest.h>

#include "replay/as_of.h"
#include "replay/fold.h"
#include "replay/prefix_log.h"
#include "scheduler/snapshot.h"
#include "scheduler/state_parts.h"
#include "tests/replay/log_script.h"

namespace daybook::replay {
namespace {

class Rebuild : public testing::Test {
 protected:
  void SetUp() override {
    append_all(log_, encode(sample_script().records()));
    const auto* info = testing::UnitTest::GetInstance()->current_test_info();
    root_ = std::filesystem::path(testing::TempDir()) / (std::string("daybook_") + info->name());
    std::filesystem::remove_all(root_);
    std::filesystem::create_directories(snapshots());
  }
  void TearDown() override { std::filesystem::remove_all(root_); }
  std::filesystem::path snapshots() const { return root_ / "snapshots"; }
  void snapshot(Seq seq) {
    const auto state = state_as_of(log_, seq);
    ASSERT_TRUE(state);
    ASSERT_TRUE(scheduler::write_snapshot(*state, seq, *chain_at(log_, seq), snapshots()));
  }

  log::MemoryLog log_;
  SystemClock clock_;
  std::filesystem::path root_;
};

TEST_F(Rebuild, SnapshotAndTailEqualTheFullFold) {
  snapshot(Seq{12});
  snapshot(Seq{30});
  const Hash live = state_as_of(log_, log_.last())->hash();
  RebuildOptions options;
  options.live = live;
  options.chain = true;
  const auto result = compare_state(log_, snapshots(), clock_, options);
  ASSERT_TRUE(result) << result.error().text();
  EXPECT_TRUE(result->identical()) << result->text();
  EXPECT_EQ(result->compared.size(), 3U);
  EXPECT_EQ(result->state, live);
  EXPECT_EQ(result->events, log_.last().value);
  EXPECT_TRUE(result->notes.empty()) << result->text();
}

TEST_F(Rebuild, ComparesAtAnEarlierEventToo) {
  snapshot(Seq{12});
  snapshot(Seq{30});
  RebuildOptions options;
  options.until = Seq{20};
  const auto result = compare_state(log_, snapshots(), clock_, options);
  ASSERT_TRUE(result);
  EXPECT_EQ(result->as_of, Seq{20});
  EXPECT_TRUE(result->identical());
  EXPECT_EQ(result->compared.size(), 1U);
  EXPECT_EQ(result->notes.size(), 1U) << "the later snapshot cannot be compared there";
}

// A snapshot that is sound in itself and says something else.
TEST_F(Rebuild, AWrongSnapshotIsNamedWithItsFirstDifference) {
  Script other = sample_script();
  other.event<events::JobCreated>("create.last").run_at = Script::kStart + seconds(401);
  log::MemoryLog log;
  append_all(log, encode(other.records()));
  const auto state = state_as_of(log, log.last());
  ASSERT_TRUE(scheduler::write_snapshot(*state, log_.last(), log_.last_chain(), snapshots()));
  const auto result = compare_state(log_, snapshots(), clock_);
  ASSERT_TRUE(result);
  EXPECT_FALSE(result->identical());
  EXPECT_NE(result->text().find("DIFFERENT: job "), std::string::npos) << result->text();
  EXPECT_NE(result->text().find("00:07:31"), std::string::npos) << result->text();
}

TEST_F(Rebuild, AWrongLiveHashIsNamed) {
  RebuildOptions options;
  options.live = sha256("something else");
  const auto result = compare_state(log_, snapshots(), clock_, options);
  ASSERT_TRUE(result);
  EXPECT_FALSE(result->identical());
  EXPECT_NE(result->text().find("running server: DIFFERENT"), std::string::npos);
}

TEST_F(Rebuild, ADamagedSnapshotIsANoteNotAnError) {
  snapshot(Seq{12});
  const auto file = scheduler::list_snapshots(snapshots()).front();
  std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
  stream.seekp(100);
  stream.put('\x7f');
  stream.close();
  const auto result = compare_state(log_, snapshots(), clock_);
  ASSERT_TRUE(result);
  EXPECT_TRUE(result->compared.empty());
  EXPECT_EQ(result->notes.size(), 1U);
}

TEST_F(Rebuild, ATrimmedLogComparesItsSnapshotsWithEachOther) {
  snapshot(Seq{12});
  snapshot(Seq{30});
  ASSERT_TRUE(log_.trim(Seq{12}));
  const auto result = compare_state(log_, snapshots(), clock_);
  ASSERT_TRUE(result) << result.error().text();
  EXPECT_TRUE(result->identical()) << result->text();
  EXPECT_EQ(result->compared.size(), 1U);
  EXPECT_FALSE(result->notes.empty());
  ASSERT_TRUE(log_.trim(Seq{31}));
  EXPECT_EQ(compare_state(log_, snapshots(), clock_).error().reason, "LOG_TRIMMED");
}

TEST_F(Rebuild, TheOnlySnapshotOfATrimmedLogIsComparedWithNothingAndThatIsSaid) {
  snapshot(Seq{30});
  ASSERT_TRUE(log_.trim(Seq{12}));
  const auto result = compare_state(log_, snapshots(), clock_);
  ASSERT_TRUE(result) << result.error().text();
  EXPECT_TRUE(result->compared.empty());
  EXPECT_NE(result->text().find("only one snapshot can be used"), std::string::npos);
}

TEST_F(Rebuild, ViewsOfATrimmedLogAreComparedByWhatTheyList) {
  auto live = projections::Views::open({.directory = root_ / "views"}, log_);
  ASSERT_TRUE(live) << live.error().text();
  (*live)->start();
  ASSERT_TRUE((*live)->wait_for(log_.last(), std::chrono::seconds(30)));
  (*live)->stop();
  const auto state = state_as_of(log_, log_.last());
  ASSERT_TRUE(state);
  const auto result = compare_counts(*state, **live, Seq{13});
  ASSERT_TRUE(result) << result.error().text();
  EXPECT_TRUE(result->identical()) << result->text();
  EXPECT_EQ(result->compared.size(), 6U);
  EXPECT_NE(result->text().find("log restore-archive"), std::string::npos);
  EXPECT_EQ(result->text().find("events in"), std::string::npos) << result->text();
  EXPECT_EQ(compare_counts(*state_as_of(log_, Seq{12}), **live, Seq{13}).error().reason,
            "VIEWS_MOVED");
}

TEST_F(Rebuild, ViewsThatListAnotherNumberOfJobsAreNamed) {
  auto live = projections::Views::open({.directory = root_ / "views"}, log_);
  ASSERT_TRUE(live) << live.error().text();
  (*live)->start();
  ASSERT_TRUE((*live)->wait_for(log_.last(), std::chrono::seconds(30)));
  (*live)->stop();
  auto state = *state_as_of(log_, log_.last());
  state.parts().pending += 1;
  const auto result = compare_counts(state, **live, Seq{13});
  ASSERT_TRUE(result);
  EXPECT_FALSE(result->identical());
  EXPECT_NE(result->text().find("view counts of pending jobs: DIFFERENT: the views list "),
            std::string::npos)
      << result->text();
}

TEST_F(Rebuild, ViewsBuiltFromNothingEqualTheLiveOnes) {
  projections::ViewsOptions options;
  options.directory = root_ / "views";
  auto live = projections::Views::open(options, log_);
  ASSERT_TRUE(live) << live.error().text();
  (*live)->start();
  ASSERT_TRUE((*live)->wait_for(log_.last(), std::chrono::seconds(30)));
  (*live)->stop();
  const auto result = compare_views(log_, **live, root_ / "scratch", clock_);
  ASSERT_TRUE(result) << result.error().text();
  EXPECT_TRUE(result->identical()) << result->text();
  EXPECT_GE(result->compared.size(), 4U);
  EXPECT_FALSE(std::filesystem::exists(root_ / "scratch"));
}

TEST_F(Rebuild, ViewsOfAnotherHistoryDiffer) {
  Script other = sample_script();
  other.event<events::JobCreated>("create.last").run_at = Script::kStart + seconds(401);
  log::MemoryLog log;
  append_all(log, encode(other.records()));
  projections::ViewsOptions options;
  options.directory = root_ / "views";
  auto live = projections::Views::open(options, log);
  ASSERT_TRUE(live);
  (*live)->start();
  ASSERT_TRUE((*live)->wait_for(log.last(), std::chrono::seconds(30)));
  (*live)->stop();
  const auto result = compare_views(log_, **live, root_ / "scratch", clock_);
  ASSERT_TRUE(result) << result.error().text();
  EXPECT_FALSE(result->identical());
}

TEST_F(Rebuild, ScratchThatExistsIsNotTouched) {
  projections::ViewsOptions options;
  options.directory = root_ / "views";
  auto live = projections::Views::open(options, log_);
  ASSERT_TRUE(live);
  EXPECT_EQ(compare_views(log_, **live, snapshots(), clock_).error().reason, "SCRATCH_EXISTS");
}

TEST(PrefixLog, EndsWhereItSays) {
  log::MemoryLog log;
  append_all(log, encode(sample_script().records()));
  PrefixLog prefix(log, Seq{9}, *chain_at(log, Seq{9}));
  EXPECT_EQ(prefix.last(), Seq{9});
  EXPECT_EQ(prefix.durable().value(), Seq{9});
  const auto cursor = prefix.read(Seq{8});
  events::RecordView record;
  EXPECT_EQ((*cursor)->next(record), true);
  EXPECT_EQ((*cursor)->next(record), true);
  EXPECT_EQ(record.header.chain, prefix.last_chain());
  EXPECT_EQ((*cursor)->next(record), false);
  EXPECT_FALSE(prefix.read(Seq{11}));
  EXPECT_FALSE(prefix.trim(Seq{1}));
  EXPECT_FALSE(prefix.append({}));
  EXPECT_EQ(chain_at(log, Seq{0}), events::genesis());
}

}  // namespace
}  // namespace daybook::replay
