#include <gtest/gtest.h>

#include "log/archive.h"
#include "log/testing.h"
#include "log/verify.h"
#include "tests/log/rig.h"

namespace daybook::log {
namespace {

class ArchiveRestore : public testing::Test {
 protected:
  using Records = std::vector<std::vector<std::uint8_t>>;

  ArchiveRestore() : opened_(rig::must_open(dir_ / "data")) {}
  RocksLog& log() { return *opened_.log; }
  void append(int batches, std::size_t bytes = 200) {
    ASSERT_TRUE(log().append(rig::next_group(log(), batches, 2, bytes)));
  }
  std::filesystem::path archive(Seq through) {
    const auto file = dir_ / ("to-" + std::to_string(through.value));
    const auto made = rig::archive_prefix(log(), through, file);
    EXPECT_TRUE(made) << made.error().text();
    return file;
  }
  std::string refusal(const std::filesystem::path& file) {
    const Seq first = log().first();
    const Records before = records();
    const auto done = restore_archive(log(), file);
    EXPECT_EQ(log().first(), first);
    EXPECT_EQ(records(), before);
    return done ? "restored" : done.error().reason;
  }
  Records records() { return rig::read_all(log()).records; }
  void reopen() {
    opened_.close();
    opened_ = rig::must_open(dir_ / "data");
  }
  // The directory as a crash now would leave it: every write of the log is synced. The files of an
  // open store come and go, so they are not copied one by one.
  void crash() {
    std::filesystem::create_directory(dir_ / "crashed");
    ASSERT_TRUE(log().checkpoint(dir_ / "crashed/log"));
    for (const char* name : {"identity", "anchor"}) {
      std::filesystem::copy_file(dir_ / "data" / name, dir_ / "crashed" / name);
    }
    opened_.close();
    std::filesystem::remove_all(dir_ / "data");
    std::filesystem::rename(dir_ / "crashed", dir_ / "data");
    opened_ = rig::must_open(dir_ / "data");
  }
  void expect_whole(Seq first) {
    opened_.close();
    const auto report = verify(dir_ / "data");
    ASSERT_TRUE(report) << report.error().text();
    EXPECT_FALSE(report->problem) << report->problem->message;
    EXPECT_EQ(report->first, first);
    opened_ = rig::must_open(dir_ / "data");
  }
  // As an attempt that stopped: half of the records are put back, cut where no archive cuts.
  void put_back_in_part(const Records& all, std::size_t from, std::size_t to) {
    events::Group group;
    group.first = Seq{from};
    for (std::size_t seq = from; seq <= to; ++seq) {
      group.bytes.insert(group.bytes.end(), all[seq - 1].begin(), all[seq - 1].end());
      ++group.count;
      group.chain = events::read_record(all[seq - 1])->header.chain;
    }
    ASSERT_TRUE(log().put_below(group));
  }

  rig::TempDir dir_;
  rig::Opened opened_;
};

TEST_F(ArchiveRestore, GivesBackWhatWasTakenByteForByte) {
  append(8000, 1000);  // several writes
  const Records all = records();
  const auto older = archive(Seq{14'000});
  const auto newer = archive(Seq{15'000});
  const auto second = restore_archive(log(), newer);
  ASSERT_TRUE(second) << second.error().text();
  EXPECT_EQ(log().first(), Seq{14'001});
  EXPECT_EQ(log().base_chain(), second->base);
  expect_whole(Seq{14'001});
  ASSERT_TRUE(restore_archive(log(), older));
  EXPECT_EQ(records(), all);
  EXPECT_EQ(log().base_chain(), events::genesis());
  expect_whole(Seq{1});
  EXPECT_EQ(records(), all);
  append(1);
  expect_whole(Seq{1});
  EXPECT_EQ(refusal(older), "NOTHING_MISSING");
}

TEST_F(ArchiveRestore, WhatWasGivenBackCanBeTakenAgain) {
  append(50);
  const Records all = records();
  const auto file = archive(Seq{40});
  const std::string bytes = rig::slurp(file);
  ASSERT_TRUE(restore_archive(log(), file));
  const auto again = rig::archive_prefix(log(), Seq{40}, dir_ / "again");
  ASSERT_TRUE(again) << again.error().text();
  EXPECT_EQ(rig::slurp(dir_ / "again"), bytes);
  expect_whole(Seq{41});
}

TEST_F(ArchiveRestore, OneThatDoesNotEndWhereTheLogBeginsIsRefused) {
  append(50);
  const auto older = archive(Seq{20});
  const auto newer = archive(Seq{60});
  EXPECT_EQ(refusal(older), "ARCHIVE_GAP");
  ASSERT_TRUE(restore_archive(log(), newer));
  EXPECT_EQ(refusal(newer), "ARCHIVE_GAP");
}

TEST_F(ArchiveRestore, OneOfAnotherLogIsRefused) {
  append(50);
  archive(Seq{20});
  rig::Opened other = rig::must_open(dir_ / "other");
  ASSERT_TRUE(other.log->append(rig::next_group(*other.log, 50)));
  ASSERT_TRUE(rig::archive_prefix(*other.log, Seq{20}, dir_ / "foreign"));
  EXPECT_EQ(refusal(dir_ / "foreign"), "ARCHIVE_OF_ANOTHER_LOG");
}

TEST_F(ArchiveRestore, OneOfAnotherHistoryOfTheSameLogIsRefused) {
  append(5);
  reopen();
  rig::copy_tree(dir_ / "data", dir_ / "other");
  append(5);
  archive(Seq{20});
  append(1);
  rig::Opened other = rig::must_open(dir_ / "other");
  ASSERT_TRUE(other.log->append(rig::next_group(*other.log, 5, 2, 300)));
  ASSERT_TRUE(rig::archive_prefix(*other.log, Seq{20}, dir_ / "parted"));
  EXPECT_EQ(refusal(dir_ / "parted"), "ARCHIVE_CHAIN_DIFFERS");
}

TEST_F(ArchiveRestore, ADamagedOneIsRefusedBeforeAnythingIsWritten) {
  append(50);
  const auto file = archive(Seq{60});
  const std::string whole = rig::slurp(file);
  for (std::size_t i = 0; i < whole.size(); i += 97) {
    std::string changed = whole;
    changed[i] = static_cast<char>(changed[i] ^ 0x10);
    rig::spill(file, changed);
    ASSERT_EQ(refusal(file), "ARCHIVE_DAMAGED") << "byte " << i;
  }
  rig::spill(file, whole.substr(0, whole.size() - 1));
  EXPECT_EQ(refusal(file), "ARCHIVE_DAMAGED");
  EXPECT_EQ(refusal(dir_ / "absent"), "FILE_ERROR");
  rig::spill(file, whole);
  EXPECT_TRUE(restore_archive(log(), file));
}

TEST_F(ArchiveRestore, StoppedInTheMiddleTheLogIsAsBeforeAndItCanBeDoneAgain) {
  append(50);
  const Records all = records();
  const auto file = archive(Seq{60});
  const Records left = records();
  put_back_in_part(all, 1, 4);
  put_back_in_part(all, 5, 30);
  crash();
  EXPECT_EQ(log().first(), Seq{61});
  EXPECT_EQ(records(), left);
  expect_whole(Seq{61});
  append(1);
  ASSERT_TRUE(restore_archive(log(), file));
  Records again = records();
  again.resize(all.size());
  EXPECT_EQ(again, all);
  expect_whole(Seq{1});
}

TEST_F(ArchiveRestore, StoppedInTheMiddleOfALogWithoutRecordsItStillOpens) {
  append(50);
  const Records all = records();
  const auto file = archive(Seq{100});
  const Head head = log().head();
  put_back_in_part(all, 1, 30);
  crash();
  EXPECT_EQ(log().head().seq, head.seq);
  EXPECT_EQ(log().head().chain, head.chain);
  EXPECT_TRUE(records().empty());
  expect_whole(Seq{101});
  ASSERT_TRUE(restore_archive(log(), file));
  EXPECT_EQ(records(), all);
  expect_whole(Seq{1});
  append(1);
  expect_whole(Seq{1});
}

TEST_F(ArchiveRestore, WhatAStoppedOneLeftGoesWithTheNextTrim) {
  append(50);
  const Records all = records();
  archive(Seq{60});
  put_back_in_part(all, 1, 30);
  crash();
  const auto next = archive(Seq{70});
  expect_whole(Seq{71});
  ASSERT_TRUE(restore_archive(log(), next));
  expect_whole(Seq{61});
}

TEST_F(ArchiveRestore, AFailedSyncLeavesTheLogAsItWas) {
  append(8000, 1000);
  const Records all = records();
  const auto file = archive(Seq{15'000});
  const Records left = records();
  for (std::uint64_t n = 1;; ++n) {
    ASSERT_LT(n, 20U);
    opened_.close();
    RocksLogOptions options;
    options.faults = std::make_shared<Faults>();
    opened_ = rig::must_open(dir_ / "data", options);
    options.faults->kind = Operation::kSync;
    options.faults->seen = 0;
    options.faults->fail_at = n;
    const auto done = restore_archive(log(), file);
    options.faults->fail_at = 0;
    if (done) {
      EXPECT_GT(n, 4U);
      break;
    }
    EXPECT_EQ(done.error().code, Code::kUnknownOutcome) << done.error().text();
    EXPECT_EQ(log().first(), Seq{15'001});
    reopen();
    // Only the last write makes the records seen, and its outcome is unknown.
    if (log().first() == Seq{1}) {
      break;
    }
    EXPECT_EQ(records(), left) << n;
  }
  reopen();
  EXPECT_EQ(records(), all);
  expect_whole(Seq{1});
}

TEST_F(ArchiveRestore, WithoutRoomForItNothingIsWritten) {
  append(50);
  const auto file = archive(Seq{60});
  opened_.close();
  DataDirOptions options = rig::small_options();
  options.watermark_bytes = 1ULL << 60;
  const SystemClock clock;
  opened_.dir = std::move(DataDir::open(dir_ / "data", clock, options).value());
  opened_.log = std::move(RocksLog::open(*opened_.dir).value());
  EXPECT_EQ(refusal(file), "DISK_WATERMARK");
  opened_.close();
  opened_ = rig::must_open(dir_ / "data");
  EXPECT_TRUE(restore_archive(log(), file));
}

TEST_F(ArchiveRestore, WritingTakesAFileThatIsTheArchiveAlready) {
  append(50);
  const auto made = write_archive(log(), Seq{60}, dir_ / "archive");
  ASSERT_TRUE(made) << made.error().text();
  EXPECT_EQ(log().first(), Seq{1});
  const auto again = rig::archive_prefix(log(), Seq{60}, dir_ / "archive");
  ASSERT_TRUE(again) << again.error().text();
  EXPECT_EQ(again->chain, made->chain);
  EXPECT_EQ(log().first(), Seq{61});
  EXPECT_EQ(write_archive(log(), Seq{80}, dir_ / "archive").error().reason, "FILE_EXISTS");
}

}  // namespace
}  // namespace daybook::log
