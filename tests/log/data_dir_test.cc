#include "log/data_dir.h"

#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>

#include <gtest/gtest.h>

#include "base/crc32c.h"
#include "log/little.h"
#include "log/unfinished.h"
#include "tests/log/rig.h"

namespace daybook::log {
namespace {

Result<std::unique_ptr<DataDir>> open(const std::filesystem::path& path) {
  DAYBOOK_ASSIGN(auto data, DataDir::open(path, rig::kClock, rig::small_options()));
  DAYBOOK_TRY(data->claim());
  return data;
}

// Runs f in another process; true when it returned true.
template <typename F>
bool elsewhere(F&& f) {
  const pid_t pid = ::fork();
  if (pid == 0) {
    ::_exit(f() ? 0 : 1);
  }
  int status = 0;
  ::waitpid(pid, &status, 0);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

TEST(DataDir, SecondServerIsRefusedAtOnceAndNamesTheFirst) {
  const rig::TempDir dir;
  const auto first = open(dir / "data");
  ASSERT_TRUE(first);
  const std::string pid = "pid " + std::to_string(::getpid());
  EXPECT_TRUE(elsewhere([&] {
    const auto second = open(dir / "data");
    return !second && second.error().code == Code::kConflict &&
           second.error().reason == "DATA_DIR_IN_USE" &&
           second.error().message.find(pid) != std::string::npos &&
           second.error().message.find("started 2") != std::string::npos;
  }));
}

TEST(DataDir, RemovingFilesDoesNotLetASecondServerIn) {
  const rig::TempDir dir;
  const auto first = open(dir / "data");
  ASSERT_TRUE(first);
  std::filesystem::remove(dir / "data/owner");
  std::filesystem::remove(dir / "data/reserve");
  EXPECT_TRUE(elsewhere([&] {
    const auto second = open(dir / "data");
    return !second && second.error().message.find("owner file is missing") != std::string::npos;
  }));
}

TEST(DataDir, LockEndsWithItsHolder) {
  const rig::TempDir dir;
  EXPECT_TRUE(elsewhere([&] { return open(dir / "data").has_value(); }));
  EXPECT_TRUE(open(dir / "data"));
  EXPECT_TRUE(open(dir / "data"));
}

TEST(DataDir, ReplacedDirectoryIsNoticedBeforeTheNextWrite) {
  const rig::TempDir dir;
  const auto data = open(dir / "data");
  ASSERT_TRUE(data);
  EXPECT_TRUE((*data)->check_floor());
  std::filesystem::rename(dir / "data", dir / "moved");
  std::filesystem::create_directory(dir / "data");
  const Status status = (*data)->check_floor();
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().reason, "DATA_DIR_REPLACED");
}

TEST(DataDir, AFolderOfTheLogThatIsMovedAwayAloneIsNoticedToo) {
  const rig::TempDir dir;
  rig::Opened opened = rig::must_open(dir / "data");
  ASSERT_TRUE(opened.log->append(rig::next_group(*opened.log, 1)));
  std::filesystem::rename(dir / "data/log", dir / "data/moved");
  const Status status = opened.log->append(rig::next_group(*opened.log, 1));
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().reason, "DATA_DIR_REPLACED");
  std::filesystem::rename(dir / "data/moved", dir / "data/log");
  EXPECT_FALSE(opened.log->append(rig::next_group(*opened.log, 1))) << "it stops for good";
}

TEST(DataDir, OpeningWritesNothingUntilItIsClaimed) {
  const rig::TempDir dir;
  {
    const auto data = DataDir::open(dir / "data", rig::kClock, rig::small_options());
    ASSERT_TRUE(data);
    EXPECT_TRUE(std::filesystem::is_empty(dir / "data"));
  }
  EXPECT_TRUE(open(dir / "data"));
  EXPECT_TRUE(std::filesystem::exists(dir / "data/owner"));
}

TEST(DataDir, IsClosedToOthersBeforeTheFirstWrite) {
  const rig::TempDir dir;
  std::filesystem::create_directory(dir / "data");
  std::filesystem::permissions(dir / "data", std::filesystem::perms{0755});
  ASSERT_TRUE(open(dir / "data"));
  EXPECT_EQ(std::filesystem::status(dir / "data").permissions(), std::filesystem::perms{0700});
}

TEST(DataDir, WhatIsStillBeingMadeIsRefusedAndSaysWhatToDo) {
  const rig::TempDir dir;
  const std::pair<std::string_view, std::string_view> works[] = {
      {kWorkRestore, "repeat the restore"},
      {kWorkImport, "repeat the import"},
      {kWorkBackup, "make another"},
      {"", "make it again"}};
  for (const auto& [work, advice] : works) {
    ASSERT_TRUE(mark_unfinished(dir.path(), work));
    const auto data = open(dir.path());
    ASSERT_FALSE(data);
    EXPECT_EQ(data.error().reason, "UNFINISHED");
    EXPECT_NE(data.error().message.find(advice), std::string::npos) << data.error().message;
  }
  rig::spill(dir / "unfinished", "");
  rig::spill(dir / "file", "");
  EXPECT_FALSE(open(dir.path())) << "a crash may leave it empty";
  std::filesystem::remove(dir / "file");
  ASSERT_TRUE(mark_finished(dir.path()));
  EXPECT_TRUE(open(dir.path()));
}

TEST(DataDir, BelowTheWatermarkNewWorkIsRefusedAndBelowTheFloorAllWrites) {
  const rig::TempDir dir;
  FakeClock clock;
  DataDirOptions options = rig::small_options();
  options.watermark_bytes = 1ULL << 60;
  const auto data = DataDir::open(dir / "data", clock, options);
  ASSERT_TRUE(data);
  const Status work = (*data)->check_space();
  ASSERT_FALSE(work);
  EXPECT_EQ(work.error().code, Code::kNoSpace);
  EXPECT_EQ(work.error().reason, "DISK_WATERMARK");
  EXPECT_TRUE((*data)->check_floor());
  EXPECT_TRUE((*data)->claim());
  EXPECT_FALSE(std::filesystem::exists(dir / "data/reserve")) << "there was no room for it";
}

TEST(DataDir, BelowTheFloorTheLogStopsBeforeItWrites) {
  const rig::TempDir dir;
  DataDirOptions options = rig::small_options();
  options.floor_bytes = 1ULL << 60;
  const auto data = DataDir::open(dir / "data", rig::kClock, options);
  ASSERT_TRUE(data);
  const auto log = RocksLog::open(**data);
  ASSERT_TRUE(log);
  for (int i = 0; i < 2; ++i) {
    const Status status = (*log)->append(rig::next_group(**log, 1));
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().reason, "DISK_FLOOR");
  }
  EXPECT_EQ((*log)->last(), Seq{});
}

TEST(DataDir, ReserveIsAllocated) {
  const rig::TempDir dir;
  const auto data = open(dir / "data");
  ASSERT_TRUE(data);
  EXPECT_EQ(std::filesystem::file_size(dir / "data/reserve"), rig::small_options().reserve_bytes);
}

TEST(DataDir, IdentityIsReadBackAndItsDamageNoticed) {
  const rig::TempDir dir;
  EXPECT_EQ(read_identity(dir.path()).value(), std::nullopt);
  const LogId id = {0xab, 0xcd};
  ASSERT_TRUE(write_identity(dir.path(), id));
  EXPECT_EQ(read_identity(dir.path()).value(), id);
  const std::string text = rig::slurp(dir / "identity");
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::string changed = text;
    changed[i] = static_cast<char>(changed[i] ^ 4);
    rig::spill(dir / "identity", changed);
    EXPECT_FALSE(read_identity(dir.path())) << "byte " << i;
  }
}

TEST(DataDir, AnIdentityOfAFormatThatNeverWasIsRefused) {
  const rig::TempDir dir;
  const std::string body = "daybook data format 0\nlog " + std::string(32, 'a') + "\n";
  rig::spill(dir / "identity", body + "crc " + std::to_string(crc32c(as_bytes(body))) + "\n");
  EXPECT_EQ(read_identity(dir.path()).error().reason, "IDENTITY_DAMAGED");
}

// A real file system that runs out of inodes long before it runs out of bytes.
TEST(DataDir, FreeInodesCountAsFreeBytesDo) {
  const rig::TempDir dir;
  const std::string mount = (dir / "disk").string();
  std::filesystem::create_directory(mount);
  const auto run = [](const std::string& command) { return std::system(command.c_str()) == 0; };
  if (::geteuid() != 0 ||
      !run("mount -t tmpfs -o size=96m,nr_inodes=200 none " + mount + " 2>/dev/null")) {
    GTEST_SKIP() << "needs root and mount, for a disk of few inodes";
  }
  {
    FakeClock clock;
    const auto data = DataDir::open(mount + "/data", clock, rig::small_options());
    ASSERT_TRUE(data);
    EXPECT_TRUE((*data)->check_space());
    int made = 0;
    const auto make_files = [&](int until) {
      for (; made < until; ++made) {
        rig::spill(mount + "/file" + std::to_string(made), "");
      }
      clock.advance(Duration{1'000'000});
    };
    make_files(150);
    const Status work = (*data)->check_space();
    ASSERT_FALSE(work);
    EXPECT_EQ(work.error().reason, "DISK_WATERMARK");
    EXPECT_NE(work.error().message.find("inodes"), std::string::npos) << work.error().message;
    EXPECT_TRUE((*data)->check_floor()) << "the watermark comes before the floor";
    make_files(190);
    EXPECT_EQ((*data)->check_floor().error().reason, "DISK_FLOOR");
  }
  EXPECT_TRUE(run("umount " + mount));
}

// A real file system of 96 MB that is filled to the brim.
TEST(DataDir, FullDiskRefusesWorkAndTheReserveLetsTheLogOpen) {
  const rig::TempDir dir;
  const std::string mount = (dir / "disk").string();
  std::filesystem::create_directory(mount);
  const auto run = [](const std::string& command) { return std::system(command.c_str()) == 0; };
  if (::geteuid() != 0 || !run("mount -t tmpfs -o size=96m none " + mount + " 2>/dev/null")) {
    GTEST_SKIP() << "needs root and mount, for a disk that may be filled";
  }
  DataDirOptions options;
  options.reserve_bytes = 16 << 20;
  options.watermark_bytes = 24 << 20;
  options.floor_bytes = 14 << 20;
  RocksLogOptions log_options;
  log_options.write_buffer_bytes = 4 << 20;
  Seq last;
  {
    const auto data = DataDir::open(mount + "/data", rig::kClock, options);
    EXPECT_TRUE(data);
    const auto log = RocksLog::open(**data, log_options);
    EXPECT_TRUE(log) << log.error().text();
    bool refused_work = false;
    for (Status status; status;) {
      refused_work = refused_work || !(*data)->check_space();
      status = (*log)->append(rig::next_group(**log, 100, 1, 1000));
      EXPECT_TRUE(status || status.error().reason == "DISK_FLOOR") << status.error().text();
    }
    EXPECT_TRUE(refused_work) << "the watermark comes before the floor";
    last = (*log)->last();
  }
  run("dd if=/dev/zero of=" + mount + "/fill bs=64k 2>/dev/null");
  {
    const auto data = DataDir::open(mount + "/data", rig::kClock, options);
    EXPECT_TRUE(data) << data.error().text();
    const auto log = RocksLog::open(**data, log_options);
    EXPECT_TRUE(log) << log.error().text();
    EXPECT_FALSE(std::filesystem::exists(mount + "/data/reserve"));
    if (log) {
      EXPECT_EQ((*log)->last(), last);
      EXPECT_EQ(rig::read_all(**log).records.size(), last.value);
    }
  }
  EXPECT_TRUE(run("umount " + mount));
}

}  // namespace
}  // namespace daybook::log
