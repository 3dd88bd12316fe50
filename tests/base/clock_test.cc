#include "base/clock.h"

#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

#include <gtest/gtest.h>

namespace daybook {
namespace {

TEST(FakeClock, AdvanceMovesBothClocks) {
  FakeClock clock(Micros{1000});
  clock.advance(seconds(2));
  EXPECT_EQ(clock.wall(), Micros{2'001'000});
  EXPECT_EQ(clock.steady(), Micros{2'000'000});
}

TEST(FakeClock, JumpMovesTheWallClockAloneInEitherDirection) {
  FakeClock clock(Micros{5'000'000});
  clock.jump(seconds(-2));
  EXPECT_EQ(clock.wall(), Micros{3'000'000});
  EXPECT_EQ(clock.steady(), Micros{0});
}

TEST(SystemClock, SteadyTimeNeverGoesBackAndWallTimeIsOfThisCentury) {
  const SystemClock clock;
  const Micros first = clock.steady();
  EXPECT_GE(clock.steady(), first);
  EXPECT_GT(clock.wall(), Micros{1'600'000'000'000'000});
  EXPECT_LT(clock.wall(), Micros{4'102'444'800'000'000});
}

constexpr int kNotHere = 2;

int exit_code_of(pid_t child) {
  int status = -1;
  return waitpid(child, &status, 0) == child && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

// Ends a process for which the machine slept so long, by how its clock saw that.
[[noreturn]] void look_at_sleep(const Clock& clock, std::int64_t slept_s) {
  std::ofstream offsets;
  if (unshare(CLONE_NEWTIME) == 0) {
    offsets.open("/proc/self/timens_offsets");
    offsets << "boottime " << slept_s << " 0\n" << std::flush;
  }
  if (!offsets.is_open() || !offsets) {
    _exit(kNotHere);
  }
  const Micros before = clock.steady();
  const pid_t child = fork();  // only children are in the other time
  if (child == 0) {
    _exit(clock.steady() >= before + seconds(slept_s) ? 0 : 1);
  }
  _exit(exit_code_of(child));
}

TEST(SystemClock, SteadyTimeCountsWhatTheMachineSlept) {
  const SystemClock clock;
  const pid_t child = fork();
  if (child == 0) {
    look_at_sleep(clock, 100'000);
  }
  const int code = exit_code_of(child);
  if (code == kNotHere) {
    GTEST_SKIP() << "needs root and a kernel with time namespaces";
  }
  EXPECT_EQ(code, 0);
}

TEST(FakeClock, APauseIsSeenByWhoLooksForIt) {
  FakeClock clock(Micros{1000});
  clock.advance(seconds(1));
  EXPECT_EQ(clock.awake(), Micros{});
  clock.pause(seconds(2));
  EXPECT_EQ(clock.awake(), Micros{} + seconds(2));
  EXPECT_EQ(clock.steady(), Micros{} + seconds(3));
  EXPECT_EQ(clock.wall(), Micros{1000} + seconds(3));
}

// What waits for the network must not time out because somebody tries out next week.
TEST(ShiftedClock, AdvanceMovesWhatTheSchedulerSeesAndNotWhatConnectionsDo) {
  ShiftedClock clock(Micros{1'000'000'000});
  const Micros wall = clock.wall();
  const Micros running = clock.running();
  const Micros before = clock.steady();
  clock.advance(hours(24));
  EXPECT_GE(clock.wall(), wall + hours(24));
  EXPECT_GE(clock.running(), running + hours(24));
  const SystemClock system;
  EXPECT_GE(clock.steady(), before);
  const Micros steady = clock.steady();
  const Micros awake = clock.awake();
  const Micros now = system.steady();
  EXPECT_LE(steady, now);
  EXPECT_LE(awake, now);
}

}  // namespace
}  // namespace daybook
