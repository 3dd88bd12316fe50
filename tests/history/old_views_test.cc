// What questions of views in which two million jobs stand read: as much as their answers are.
#include <array>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <rocksdb/perf_context.h>
#include <rocksdb/perf_level.h>

#include "base/clock.h"
#include "bench/store/store_options.h"
#include "log/data_dir.h"
#include "log/rocks_log.h"
#include "projections/views.h"
#include "tests/history/store.h"

namespace daybook::history {
namespace {

using projections::JobFilter;
using projections::JobOrder;
using projections::JobRow;
using projections::JobStatus;

constexpr std::uint64_t kBlockBytesMax = 32 << 10;  // of rows, unpacked
// A place is looked for in each table of level 0, of which there are fewer than two times as many
// as begin a compaction, and in one of each level below.
constexpr std::uint64_t kBlocksOfASeek = 20;

class OldViews : public testing::Test {
 protected:
  static void SetUpTestSuite() { copy_ = StoreCopy::make(); }
  static void TearDownTestSuite() { copy_.reset(); }

  void SetUp() override {
    ASSERT_TRUE(copy_);
    auto data = log::DataDir::open(copy_->data(), clock_);
    ASSERT_TRUE(data) << data.error().text();
    data_ = std::move(*data);
    auto log = log::RocksLog::open_to_read(*data_);
    ASSERT_TRUE(log) << log.error().text();
    log_ = std::move(*log);
    auto views = projections::Views::open_to_read({.directory = data_->views_path()}, *log_);
    ASSERT_TRUE(views) << views.error().text();
    views_ = std::move(*views);
    rocksdb::SetPerfLevel(rocksdb::PerfLevel::kEnableCount);
  }
  void TearDown() override { rocksdb::SetPerfLevel(rocksdb::PerfLevel::kDisable); }

  static void count_anew() { rocksdb::get_perf_context()->Reset(); }
  static std::uint64_t blocks() { return rocksdb::get_perf_context()->block_read_count; }
  static std::uint64_t bytes() { return rocksdb::get_perf_context()->block_read_byte; }
  static std::uint64_t skipped() {
    return rocksdb::get_perf_context()->internal_delete_skipped_count;
  }
  std::vector<JobRow> list(const JobFilter& filter, const std::string& after = {}) {
    const auto page = views_->jobs(filter, {50, after, ""});
    EXPECT_TRUE(page) << page.error().text();
    last_cursor_ = page ? page->last_cursor : "";
    return page ? page->rows : std::vector<JobRow>();
  }
  // So many jobs far apart, from all of the list.
  std::vector<JobId> some_jobs(std::size_t wanted) {
    std::vector<JobId> out;
    const Micros until = last_time();
    const std::int64_t step = hours(13 * 24).value / static_cast<std::int64_t>(wanted);
    for (std::size_t i = 0; i < wanted; ++i) {
      JobFilter filter;
      filter.order = JobOrder::kOldestFirst;
      filter.created_after = until + Duration{-step * static_cast<std::int64_t>(i + 1)};
      const auto rows = views_->jobs(filter, {1, "", ""});
      EXPECT_TRUE(rows && rows->rows.size() == 1);
      if (rows && !rows->rows.empty()) {
        out.push_back(rows->rows.front().job);
      }
    }
    return out;
  }
  Micros last_time() const { return log_->last_time(); }

  static std::unique_ptr<StoreCopy> copy_;
  const SystemClock clock_{};
  std::unique_ptr<log::DataDir> data_;
  std::unique_ptr<log::RocksLog> log_;
  std::unique_ptr<projections::Views> views_;
  std::string last_cursor_;
};

std::unique_ptr<StoreCopy> OldViews::copy_;

TEST_F(OldViews, AJobThatIsLookedUpAgainIsNotReadAgain) {
  const JobId job = some_jobs(1).front();
  ASSERT_TRUE(views_->job(job).value());
  count_anew();
  for (int i = 0; i < 1'000; ++i) {
    ASSERT_TRUE(views_->job(job).value());
  }
  EXPECT_EQ(bytes(), 0U);
}

TEST_F(OldViews, ADefinitionThatIsLookedUpAgainIsNotReadAgain) {
  const std::string name = bench::stored_definition(1);
  ASSERT_TRUE(views_->definition(name).value());
  ASSERT_TRUE(views_->component(bench::kStoredComponent).value());
  ASSERT_TRUE(views_->counts(name));
  count_anew();
  for (int i = 0; i < 1'000; ++i) {
    ASSERT_TRUE(views_->definition(name).value());
    ASSERT_TRUE(views_->component(bench::kStoredComponent).value());
    ASSERT_GT(views_->counts(name)->completed, 0U);
  }
  EXPECT_EQ(bytes(), 0U);
}

TEST_F(OldViews, AJobIsOneBlockOfRows) {
  const std::vector<JobId> jobs = some_jobs(200);
  count_anew();
  for (const JobId job : jobs) {
    ASSERT_TRUE(views_->job(job).value());
  }
  EXPECT_LE(blocks(), jobs.size());
  EXPECT_LE(bytes(), jobs.size() * kBlockBytesMax);
}

// The second time: the first one opens the tables.
TEST_F(OldViews, TheHistoryOfAJobIsItsEvents) {
  const std::vector<JobId> jobs = some_jobs(100);
  for (const JobId job : jobs) {
    ASSERT_TRUE(views_->history(job, {50, "", ""}));
  }
  count_anew();
  std::uint64_t events = 0;
  for (const JobId job : jobs) {
    const auto page = views_->history(job, {50, "", ""});
    ASSERT_TRUE(page) << page.error().text();
    ASSERT_GE(page->rows.size(), 1U);
    events += page->rows.size();
  }
  // Of the log two blocks for each event, and one of each table of level 0.
  EXPECT_LE(blocks(), 8 * events);
}

// Every list that an index answers, its first page and the one behind it.
TEST_F(OldViews, APageReadsItsRowsAndABlockOfEachIndex) {
  using enum JobStatus;
  const std::array<std::optional<JobStatus>, 6> statuses = {std::nullopt, kPending, kRunning,
                                                            kCompleted,   kFailed,  kCancelled};
  for (const auto& status : statuses) {
    for (const bool of_definition : {false, true}) {
      for (const JobOrder order : {JobOrder::kNewestFirst, JobOrder::kOldestFirst,
                                   JobOrder::kRunAtFirst, JobOrder::kRunAtLast}) {
        JobFilter filter;
        filter.status = status;
        filter.order = order;
        if (of_definition) {
          filter.definition = bench::stored_definition(1);
        }
        count_anew();
        const std::size_t first = list(filter).size();
        const std::size_t second = first == 0 ? 0 : list(filter, last_cursor_).size();
        EXPECT_EQ(first, status == kRunning ? 0U : 50U);
        // Of each of five statuses a few blocks, and each row in a block of its own.
        EXPECT_LE(blocks(), 5 * 8 + first + second)
            << "status " << testing::PrintToString(status) << " order " << static_cast<int>(order);
        EXPECT_LE(skipped(), 10U);
      }
    }
  }
}

TEST_F(OldViews, CountsAreFewReads) {
  ASSERT_TRUE(views_->counts(""));
  count_anew();
  const auto all = views_->counts("");
  ASSERT_TRUE(all);
  EXPECT_EQ(all->pending, wanted().pending);
  EXPECT_EQ(all->completed + all->failed + all->cancelled, wanted().jobs);
  for (std::size_t i = 0; i < wanted().definitions; ++i) {
    ASSERT_TRUE(views_->counts(bench::stored_definition(i)));
  }
  EXPECT_LE(blocks(), 4U);
}

TEST_F(OldViews, StatisticsOfADayAreTheRowsOfThatDay) {
  projections::Views::StatisticsQuery query;
  query.now = last_time();
  query.to = last_time();
  query.of = projections::Views::StatisticsQuery::Of::kAll;
  query.resolution = seconds(60);
  query.rows_max = 1'440;
  query.from = last_time() + Duration{-hours(48).value};
  ASSERT_TRUE(views_->statistics(query));
  query.from.reset();
  count_anew();
  const auto minutes = views_->statistics(query);
  ASSERT_TRUE(minutes) << minutes.error().text();
  EXPECT_GT(minutes->rows.size(), 1'400U);
  const std::uint64_t of_minutes = blocks();
  query.resolution = hours(1);
  count_anew();
  const auto by_hour = views_->statistics(query);
  ASSERT_TRUE(by_hour) << by_hour.error().text();
  EXPECT_GE(by_hour->rows.size(), 24U);
  EXPECT_LE(blocks(), 4 * kBlocksOfASeek);
  EXPECT_LE(of_minutes, 4 * kBlocksOfASeek + 60);
}

TEST_F(OldViews, AnEventOfARareTypeIsFoundInItsIndex) {
  projections::EventSelection selection;
  selection.types = {std::uint16_t{0xfffe}};
  ASSERT_TRUE(views_->find_events(selection, {Seq{0}, log_->last(), 50, true}));
  selection.types = {std::uint16_t{0xffff}};
  count_anew();
  const auto none = views_->find_events(selection, {Seq{0}, log_->last(), 50, true});
  ASSERT_TRUE(none) << none.error().text();
  EXPECT_TRUE(none->seqs.empty());
  EXPECT_LE(blocks(), kBlocksOfASeek);
}

// Nothing is over: each definition is looked at once.
TEST_F(OldViews, ASweepOfNothingLooksAtEachDefinitionOnce) {
  projections::RetentionPlace place;
  count_anew();
  const auto due = views_->retention_due(last_time(), 1'024, place);
  ASSERT_TRUE(due) << due.error().text();
  EXPECT_TRUE(due->empty());
  EXPECT_LE(blocks(), (wanted().definitions + 2) * kBlocksOfASeek);
}

}  // namespace
}  // namespace daybook::history
