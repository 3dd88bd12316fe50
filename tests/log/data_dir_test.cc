#include "log/data_dir.h"

#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <iostream>

#include <gtest/gtest.h>

#include "tests/log/rig.h"

namespace daybook::log {
namespace {

const SystemClock kClock;

Result<std::unique_ptr<DataDir>> open(const std::filesystem::path& path) {
  return DataDir::open(path, kClock, rig::small_options());
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
  EXPECT_FALSE(std::filesystem::exists(dir / "data/reserve")) << "there was no room for it";
}

TEST(DataDir, BelowTheFloorTheLogStopsBeforeItWrites) {
  const rig::TempDir dir;
  DataDirOptions options = rig::small_options();
  options.floor_bytes = 1ULL << 60;
  const auto data = DataDir::open(dir / "data", kClock, options);
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

// A real file system of 96 MB that is filled to the brim.
TEST(DataDir, FullDiskRefusesWorkAndTheReserveLetsTheLogOpen) {
  const rig::TempDir dir;
  const std::string mount = (dir / "disk").string();
  std::filesystem::create_directory(mount);
  const auto run = [](const std::string& command) { return std::system(command.c_str()) == 0; };
  if (::geteuid() != 0 || !run("mount -t tmpfs -o size=96m none " + mount + " 2>/dev/null")) {
    std::cout << "full disk rig not available: needs root and mount\n";
    return;
  }
  DataDirOptions options;
  options.reserve_bytes = 16 << 20;
  options.watermark_bytes = 24 << 20;
  options.floor_bytes = 14 << 20;
  RocksLogOptions log_options;
  log_options.write_buffer_bytes = 4 << 20;
  Seq last;
  {
    const auto data = DataDir::open(mount + "/data", kClock, options);
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
    const auto data = DataDir::open(mount + "/data", kClock, options);
    EXPECT_TRUE(data) << data.error().text();
    EXPECT_FALSE(std::filesystem::exists(mount + "/data/reserve"));
    const auto log = RocksLog::open(**data, log_options);
    EXPECT_TRUE(log) << log.error().text();
    if (log) {
      EXPECT_EQ((*log)->last(), last);
      EXPECT_EQ(rig::read_all(**log).records.size(), last.value);
    }
  }
  EXPECT_TRUE(run("umount " + mount));
}

}  // namespace
}  // namespace daybook::log
