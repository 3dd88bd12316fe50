// Promise 1 against a real loss of power: ext4 on a loop file, shut down so that everything that
// was not synced is gone (EXT4_IOC_SHUTDOWN without flushing the journal), mounted again, opened,
// compared with the acknowledgements, which were written outside. The negative control runs the
// same without sync and must find a loss: else this test sees nothing.
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <iostream>

#include <gtest/gtest.h>

#include "tests/log/rig.h"

namespace daybook::log {
namespace {

constexpr std::uint32_t kNoLogFlush = 2;
constexpr unsigned long kShutdown = _IOR('X', 125, std::uint32_t);

bool run(const std::string& command) {
  return std::system((command + " >/dev/null 2>&1").c_str()) == 0;
}

// An ext4 file system of its own that can lose its power.
class Disk {
 public:
  explicit Disk(const std::filesystem::path& directory)
      : image_(directory / "image"), mount_(directory / "disk") {
    std::filesystem::create_directory(mount_);
  }
  ~Disk() { unmount(); }

  bool format() {
    unmount();
    return run("truncate -s 0 " + image_.string()) && run("truncate -s 256M " + image_.string()) &&
           run("mkfs.ext4 -q -F " + image_.string()) && mount();
  }
  bool mount() {
    mounted_ = run("mount -o loop " + image_.string() + " " + mount_.string());
    return mounted_;
  }
  bool unmount() {
    const bool done = !mounted_ || run("umount " + mount_.string());
    mounted_ = mounted_ && !done;
    return done;
  }
  bool lose_power() {
    const int fd = ::open(mount_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    std::uint32_t flags = kNoLogFlush;
    const bool done = fd >= 0 && ::ioctl(fd, kShutdown, &flags) == 0;
    ::close(fd);
    return done;
  }
  std::filesystem::path data() const { return mount_ / "data"; }

 private:
  std::filesystem::path image_;
  std::filesystem::path mount_;
  bool mounted_ = false;
};

// The writer in a process of its own; reads its acknowledgements.
class Writer {
 public:
  Writer(const std::filesystem::path& data, const char* mode) {
    int ends[2] = {-1, -1};
    EXPECT_EQ(::pipe2(ends, O_CLOEXEC), 0);
    pid_ = ::fork();
    if (pid_ == 0) {
      ::dup2(ends[1], STDOUT_FILENO);
      ::execl(DAYBOOK_POWER_LOSS_WRITER, "power_loss_writer", data.c_str(), mode, nullptr);
      ::_exit(127);
    }
    ::close(ends[1]);
    out_ = ends[0];
  }
  ~Writer() { ::close(out_); }

  // The next acknowledgement; false when the writer ended.
  bool next() {
    std::uint64_t seq = 0;
    if (::read(out_, &seq, sizeof(seq)) != sizeof(seq)) {
      return false;
    }
    acknowledged_ = seq;
    return true;
  }
  // Kills it and takes what it had acknowledged before.
  std::uint64_t stop() {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    while (next()) {
    }
    return acknowledged_;
  }

 private:
  pid_t pid_ = -1;
  int out_ = -1;
  std::uint64_t acknowledged_ = 0;
};

int cycles(int standard) {
  const char* text = std::getenv("DAYBOOK_POWER_LOSS_CYCLES");
  return text == nullptr ? standard : std::atoi(text);
}

class PowerLoss : public testing::Test {
 protected:
  PowerLoss() : disk_(dir_.path()) {}

  // False where the machine cannot do it; a failure where it must.
  bool available() {
    const bool ok = ::geteuid() == 0 && disk_.format() && disk_.lose_power() && disk_.format();
    if (!ok) {
      EXPECT_EQ(std::getenv("DAYBOOK_REQUIRE_POWER_LOSS"), nullptr)
          << "DAYBOOK_REQUIRE_POWER_LOSS is set";
    }
    return ok;
  }

  // One life: writes until `groups` groups were acknowledged, loses power, mounts again. Returns
  // the last acknowledged.
  std::uint64_t live_and_lose(const char* mode, int groups) {
    Writer writer(disk_.data(), mode);
    for (int i = 0; i < groups && writer.next(); ++i) {
    }
    EXPECT_TRUE(disk_.lose_power());
    const std::uint64_t acknowledged = writer.stop();
    EXPECT_GT(acknowledged, 0U) << "the writer acknowledged nothing";
    EXPECT_TRUE(disk_.unmount());
    EXPECT_TRUE(disk_.mount());
    return acknowledged;
  }

  rig::TempDir dir_{std::filesystem::temp_directory_path()};
  Disk disk_;
};

TEST_F(PowerLoss, AcknowledgedEventsSurvive) {
  if (!available()) {
    GTEST_SKIP() << "needs root, loop devices and mkfs.ext4";
  }
  std::uint64_t checked = 0;
  const int lives = cycles(10);
  for (int i = 0; i < lives; ++i) {
    const std::uint64_t acknowledged = live_and_lose("sync", 20 + i * 31 % 200);
    auto opened = rig::try_open(disk_.data());
    ASSERT_TRUE(opened) << opened.error().text();
    ASSERT_GE(opened->log->last().value, acknowledged) << "life " << i;
    const auto read = rig::read_all(*opened->log);
    ASSERT_EQ(read.error, "");
    ASSERT_EQ(read.records.size(), opened->log->last().value);
    checked = acknowledged;
  }
  std::cout << lives << " losses of power, " << checked << " acknowledged events, 0 lost\n";
}

TEST_F(PowerLoss, WithoutSyncEventsAreLostAndTheLossIsNoticed) {
  if (!available()) {
    GTEST_SKIP() << "needs root, loop devices and mkfs.ext4";
  }
  int lost = 0;
  const int lives = cycles(5);
  for (int i = 0; i < lives; ++i) {
    ASSERT_TRUE(disk_.format());
    const std::uint64_t acknowledged = live_and_lose("nosync", 200);
    const auto opened = rig::try_open(disk_.data());
    lost += !opened || opened->log->last().value < acknowledged ? 1 : 0;
  }
  std::cout << lost << " of " << lives << " losses of power without sync lost events\n";
  EXPECT_GT(lost, 0) << "the rig does not lose what was not synced";
}

}  // namespace
}  // namespace daybook::log
