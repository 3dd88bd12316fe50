// Lists of a store through which many jobs have gone: none walks over what is no longer there.
#include <string>
#include <vector>

#include <rocksdb/perf_context.h>
#include <rocksdb/perf_level.h>

#include "tests/projections/views_rig.h"

namespace daybook::projections {
namespace {

constexpr int kRounds = 20;
constexpr int kJobsOfRound = 1'000;
// Tombstones that one page may step over; each round leaves as many in every list without care.
constexpr std::uint64_t kSkippedMax = 1'000;

class OldLists : public ViewsTest {
 protected:
  void TearDown() override { rocksdb::SetPerfLevel(rocksdb::PerfLevel::kDisable); }

  JobId queue_created(Duration ahead) {
    events::JobCreated e;
    e.job = JobId::make(s.now, 0, next(s.last()));
    e.definition = "d";
    e.parameters = {"{}"};
    e.run_at = s.now + ahead;
    e.tags = {"t"};
    s.queue(e);
    return e.job;
  }
  void queue_started(JobId job) {
    events::JobStarted e;
    e.job = job;
    e.attempt = Attempt{1};
    e.definition = "d";
    e.component = "c";
    e.due = s.now;
    s.queue(e);
  }
  void queue_completed(JobId job) {
    events::JobCompleted e;
    e.job = job;
    e.definition = "d";
    e.end = {Attempt{1}, Seq{1}, s.now, 1};
    s.queue(e);
  }
  void queue_removed(JobId job) {
    events::JobRemoved e;
    e.job = job;
    e.definition = "d";
    s.queue(e);
  }
  void shown() {
    s.flush();
    r.now();
  }
  // Every job is shown as pending, as running and as completed before it goes on.
  std::vector<JobId> cycle() {
    s.now = s.now + seconds(1);
    std::vector<JobId> jobs;
    for (int i = 0; i < kJobsOfRound; ++i) {
      jobs.push_back(queue_created({}));
    }
    shown();
    for (const JobId job : jobs) {
      queue_started(job);
    }
    shown();
    for (const JobId job : jobs) {
      queue_completed(job);
    }
    shown();
    return jobs;
  }
  static std::uint64_t skipped() {
    return rocksdb::get_perf_context()->internal_delete_skipped_count;
  }
  // The page, and that it came cheaply.
  std::vector<JobRow> list(const JobFilter& filter) {
    rocksdb::SetPerfLevel(rocksdb::PerfLevel::kEnableCount);
    rocksdb::get_perf_context()->Reset();
    std::vector<JobRow> rows = r.jobs(filter, 50);
    EXPECT_LT(skipped(), kSkippedMax)
        << "status " << testing::PrintToString(filter.status) << " definition "
        << filter.definition.value_or("-") << " tag " << filter.tag.value_or("-") << " order "
        << static_cast<int>(filter.order);
    return rows;
  }
  // All filters that an index answers.
  template <typename Visit>
  static void each_filter(Visit visit) {
    using enum JobStatus;
    const std::optional<JobStatus> statuses[] = {std::nullopt, kPending, kRunning,
                                                 kCompleted,   kFailed,  kCancelled};
    for (const auto& status : statuses) {
      for (int mask = 0; mask < 4; ++mask) {
        for (const JobOrder order : {JobOrder::kNewestFirst, JobOrder::kOldestFirst,
                                     JobOrder::kRunAtFirst, JobOrder::kRunAtLast}) {
          JobFilter filter;
          filter.status = status;
          filter.order = order;
          filter.definition = (mask & 1) != 0 ? std::optional<std::string>("d") : std::nullopt;
          filter.tag = (mask & 2) != 0 ? std::optional<std::string>("t") : std::nullopt;
          visit(filter);
        }
      }
    }
  }
};

TEST_F(OldLists, WhatRunsAndWhatIsNextIsFoundWithoutWalkingOverWhatWas) {
  s.definition("d");
  // One that has been pending and one that has been running all the time, so that what was lies
  // between them and what is new.
  const JobId early = queue_created(hours(24));
  const JobId long_running = queue_created({});
  shown();
  queue_started(long_running);
  shown();
  std::size_t completed = 0;
  for (int i = 0; i < kRounds; ++i) {
    completed += cycle().size();
  }
  const JobId late = queue_created({});
  shown();
  each_filter([&](const JobFilter& filter) {
    const auto rows = list(filter);
    using enum JobStatus;
    if (filter.status == kPending) {
      ASSERT_EQ(rows.size(), 2U);
      const bool late_first =
          filter.order == JobOrder::kNewestFirst || filter.order == JobOrder::kRunAtFirst;
      EXPECT_EQ(rows[late_first ? 0 : 1].job, late);
      EXPECT_EQ(rows[late_first ? 1 : 0].job, early);
    } else if (filter.status == kRunning) {
      ASSERT_EQ(rows.size(), 1U);
      EXPECT_EQ(rows[0].job, long_running);
    } else {
      EXPECT_EQ(rows.empty(), filter.status == kFailed || filter.status == kCancelled);
    }
  });
  EXPECT_EQ(completed, std::size_t{kRounds} * kJobsOfRound);
}

// A sweep that has removed much goes on where it was, not in front of what it removed.
TEST_F(OldLists, ASweepCostsTheSameAtItsEndAsAtItsBeginning) {
  s.definition("d");
  constexpr std::size_t kOfCommand = 500;
  std::size_t left = 0;
  for (int i = 0; i < kRounds / 5; ++i) {
    left += cycle().size();
  }
  s.now = s.now + hours(2);
  RetentionPlace place;
  while (left > 0) {
    r.now();
    rocksdb::SetPerfLevel(rocksdb::PerfLevel::kEnableCount);
    rocksdb::get_perf_context()->Reset();
    const auto due = r.views->retention_due(s.now, kOfCommand, place);
    ASSERT_TRUE(due) << due.error().text();
    ASSERT_EQ(due->size(), kOfCommand);
    EXPECT_LT(skipped(), 10U) << left << " left";
    for (const auto& ended : *due) {
      queue_removed(ended.job);
    }
    s.flush();
    left -= kOfCommand;
  }
  r.now();
  EXPECT_TRUE(r.views->retention_due(s.now, kOfCommand, place)->empty());
  EXPECT_EQ(r.views->counts("d")->completed, 0U);
}

// Of many definitions each is looked at once a round, however few jobs a command takes.
TEST_F(OldLists, ASweepGoesOnAtTheDefinitionWhereItStopped) {
  constexpr std::size_t kDefinitions = 200;
  constexpr std::size_t kJobsOfEach = 3;
  constexpr std::size_t kOfCommand = 10;
  for (std::size_t i = 0; i < kDefinitions * kJobsOfEach; ++i) {
    const std::string_view name = s.keep("d" + std::to_string(i % kDefinitions));
    events::JobCreated created;
    created.job = JobId::make(s.now, 0, next(s.last()));
    created.definition = name;
    s.queue(created);
    events::JobCancelled cancelled;
    cancelled.job = created.job;
    cancelled.definition = name;
    s.queue(cancelled);
  }
  shown();
  s.now = s.now + hours(10'000);
  RetentionPlace place;
  std::size_t left = kDefinitions * kJobsOfEach;
  std::uint64_t seeks = 0;
  while (left > 0) {
    rocksdb::SetPerfLevel(rocksdb::PerfLevel::kEnableCount);
    rocksdb::get_perf_context()->Reset();
    const auto due = r.views->retention_due(s.now, kOfCommand, place);
    seeks += rocksdb::get_perf_context()->seek_on_memtable_count;
    ASSERT_TRUE(due) << due.error().text();
    ASSERT_FALSE(due->empty());
    EXPECT_LE(skipped(), 2 * kOfCommand) << left << " left; an empty list leaves one tombstone";
    for (const auto& ended : *due) {
      events::JobRemoved removed;
      removed.job = ended.job;
      removed.definition = s.keep(ended.definition);
      s.queue(removed);
    }
    shown();
    left -= due->size();
  }
  // Two rounds, since a command may end within a definition; from the first definition each time it
  // would be some 10,000.
  EXPECT_GT(seeks, kDefinitions);
  EXPECT_LT(seeks, 8 * kDefinitions);
}

}  // namespace
}  // namespace daybook::projections
