// Each row of the recovery table, produced on real files.
#include <sys/wait.h>
#include <unistd.h>

#include <functional>

#include <gtest/gtest.h>

#include "base/hex.h"
#include "log/anchor.h"
#include "log/verify.h"
#include "tests/log/rig.h"
#include "tests/log/surgery.h"
#include "tests/support/sanitizers.h"

namespace daybook::log {
namespace {

using rig::must_open;
using rig::try_open;

std::string refusal(const std::filesystem::path& path) {
  const auto opened = try_open(path);
  return opened ? "opened by " + std::string(opened->log->opened_by()) : opened.error().reason;
}

class LogRecovery : public testing::Test {
 protected:
  // Runs `look` in a process of the directory's owner that is not root.
  std::string as_nobody(const std::function<std::string()>& look) {
    constexpr uid_t kNobody = 65534;
    const bool root = ::geteuid() == 0;
    int ends[2] = {};
    EXPECT_EQ(::pipe(ends), 0);
    if (root) {
      EXPECT_EQ(std::system(("chown -R 65534 " + dir_.path().string()).c_str()), 0);
    }
    const pid_t pid = ::fork();
    if (pid == 0) {
      if (root && ::setuid(kNobody) != 0) {
        ::_exit(1);
      }
      const std::string said = look();
      ::_exit(::write(ends[1], said.data(), said.size()) < 0 ? 1 : 0);
    }
    ::close(ends[1]);
    char out[256] = {};
    const ssize_t got = ::read(ends[0], out, sizeof(out));
    ::close(ends[0]);
    int status = 0;
    ::waitpid(pid, &status, 0);
    return {out, static_cast<std::size_t>(std::max<ssize_t>(got, 0))};
  }
  // A log of 40 groups of 5 batches of 2 events (400 records), closed, all of it in the write-ahead
  // log.
  void fill() {
    rig::Opened opened = must_open(data());
    for (int i = 0; i < 40; ++i) {
      ASSERT_TRUE(opened.log->append(rig::next_group(*opened.log, 5, 2, 200)));
      chains_.push_back(opened.log->last_chain());
    }
    records_ = rig::read_all(*opened.log).records;
    id_ = opened.log->id();
    ASSERT_TRUE(opened.log->flush_anchor());
    opened.close();
  }
  // As fill(), and then everything in table files: opening moves it there.
  void fill_tables() {
    fill();
    must_open(data()).close();
  }
  // The anchor as it was after so many groups.
  void anchor_after(std::size_t groups) {
    const Head head{Seq{groups * 10}, groups == 0 ? events::genesis() : chains_[groups - 1],
                    Epoch{1}};
    ASSERT_TRUE(write_anchor(data() / "anchor", id_, head));
  }
  std::filesystem::path wal() {
    const auto files = rig::files_with(data() / "log", ".log");
    EXPECT_FALSE(files.empty());
    return files.back();
  }
  void expect_prefix(Log& log, std::size_t records_min) {
    const auto read = rig::read_all(log);
    EXPECT_EQ(read.error, "");
    ASSERT_GE(read.records.size(), records_min);
    ASSERT_LE(read.records.size(), records_.size());
    EXPECT_EQ(read.records.size() % 10, 0U) << "a group was torn";
    EXPECT_TRUE(std::equal(read.records.begin(), read.records.end(), records_.begin()));
  }
  std::filesystem::path data() const { return dir_ / "data"; }

  rig::TempDir dir_;
  const SystemClock clock_{};
  std::vector<Hash> chains_;
  std::vector<std::vector<std::uint8_t>> records_;
  LogId id_{};
};

TEST_F(LogRecovery, EmptyDirectoryBecomesANewLog) {
  EXPECT_EQ(refusal(data()), "opened by NEW");
  EXPECT_EQ(refusal(data()), "opened by AT_ANCHOR");
}

TEST_F(LogRecovery, CreationThatStoppedAfterTheStoreIsFinished) {
  must_open(data()).close();
  std::filesystem::remove(data() / "identity");
  std::filesystem::remove(data() / "anchor");
  EXPECT_EQ(refusal(data()), "opened by NEW_STORE_ONLY");
  EXPECT_EQ(refusal(data()), "opened by AT_ANCHOR");
}

TEST_F(LogRecovery, CreationThatStoppedBeforeTheIdentityIsFinished) {
  must_open(data()).close();
  std::filesystem::remove(data() / "identity");
  EXPECT_EQ(refusal(data()), "opened by NEW_NO_IDENTITY");
}

TEST_F(LogRecovery, CreationWithADamagedAnchorIsRefused) {
  must_open(data()).close();
  std::filesystem::remove(data() / "identity");
  rig::spill(data() / "anchor", "x");
  EXPECT_EQ(refusal(data()), "ANCHOR_DAMAGED");
}

TEST_F(LogRecovery, CleanStopOpensAtTheAnchor) {
  fill();
  rig::Opened opened = must_open(data());
  EXPECT_EQ(opened.log->opened_by(), "AT_ANCHOR");
  EXPECT_EQ(opened.log->last_epoch(), Epoch{1});
  EXPECT_GT(opened.log->last_time().value, 0);
  expect_prefix(*opened.log, 400);
}

TEST_F(LogRecovery, LogPastItsAnchorMovesTheAnchor) {
  fill();
  anchor_after(10);
  {
    rig::Opened opened = must_open(data());
    EXPECT_EQ(opened.log->opened_by(), "PAST_ANCHOR");
    expect_prefix(*opened.log, 400);
  }
  EXPECT_EQ(refusal(data()), "opened by AT_ANCHOR");
}

TEST_F(LogRecovery, DeletedStoreIsNotMistakenForANewLog) {
  fill();
  std::filesystem::remove_all(data() / "log");
  EXPECT_EQ(refusal(data()), "LOG_MISSING");
  std::filesystem::remove(data() / "identity");
  EXPECT_EQ(refusal(data()), "LOG_MISSING");
}

TEST_F(LogRecovery, MissingIdentityIsRefused) {
  fill();
  std::filesystem::remove(data() / "identity");
  EXPECT_EQ(refusal(data()), "IDENTITY_MISSING");
}

TEST_F(LogRecovery, ForeignIdentityIsRefused) {
  fill();
  ASSERT_TRUE(write_identity(data(), LogId{1, 2, 3}));
  EXPECT_EQ(refusal(data()), "IDENTITY_FOREIGN");
}

TEST_F(LogRecovery, ChangedIdentityIsRefused) {
  fill();
  std::string text = rig::slurp(data() / "identity");
  text[text.size() / 2] ^= 1;
  rig::spill(data() / "identity", text);
  EXPECT_EQ(refusal(data()), "IDENTITY_DAMAGED");
}

TEST_F(LogRecovery, MissingAnchorIsRefused) {
  fill();
  std::filesystem::remove(data() / "anchor");
  EXPECT_EQ(refusal(data()), "ANCHOR_MISSING");
}

TEST_F(LogRecovery, DamagedAnchorIsRefused) {
  fill();
  rig::spill(data() / "anchor", std::string(8192, 'x'));
  EXPECT_EQ(refusal(data()), "ANCHOR_DAMAGED");
  rig::spill(data() / "anchor", "short");
  EXPECT_EQ(refusal(data()), "ANCHOR_DAMAGED");
}

TEST_F(LogRecovery, ForeignAnchorIsRefused) {
  fill();
  ASSERT_TRUE(write_anchor(data() / "anchor", LogId{9}, Head{Seq{400}, chains_.back(), Epoch{1}}));
  EXPECT_EQ(refusal(data()), "ANCHOR_FOREIGN");
}

TEST_F(LogRecovery, AnchorWithAnotherHashIsRefused) {
  fill();
  ASSERT_TRUE(write_anchor(data() / "anchor", id_, Head{Seq{400}, chains_[3], Epoch{1}}));
  EXPECT_EQ(refusal(data()), "ANCHOR_HASH_DIFFERS");
}

TEST_F(LogRecovery, DeletedWriteAheadLogIsNoticed) {
  fill();
  std::filesystem::remove(wal());
  EXPECT_EQ(refusal(data()), "LOG_BEHIND_ANCHOR");
}

TEST_F(LogRecovery, DeletedWriteAheadLogWithoutIdentityIsNotMistakenForACreation) {
  fill();
  std::filesystem::remove(wal());
  std::filesystem::remove(data() / "identity");
  EXPECT_EQ(refusal(data()), "LOG_BEHIND_ANCHOR");
}

TEST_F(LogRecovery, LogCutAtARecordBoundaryIsNoticed) {
  fill();
  const auto ends = surgery::wal_write_ends(wal());
  ASSERT_EQ(ends.size(), 40U);  // one write per group
  std::filesystem::resize_file(wal(), ends[ends.size() - 2]);
  const auto opened = try_open(data());
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().reason, "LOG_BEHIND_ANCHOR");
  EXPECT_NE(opened.error().message.find("the anchor is at 400, the log holds 1 to 390"),
            std::string::npos)
      << opened.error().message;
}

TEST_F(LogRecovery, RefusalChangesNothingOnDisk) {
  fill();
  const auto ends = surgery::wal_write_ends(wal());
  std::filesystem::resize_file(wal(), ends[ends.size() - 2]);
  const auto before = surgery::fingerprint(data() / "log");
  EXPECT_EQ(refusal(data()), "LOG_BEHIND_ANCHOR");
  EXPECT_EQ(surgery::fingerprint(data() / "log"), before);
}

TEST_F(LogRecovery, MissingTableFileIsRefused) {
  fill_tables();
  const auto tables = rig::files_with(data() / "log", ".sst");
  ASSERT_FALSE(tables.empty());
  std::filesystem::remove(tables.back());
  EXPECT_EQ(refusal(data()), "LOG_CORRUPT");
}

TEST_F(LogRecovery, StoreThatCannotBeReadIsRefused) {
  fill();
  std::filesystem::remove(data() / "log" / "CURRENT");
  std::filesystem::create_directory(data() / "log" / "CURRENT");
  EXPECT_EQ(refusal(data()), "LOG_CORRUPT") << "a directory is no file";
}

TEST_F(LogRecovery, AStoreWithoutTheFileThatNamesItsManifestIsDamagedNotFailing) {
  fill_tables();
  const auto manifest = "MANIFEST-" + rig::slurp(data() / "log/CURRENT").substr(9, 6);
  for (const std::string& name : {std::string("CURRENT"), manifest}) {
    const auto path = data() / "log" / name;
    std::filesystem::rename(path, dir_ / "aside");
    const auto opened = try_open(data());
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().reason, "LOG_CORRUPT");
    EXPECT_NE(opened.error().message.find(name), std::string::npos) << opened.error().message;
    std::filesystem::rename(dir_ / "aside", path);
  }
  EXPECT_EQ(refusal(data()), "opened by AT_ANCHOR");
}

TEST_F(LogRecovery, WhatMayNotBeReadIsNotCalledMissing) {
  if (test::kThreadSanitizer) {
    GTEST_SKIP() << "ThreadSanitizer does not follow children that start threads";
  }
  fill_tables();
  const auto table = rig::files_with(data() / "log", ".sst").front();
  for (const auto& path : {data() / "log", data() / "identity", data() / "anchor", table}) {
    std::filesystem::permissions(path, std::filesystem::perms::none);
    // Root may read everything; somebody else tries.
    const std::string seen = as_nobody([&] {
      const auto dir = DataDir::open(data(), clock_, rig::small_options());
      const auto log = dir ? RocksLog::open_to_read(**dir)
                           : Result<std::unique_ptr<RocksLog>>(fail(dir.error()));
      return log ? std::string("opened") : log.error().reason;
    });
    EXPECT_EQ(seen, "FILE_DENIED") << path;
    std::filesystem::permissions(path, std::filesystem::perms::owner_all);
  }
}

TEST_F(LogRecovery, TornTailIsCutAtLastWholeGroup) {
  fill();
  const auto ends = surgery::wal_write_ends(wal());
  anchor_after(38);
  const std::uint64_t from = ends[ends.size() - 2];
  const std::uint64_t to = ends.back();
  for (std::uint64_t size = from; size <= to; size += 97) {
    const auto copy = dir_ / "copy";
    rig::copy_tree(data(), copy);
    std::filesystem::resize_file(copy / "log" / wal().filename(), size);
    {
      rig::Opened opened = must_open(copy);
      ASSERT_TRUE(opened.log) << "cut at " << size;
      expect_prefix(*opened.log, size == to ? 400 : 390);
      // What was cut may be appended again.
      ASSERT_TRUE(opened.log->append(rig::next_group(*opened.log, 1)));
    }
    std::filesystem::remove_all(copy);
  }
}

TEST_F(LogRecovery, TornTailBehindTheAnchorIsRefused) {
  fill();
  std::filesystem::resize_file(wal(), std::filesystem::file_size(wal()) - 7);
  EXPECT_EQ(refusal(data()), "LOG_BEHIND_ANCHOR");
}

struct PlantedCase {
  surgery::Plant plant;
  const char* reason;
};

class PlantedTail : public LogRecovery, public testing::WithParamInterface<PlantedCase> {};

TEST_P(PlantedTail, IsRefusedByName) {
  fill_tables();
  ASSERT_TRUE(surgery::plant(data(), GetParam().plant));
  EXPECT_EQ(refusal(data()), GetParam().reason);
}

INSTANTIATE_TEST_SUITE_P(
    Rows, PlantedTail,
    testing::Values(PlantedCase{surgery::Plant::kNoMark, "GROUP_TORN"},
                    PlantedCase{surgery::Plant::kWrongMark, "GROUP_TORN"},
                    PlantedCase{surgery::Plant::kFlippedByte, "UNREADABLE_RECORD"},
                    PlantedCase{surgery::Plant::kGap, "LOG_GAP"},
                    PlantedCase{surgery::Plant::kWrongChain, "CHAIN_BROKEN"},
                    PlantedCase{surgery::Plant::kTornBatch, "BATCH_TORN"},
                    PlantedCase{surgery::Plant::kTimeBack, "ORDER_BROKEN"},
                    PlantedCase{surgery::Plant::kEpochBack, "ORDER_BROKEN"},
                    PlantedCase{surgery::Plant::kUnknownType, "UNKNOWN_EVENT_TYPE"},
                    PlantedCase{surgery::Plant::kTrimPastAnchor, "TRIMMED_PAST_ANCHOR"},
                    PlantedCase{surgery::Plant::kAnchorRecordGone, "ANCHOR_RECORD_UNREADABLE"}));

TEST_F(LogRecovery, TrimmedLogOpensAndVerifies) {
  fill();
  {
    rig::Opened opened = must_open(data());
    ASSERT_TRUE(opened.log->trim(Seq{123}));
  }
  {
    rig::Opened opened = must_open(data());
    EXPECT_EQ(opened.log->first(), Seq{124});
    EXPECT_EQ(to_hex(opened.log->base_chain()).size(), 64U);
    EXPECT_EQ(rig::read_all(*opened.log).records.size(), 277U);
    ASSERT_TRUE(opened.log->trim(Seq{400}));
  }
  {
    rig::Opened opened = must_open(data());
    EXPECT_EQ(opened.log->first(), Seq{401});
    EXPECT_EQ(opened.log->last_chain(), chains_.back());
    EXPECT_EQ(opened.log->last_epoch(), Epoch{1});
    ASSERT_TRUE(opened.log->append(rig::next_group(*opened.log, 3)));
  }
  const auto report = verify(data());
  ASSERT_TRUE(report) << report.error().text();
  EXPECT_FALSE(report->problem) << report->problem->message;
  EXPECT_EQ(report->last, Seq{403});
}

// What was read may not be on the disk yet: the anchor follows what is.
TEST_F(LogRecovery, TheAnchorIsNotMovedBeforeTheLogIsOpenForWriting) {
  fill();
  anchor_after(10);
  auto dir = DataDir::open(data(), clock_, rig::small_options());
  ASSERT_TRUE(dir);
  auto looked_at = RocksLog::open_to_read(**dir);
  ASSERT_TRUE(looked_at) << looked_at.error().text();
  EXPECT_EQ((*looked_at)->last(), Seq{400});
  // The power fails before the system has written the rest.
  std::filesystem::resize_file(wal(), surgery::wal_write_ends(wal()).at(20));
  EXPECT_EQ(RocksLog::open_to_write(std::move(*looked_at)).error().reason, "LOG_CHANGED");
  dir->reset();
  EXPECT_EQ(refusal(data()), "opened by PAST_ANCHOR");
}

}  // namespace
}  // namespace daybook::log
