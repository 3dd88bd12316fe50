// The far part of the queue: in order whatever it was cut into, bounded in memory, and what becomes
// of it when a run can be neither written nor read.
#include "projections/queue_far.h"

#include <algorithm>
#include <memory>
#include <random>

#include <gtest/gtest.h>

#include "base/limits/dispatch.h"
#include "tests/projections/queue_feed.h"

namespace daybook::projections {
namespace {

// Runs in memory, that fail when they are told to.
struct Disk {
  std::optional<Error> no_write;
  std::optional<Error> no_read;
  std::size_t files = 0;
};

class DiskFiles final : public QueueRunFiles {
 public:
  explicit DiskFiles(Disk& disk) : disk_(disk) {}
  Result<std::unique_ptr<QueueRunFile>> make() override {
    ++disk_.files;
    return std::make_unique<File>(disk_);
  }

 private:
  class File final : public QueueRunFile {
   public:
    explicit File(Disk& disk) : disk_(disk) {}
    Status write(std::uint64_t offset, std::span<const std::uint8_t> bytes) override {
      if (disk_.no_write) {
        return fail(*disk_.no_write);
      }
      bytes_.resize(std::max<std::size_t>(bytes_.size(), offset + bytes.size()));
      std::copy(bytes.begin(), bytes.end(), bytes_.begin() + static_cast<std::ptrdiff_t>(offset));
      return {};
    }
    Status read(std::uint64_t offset, std::span<std::uint8_t> out) override {
      if (disk_.no_read) {
        return fail(*disk_.no_read);
      }
      std::copy_n(bytes_.begin() + static_cast<std::ptrdiff_t>(offset), out.size(), out.begin());
      return {};
    }

   private:
    Disk& disk_;
    std::vector<std::uint8_t> bytes_;
  };
  Disk& disk_;
};

FarJob far_job(std::uint64_t key, std::int64_t at) {
  return {Micros{at}, JobId::make(kStart, 0, Seq{key}), 3, -7};
}

class Far : public testing::Test {
 protected:
  std::vector<std::uint64_t> take(QueueFar& far, std::size_t max) {
    std::vector<FarJob> out;
    far.take(max, out);
    std::vector<std::uint64_t> keys;
    for (const FarJob& job : out) {
      EXPECT_EQ(job.definition, 3U);
      EXPECT_EQ(job.priority, -7);
      keys.push_back(job.job.key().value);
    }
    return keys;
  }

  Disk disk_;
  DiskFiles files_{disk_};
};

TEST_F(Far, GivesJobsInTheOrderOfTheirTimesHoweverTheyCame) {
  std::mt19937_64 random(7);
  std::vector<std::uint64_t> times(5000);
  for (auto& time : times) {
    time = random() % 500;  // many are alike: then by their ids
  }
  QueueFar far(files_, 37);
  std::vector<std::pair<std::uint64_t, std::uint64_t>> expected;
  std::vector<FarJob> together;
  for (std::uint64_t key = 1; key <= times.size(); ++key) {
    const FarJob job = far_job(key, static_cast<std::int64_t>(times[key - 1]));
    if (key % 3 == 0) {
      together.push_back(job);
    } else {
      far.add(job);
    }
    expected.emplace_back(times[key - 1], key);
  }
  far.add_run(std::move(together));
  std::sort(expected.begin(), expected.end());
  ASSERT_EQ(far.size(), expected.size());
  for (std::size_t at = 0; at < expected.size();) {
    EXPECT_EQ(far.nearest(), Micros{static_cast<std::int64_t>(expected[at].first)});
    const auto keys = take(far, 1 + at % 400);
    ASSERT_FALSE(keys.empty());
    for (const std::uint64_t key : keys) {
      ASSERT_EQ(key, expected[at++].second);
    }
  }
  EXPECT_EQ(far.size(), 0U);
  EXPECT_EQ(far.runs(), 0U);
  EXPECT_EQ(far.nearest(), std::nullopt);
}

TEST_F(Far, WhatIsRemovedDoesNotComeBackAndItsNumberMayNotEither) {
  QueueFar far(files_, 4);
  for (std::uint64_t key = 1; key <= 20; ++key) {
    far.add(far_job(key, 100 - static_cast<std::int64_t>(key)));
  }
  for (const std::uint64_t gone : {20U, 19U, 1U, 10U}) {
    far.remove(Seq{gone});
  }
  EXPECT_EQ(far.size(), 16U);
  EXPECT_EQ(take(far, 2), (std::vector<std::uint64_t>{18, 17}));
  EXPECT_EQ(take(far, 8), (std::vector<std::uint64_t>{16, 15, 14, 13, 12, 11, 9, 8}));
  EXPECT_EQ(take(far, 100), (std::vector<std::uint64_t>{7, 6, 5, 4, 3, 2}));
  far.add(far_job(30, 5));
  far.remove(Seq{30});
  EXPECT_EQ(far.size(), 0U);
  EXPECT_EQ(far.nearest(), std::nullopt);
  EXPECT_TRUE(take(far, 10).empty());
}

TEST_F(Far, MemoryIsThatOfTheLandingAndAPieceOfEachRun) {
  constexpr std::uint64_t kJobs = 100'000;
  constexpr std::size_t kLanding = 5'000;
  QueueFar far(files_, kLanding);
  for (std::uint64_t key = 1; key <= kJobs; ++key) {
    far.add(far_job(key, static_cast<std::int64_t>(key * 7919 % kJobs)));
  }
  EXPECT_EQ(disk_.files, kJobs / kLanding);
  EXPECT_LT(far.memory_bytes(),
            (2 * kLanding + far.runs() * (kQueueRunPiece + 8)) * sizeof(FarJob));
}

TEST_F(Far, RunThatCannotBeWrittenStaysInMemory) {
  disk_.no_write = make_error(Code::kNoSpace, "DISK_FULL", "no space");
  QueueFar far(files_, 10);
  for (std::uint64_t key = 1; key <= 100; ++key) {
    far.add(far_job(key, static_cast<std::int64_t>(key)));
  }
  ASSERT_TRUE(far.fault());
  EXPECT_EQ(far.fault()->reason, "DISK_FULL");
  EXPECT_FALSE(far.broken());
  disk_.no_write.reset();
  for (std::uint64_t key = 101; key <= 120; ++key) {
    far.add(far_job(key, static_cast<std::int64_t>(key)));
  }
  const auto keys = take(far, 1000);
  ASSERT_EQ(keys.size(), 120U);
  EXPECT_TRUE(std::is_sorted(keys.begin(), keys.end()));
}

TEST_F(Far, RunThatCannotBeReadIsSaidAndEndsTheTaking) {
  QueueFar far(files_, 10 * kQueueRunPiece);
  for (std::uint64_t key = 1; key <= 10 * kQueueRunPiece; ++key) {
    far.add(far_job(key, static_cast<std::int64_t>(key)));
  }
  disk_.no_read = make_error(Code::kIo, "FILE_ERROR", "the disk is gone");
  EXPECT_EQ(take(far, 100'000).size(), kQueueRunPiece) << "the piece that was read";
  ASSERT_TRUE(far.broken());
  EXPECT_EQ(far.broken()->reason, "FILE_ERROR");
}

TEST(QueueRunFiles, UnnamedFileIsReadAsItWasWrittenAndLeavesNoName) {
  const std::filesystem::path directory =
      std::filesystem::path(testing::TempDir()) / "daybook_queue_runs";
  std::filesystem::remove_all(directory);
  std::filesystem::create_directories(directory);
  const auto files = queue_run_files(directory);
  auto file = files->make();
  ASSERT_TRUE(file) << file.error().text();
  const std::vector<std::uint8_t> bytes{1, 2, 3, 4, 5};
  ASSERT_TRUE((*file)->write(0, bytes));
  std::vector<std::uint8_t> read(3);
  ASSERT_TRUE((*file)->read(2, read));
  EXPECT_EQ(read, (std::vector<std::uint8_t>{3, 4, 5}));
  EXPECT_EQ((*file)->read(3, read).error().reason, "RUN_SHORT");
  EXPECT_TRUE(std::filesystem::is_empty(directory));
  std::filesystem::remove_all(directory);
  EXPECT_FALSE(files->make()) << "the directory is gone";
}

// A queue with room for a few waiting jobs beside one that has room for all.
class QueueOnDisk : public testing::Test {
 protected:
  static constexpr std::size_t kMemory = 64 * 1024;  // runs are longer than one piece
  static constexpr std::size_t kNear = kMemory / 8 * 5 / kQueueJobBytes;

  QueueOnDisk() {
    feed_.queue.keep_far(std::make_unique<DiskFiles>(disk_), kMemory);
    feed_.component("c");
    feed_.definition("d");
  }
  // Creates so many jobs, due an hour ahead and then one a second, the last one first.
  std::vector<JobId> create(std::int64_t jobs) {
    std::vector<JobId> out;
    for (std::int64_t i = jobs; i > 0; --i) {
      out.push_back(feed_.create("d", kStart + hours(1) + seconds(i), static_cast<int>(i % 3)));
    }
    std::reverse(out.begin(), out.end());
    return out;
  }

  Disk disk_;
  QueueFeed feed_;
};

TEST_F(QueueOnDisk, HoldsAsManyInMemoryAsItMayAndCountsAll) {
  create(20'000);
  EXPECT_EQ(feed_.queue.counts(feed_.now).waiting, 20'000U);
  EXPECT_EQ(feed_.queue.counts("d", feed_.now).waiting, 20'000U);
  EXPECT_GE(feed_.queue.far_counts().jobs, 20'000U - kNear);
  EXPECT_EQ(feed_.queue.next_due(), kStart + hours(1) + seconds(1));
}

TEST_F(QueueOnDisk, OffersEachJobWhenItIsDue) {
  const auto jobs = create(3'000);
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    const Micros due = kStart + hours(1) + seconds(static_cast<std::int64_t>(i) + 1);
    ASSERT_EQ(feed_.queue.next_due(), due);
    feed_.now = due;
    const auto offers = feed_.take();
    ASSERT_EQ(offers.size(), 1U) << i;
    ASSERT_EQ(offers[0].job, jobs[i]);
    feed_.start(jobs[i], "d");
    feed_.complete(jobs[i], "d");
  }
  EXPECT_EQ(feed_.queue.far_counts().jobs, 0U);
  EXPECT_EQ(feed_.queue.counts(feed_.now).waiting, 0U);
  EXPECT_EQ(feed_.queue.next_due(), std::nullopt);
}

TEST_F(QueueOnDisk, AllThatIsDueIsReadyHoweverMuchThatIs) {
  create(3'000);
  feed_.now = kStart + hours(2);
  const QueueCounts counts = feed_.queue.counts(feed_.now);
  EXPECT_EQ(counts.ready, 3'000U);
  EXPECT_EQ(counts.waiting, 0U);
  // By priority, though the runs had them by their times.
  const auto offers = feed_.take(3);
  ASSERT_EQ(offers.size(), 3U);
}

TEST_F(QueueOnDisk, FarJobThatIsCancelledNeverComes) {
  const auto jobs = create(3'000);
  for (std::size_t i = 0; i < jobs.size(); i += 2) {
    feed_.cancel(jobs[i], "d", 0);
  }
  EXPECT_EQ(feed_.queue.counts(feed_.now).waiting, 1'500U);
  feed_.now = kStart + hours(2);
  const auto offers = feed_.take(10'000);
  EXPECT_EQ(offers.size(), 1'500U);
  EXPECT_TRUE(std::none_of(offers.begin(), offers.end(),
                           [&](const auto& offer) { return offer.job == jobs[0]; }));
}

TEST_F(QueueOnDisk, FarJobsOfADeletedDefinitionComeWithoutARuntime) {
  create(3'000);
  events::DefinitionDeleted gone;
  gone.definition = "d";
  feed_.put(gone);
  feed_.now = kStart + hours(2);
  const auto offers = feed_.take(1);
  ASSERT_EQ(offers.size(), 1U);
  EXPECT_FALSE(offers[0].runtime);
}

// Whoever folds a log sees jobs start before he asked for what is due.
TEST_F(QueueOnDisk, JobThatAnEventStartsIsFoundOnDisk) {
  const auto jobs = create(3'000);
  feed_.now = kStart + hours(2);
  for (const JobId job : jobs) {
    feed_.start(job, "d");
  }
  const QueueCounts counts = feed_.queue.counts(feed_.now);
  EXPECT_EQ(counts.running, 3'000U);
  EXPECT_EQ(counts.waiting + counts.ready, 0U);
}

TEST_F(QueueOnDisk, WhatWasDueBeforeTheClockWentBackStaysDue) {
  create(3'000);
  feed_.now = kStart + hours(2);
  events::ClockStepped back;
  back.kind = events::ClockStep::kBack;
  back.step = hours(-2);
  back.offsets = {Duration{}, hours(2)};
  feed_.put(back);
  EXPECT_EQ(feed_.queue.counts(feed_.now).ready, 3'000U);
}

TEST_F(QueueOnDisk, SaysWhatBecameOfItsFiles) {
  disk_.no_write = make_error(Code::kNoSpace, "DISK_FULL", "no space");
  create(1'000);
  EXPECT_EQ(feed_.queue.far_fault()->reason, "DISK_FULL");
  EXPECT_FALSE(feed_.queue.far_broken());
  disk_.no_write.reset();
  create(10'000);
  disk_.no_read = make_error(Code::kIo, "FILE_ERROR", "the disk is gone");
  feed_.now = kStart + hours(24);
  feed_.take(1);
  EXPECT_EQ(feed_.queue.far_broken()->reason, "FILE_ERROR");
}

}  // namespace
}  // namespace daybook::projections
