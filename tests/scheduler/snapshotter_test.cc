#include "scheduler/snapshotter.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <thread>

#include <gtest/gtest.h>

#include "scheduler/snapshot.h"
#include "tests/scheduler/lived_state.h"
#include "tests/scheduler/temp_directory.h"

namespace daybook::scheduler {
namespace {

class SnapshotterFork : public testing::Test {
 protected:
  void SetUp() override { live(engine, 50); }

  Status take(Snapshotter& snapshotter) {
    return snapshotter.take(engine.state, engine.log.last(), engine.log.last_chain());
  }

  TempDirectory directory;
  Engine engine;
};

TEST_F(SnapshotterFork, WritesTheStateOfTheInstantWhileItChanges) {
  Snapshotter snapshotter(directory.path());
  const Seq at = engine.log.last();
  const Hash then = engine.state.hash();
  ASSERT_TRUE(take(snapshotter));
  for (int i = 0; i < 200; ++i) {
    engine.ended("d");
  }
  ASSERT_TRUE(snapshotter.wait());
  EXPECT_EQ(snapshotter.newest(), at);
  const auto files = list_snapshots(directory.path());
  ASSERT_EQ(files.size(), 1U);
  const auto read = read_snapshot(files[0]);
  ASSERT_TRUE(read) << read.error().text();
  EXPECT_EQ(read->seq, at);
  EXPECT_EQ(read->state.hash(), then);
}

TEST_F(SnapshotterFork, IsWrittenThoughTheThreadThatTookItHasEnded) {
  Snapshotter snapshotter(directory.path());
  for (int i = 0; i < 20; ++i) {
    engine.ended("d");
    std::thread([&] { EXPECT_TRUE(take(snapshotter)); }).join();
    ASSERT_TRUE(snapshotter.wait());
    EXPECT_EQ(snapshotter.newest(), engine.log.last());
  }
}

TEST_F(SnapshotterFork, FailureIsToldAndTheNextOneIsTaken) {
  const auto place = directory.path() / "snapshots";
  ASSERT_EQ(::close(::open(place.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600)), 0);
  Snapshotter snapshotter(place);
  ASSERT_TRUE(take(snapshotter));
  const Status failed = snapshotter.wait();
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().reason, "SNAPSHOT_FAILED");
  EXPECT_EQ(snapshotter.newest(), Seq{});
  std::filesystem::remove(place);
  ASSERT_TRUE(take(snapshotter));
  ASSERT_TRUE(snapshotter.wait());
  EXPECT_EQ(snapshotter.newest(), engine.log.last());
}

// While the gate is open for reading, a forked child waits for a byte before it goes on.
int g_gate = -1;

void wait_at_gate() {
  char byte = 0;
  if (g_gate >= 0) {
    static_cast<void>(!::read(g_gate, &byte, 1));
  }
}

void use_gate() {
  // Registered once, however many tests use it.
  static const int registered = ::pthread_atfork(nullptr, nullptr, wait_at_gate);
  ASSERT_EQ(registered, 0);
}

TEST_F(SnapshotterFork, OneAtATime) {
  use_gate();
  std::array<int, 2> gate{};
  ASSERT_EQ(::pipe2(gate.data(), O_CLOEXEC), 0);
  g_gate = gate[0];
  Snapshotter snapshotter(directory.path());
  ASSERT_TRUE(take(snapshotter));
  g_gate = -1;
  const Status second = take(snapshotter);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().reason, "SNAPSHOT_RUNNING");
  EXPECT_EQ(snapshotter.newest(), Seq{});
  ASSERT_EQ(::write(gate[1], "x", 1), 1);
  EXPECT_TRUE(snapshotter.wait());
  EXPECT_EQ(snapshotter.newest(), engine.log.last());
  EXPECT_TRUE(take(snapshotter));
  ::close(gate[0]);
  ::close(gate[1]);
}

TEST_F(SnapshotterFork, OneThatDoesNotEndIsEnded) {
  use_gate();
  std::array<int, 2> gate{};
  ASSERT_EQ(::pipe2(gate.data(), O_CLOEXEC), 0);
  Snapshotter snapshotter(directory.path());
  const auto take_held = [&] {
    g_gate = gate[0];
    const Status taken = take(snapshotter);
    g_gate = -1;
    return taken;
  };
  ASSERT_TRUE(take_held());
  const Status late = snapshotter.wait(Duration{1'000});
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().reason, "SNAPSHOT_FAILED");
  ASSERT_TRUE(take_held());
  for (int i = 0; i < kSnapshotRefusalsMax; ++i) {
    EXPECT_EQ(take(snapshotter).error().reason, "SNAPSHOT_RUNNING");
  }
  EXPECT_EQ(take(snapshotter).error().reason, "SNAPSHOT_FAILED");
  EXPECT_TRUE(take(snapshotter));
  EXPECT_TRUE(snapshotter.wait());
  EXPECT_EQ(snapshotter.newest(), engine.log.last());
  ::close(gate[0]);
  ::close(gate[1]);
}

// Stops a forked child for good in its first write beyond a few bytes.
bool g_hold = false;

void stand_still(int) {
  for (;;) {
    ::pause();
  }
}

void hold_at_first_write() {
  if (g_hold) {
    ::signal(SIGXFSZ, stand_still);
    const rlimit few{100, 100};
    ::setrlimit(RLIMIT_FSIZE, &few);
  }
}

TEST_F(SnapshotterFork, HoldsNoDescriptorWhileItWrites) {
  static const int registered = ::pthread_atfork(nullptr, nullptr, hold_at_first_write);
  ASSERT_EQ(registered, 0);
  std::array<int, 2> held{};
  ASSERT_EQ(::pipe2(held.data(), O_CLOEXEC), 0);
  {
    Snapshotter snapshotter(directory.path());
    g_hold = true;
    ASSERT_TRUE(take(snapshotter));
    g_hold = false;
    ::close(held[1]);
    // The end of the pipe is seen when nobody can write to it any more.
    pollfd end{held[0], POLLIN, 0};
    EXPECT_EQ(::poll(&end, 1, 10'000), 1) << "the child holds what its parent had open";
    EXPECT_EQ(take(snapshotter).error().reason, "SNAPSHOT_RUNNING");
  }
  ::close(held[0]);
  EXPECT_TRUE(list_snapshots(directory.path()).empty());
}

// A parent that holds a lock, takes a snapshot and is killed: the lock is free at once.
TEST_F(SnapshotterFork, KilledParentLeavesNoLockBehind) {
  for (int i = 0; i < 20'000; ++i) {
    engine.create("d");
  }
  const auto lock_path = directory.path() / "lock";
  std::array<int, 2> ready{};
  ASSERT_EQ(::pipe2(ready.data(), O_CLOEXEC), 0);
  const pid_t parent = ::fork();
  ASSERT_GE(parent, 0);
  if (parent == 0) {
    const int lock = ::open(lock_path.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0600);
    Snapshotter snapshotter(directory.path() / "snapshots");
    const bool good = ::flock(lock, LOCK_EX | LOCK_NB) == 0 && take(snapshotter).has_value();
    const char byte = good ? 'y' : 'n';
    static_cast<void>(!::write(ready[1], &byte, 1));
    for (;;) {
      ::pause();
    }
  }
  ::close(ready[1]);
  char byte = 0;
  ASSERT_EQ(::read(ready[0], &byte, 1), 1);
  EXPECT_EQ(byte, 'y');
  ::kill(parent, SIGKILL);
  ASSERT_EQ(::waitpid(parent, nullptr, 0), parent);
  // The pipe's other end is gone when neither the parent nor its child holds a descriptor.
  EXPECT_EQ(::read(ready[0], &byte, 1), 0);
  ::close(ready[0]);
  const int lock = ::open(lock_path.c_str(), O_RDWR | O_CLOEXEC);
  ASSERT_GE(lock, 0);
  EXPECT_EQ(::flock(lock, LOCK_EX | LOCK_NB), 0);
  ::close(lock);
}

}  // namespace
}  // namespace daybook::scheduler
