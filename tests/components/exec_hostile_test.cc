#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/limits/components.h"
#include "base/limits/resources.h"
#include "components/exec_runtime.h"
#include "components/process_table.h"
#include "tests/components/exec_rig.h"

namespace daybook::components {
namespace {

using testing::HasSubstr;

// Whether the process is gone within a few seconds.
bool is_gone(pid_t pid) {
  const int fd = static_cast<int>(syscall(SYS_pidfd_open, pid, 0));
  if (fd < 0) {
    return errno == ESRCH;
  }
  pollfd wait{fd, POLLIN, 0};
  const bool gone = poll(&wait, 1, 5000) == 1;
  close(fd);
  return gone;
}

// How many processes that were started with that token do not go: one that was ended may still be
// on its way out.
int processes_of(const std::string& token) {
  int out = 0;
  for (const Process& process : all_processes()) {
    const bool ours = environment_of(process.pid, "DAYBOOK_TOKEN") == token;
    out += ours && !is_gone(process.pid) ? 1 : 0;
  }
  return out;
}

using ExecHostile = ExecRig;

TEST_F(ExecHostile, WhoIgnoresSigtermIsKilledAfterTheGrace) {
  auto runtime = open(options());
  const auto outcome = run(*runtime, order(deed("\"ignore-term\"", R"(,"timeout":"50ms")")));
  ASSERT_EQ(summary(outcome), "TIMEOUT");
  EXPECT_THAT(outcome.failure->details, HasSubstr("\"signal\":9"));
}

TEST_F(ExecHostile, WhoLeavesWellAfterATimeoutHasStillFailed) {
  auto runtime = open(options());
  EXPECT_EQ(summary(run(*runtime, order(deed("\"leave-on-term\"", R"(,"timeout":"50ms")")))),
            "TIMEOUT");
}

TEST_F(ExecHostile, FloodOfOutputIsCutOff) {
  auto runtime = open(options());
  EXPECT_EQ(summary(run(*runtime, order(deed(R"("flood","stdout")")))), "OUTPUT_TOO_LARGE");
}

TEST_F(ExecHostile, FloodOfErrorsKeepsOnlyItsEnd) {
  auto runtime = open(options());
  EXPECT_EQ(summary(run(*runtime, order(deed(R"("flood","stderr")")))), "completed null");
  const auto outcome = run(
      *runtime, order(R"({"command":["sh","-c",")" HOSTILE_CHILD R"( flood stderr; exit 1"]})"));
  ASSERT_EQ(summary(outcome), "EXIT_NONZERO");
  EXPECT_THAT(outcome.failure->details, HasSubstr("xxthe end"));
  EXPECT_LT(outcome.failure->details.size(), kOutputTailBytes + 64);
}

TEST_F(ExecHostile, UsersAreThoseThatTheOperatorPermits) {
  if (geteuid() != 0) {
    GTEST_SKIP() << "needs root";
  }
  const TestDirectory place("/tmp");
  std::filesystem::permissions(place.path(), std::filesystem::perms(0755));
  ExecOptions given;
  given.temp_directory = place.path();
  given.user = ExecUser{"guest", 61'234, 61'235};
  given.allowed_users = {ExecUser{"reports", 61'236, 61'237}};
  auto runtime = open(given);
  const auto who = [&](const std::string& more) {
    return summary(
        run(*runtime,
            order(R"({"command":["sh","-c","touch own; echo [$(id -u),$(id -g)]"])" + more + "}")));
  };
  EXPECT_EQ(who(""), "completed [61234,61235]");
  EXPECT_EQ(who(R"(,"user":"guest")"), "completed [61234,61235]");
  EXPECT_EQ(who(R"(,"user":"reports")"), "completed [61236,61237]");
  EXPECT_EQ(who(R"(,"user":"root")"), "NOT_PERMITTED");
}

TEST_F(ExecHostile, NoProgramHasCapabilitiesWhoeverItRunsAs) {
  // Only who has them can give up the bounding set too.
  const std::string sets = geteuid() == 0 ? "Inh|Prm|Eff|Bnd|Amb" : "Inh|Prm|Eff|Amb";
  const auto held = [&](ExecRuntime& runtime) {
    return summary(run(runtime, order(R"({"command":["sh","-c","grep -E '^Cap()" + sets +
                                      R"()' /proc/self/status | grep -vcE '\\s0+$'; true"]})")));
  };
  EXPECT_EQ(held(*open(options())), "completed 0");
  if (geteuid() == 0) {
    const TestDirectory place("/tmp");
    std::filesystem::permissions(place.path(), std::filesystem::perms(0755));
    auto given = options();
    given.temp_directory = place.path();
    given.user = ExecUser{"guest", 61'234, 61'235};
    EXPECT_EQ(held(*open(given)), "completed 0");
  }
}

TEST_F(ExecHostile, AServerOfRootSaysThatItsProgramsAreRootToo) {
  if (geteuid() != 0) {
    GTEST_SKIP() << "needs root";
  }
  std::vector<std::string> notes;
  auto given = options();
  given.note = [&](const std::string& note) { notes.push_back(note); };
  open(given);
  EXPECT_THAT(notes, testing::ElementsAre(HasSubstr("exec-user")));
  notes.clear();
  given.user = ExecUser{"guest", 61'234, 61'235};
  open(given);
  EXPECT_THAT(notes, testing::IsEmpty());
}

TEST_F(ExecHostile, WhatIsNotPermittedCannotBeStored) {
  auto runtime = open(options());
  struct None final : ComponentDirectory {
    std::optional<std::string> spec(std::string_view) const override { return {}; }
  };
  const None none;
  for (const auto& [more, field] : {std::pair{R"("user":"root")", "user"},
                                    std::pair{R"("writable":["/tmp","/etc"])", "writable[1]"},
                                    std::pair{R"("writable":["/tmp/../etc"])", "writable[0]"},
                                    std::pair{R"("writable":["tmp"])", "writable[0]"},
                                    std::pair{R"("output":"xml")", "output"}}) {
    const auto checked =
        runtime->check({"tool", R"({"command":["true"],)" + std::string(more) + "}", none});
    ASSERT_FALSE(checked) << more;
    EXPECT_EQ(checked.error().errors.at(0).field, field);
  }
  EXPECT_TRUE(runtime->check(
      {"tool", R"({"command":["true"],"output":"text","writable":["/tmp/x"]})", none}));
}

TEST_F(ExecHostile, DaemonDiesWithItsRun) {
  auto runtime = open(options());
  const auto outcome = run(*runtime, order(deed("\"daemon\"")));
  ASSERT_FALSE(outcome.failure);
  EXPECT_TRUE(is_gone(std::stoi(outcome.result)));
}

TEST_F(ExecHostile, DaemonWithoutAnEnvironmentDiesThoughOtherRunsGoOn) {
  auto runtime = open(options());
  auto other = start(*runtime, order(R"({"command":["sleep","100"]})"));
  const auto outcome = run(*runtime, order(deed(R"("daemon","anonymous")")));
  ASSERT_FALSE(outcome.failure);
  EXPECT_TRUE(is_gone(std::stoi(outcome.result)));
  other.run->stop();
  EXPECT_EQ(summary(other.wait()), "cancelled");
}

TEST_F(ExecHostile, BackgroundProcessesDieWithTheGroup) {
  auto runtime = open(options());
  const auto outcome = run(*runtime, order(R"({"command":["sh","-c","sleep 1000 & echo $!"]})"));
  ASSERT_FALSE(outcome.failure);
  EXPECT_TRUE(is_gone(std::stoi(outcome.result)));
}

TEST_F(ExecHostile, ForkBombStopsAtTheLimitOfProcesses) {
  if (geteuid() != 0) {
    GTEST_SKIP() << "needs root, to run the child as a user without processes";
  }
  // Where that user can reach the program.
  const TestDirectory place("/tmp");
  std::filesystem::permissions(place.path(), std::filesystem::perms(0755));
  std::filesystem::copy_file(HOSTILE_CHILD, place.path() / "child");
  auto given = options();
  given.temp_directory = "/tmp";
  given.user = ExecUser{"guest", 61'234, 61'234};
  auto runtime = open(given);
  const auto outcome = run(*runtime, order(R"({"command":[")" + (place.path() / "child").string() +
                                           R"(","fork-bomb"],"limits":{"processes":20}})"));
  EXPECT_EQ(summary(outcome), "completed 19") << (outcome.failure ? outcome.failure->message : "");
}

TEST_F(ExecHostile, ForkBombsOfRootAreEndedAndNothingOfThemIsLeft) {
  if (geteuid() != 0) {
    GTEST_SKIP() << "the kernel's limit binds other users";
  }
  auto runtime = open(options());
  for (const char* kind : {"stay", "leave"}) {
    auto given =
        order(deed("\"bomb\",\"" + std::string(kind) + "\"", R"(,"limits":{"processes":50})"));
    const auto token = given.token;
    EXPECT_EQ(summary(run(*runtime, std::move(given))), "TOO_MANY_PROCESSES") << kind;
    EXPECT_EQ(processes_of(token), 0) << kind;
  }
}

TEST_F(ExecHostile, BombWithoutALimitOfItsOwnHasTheServersOne) {
  if (geteuid() != 0) {
    GTEST_SKIP() << "the kernel's limit binds other users";
  }
  auto runtime = open(options());
  const auto outcome = run(*runtime, order(deed(R"("bomb","stay")")));
  ASSERT_EQ(summary(outcome), "TOO_MANY_PROCESSES");
  EXPECT_THAT(outcome.failure->message, HasSubstr(std::to_string(kExecProcessesDefault)));
  EXPECT_FALSE(outcome.failure->retryable);
}

TEST_F(ExecHostile, OtherRunsGoOnBesideABomb) {
  if (geteuid() != 0) {
    GTEST_SKIP() << "the kernel's limit binds other users";
  }
  auto runtime = open(options());
  auto other = start(*runtime, order(R"({"command":["sh","-c","sleep 1000; true"]})"));
  EXPECT_EQ(
      summary(run(*runtime, order(deed(R"("bomb","stay")", R"(,"limits":{"processes":50})")))),
      "TOO_MANY_PROCESSES");
  EXPECT_EQ(other.outcome.wait_for(std::chrono::seconds(0)), std::future_status::timeout);
  other.run->stop();
  EXPECT_EQ(summary(other.wait()), "cancelled");
}

TEST_F(ExecHostile, KernelEndsProgramsBeforeTheServerWhenMemoryRunsOut) {
  auto runtime = open(options());
  EXPECT_EQ(summary(run(*runtime, order(R"({"command":["cat","/proc/self/oom_score_adj"]})"))),
            "completed 800");
}

TEST_F(ExecHostile, MemoryIsLimitedWithoutASpecThatSaysSo) {
  auto given = options();
  given.memory_bytes = 64 << 20;
  auto runtime = open(given);
  EXPECT_EQ(summary(run(*runtime, order(deed(R"("allocate","512")")))), "completed \"ENOMEM\"");
}

TEST_F(ExecHostile, DirectoryThatGrowsTooLargeEndsItsRun) {
  auto given = options();
  given.directory_bytes = 4 << 20;
  auto runtime = open(given);
  for (const char* script :
       {"head -c 8000000 /dev/zero > f; sleep 1000",
        "mkdir d; head -c 8000000 /dev/zero > d/f; sleep 1000",
        "for i in 1 2 3 4 5 6 7 8; do head -c 1000000 /dev/zero > $i; done; sleep 1000"}) {
    const auto outcome =
        run(*runtime, order(R"({"command":["sh","-c",")" + std::string(script) + R"("]})"));
    EXPECT_EQ(summary(outcome), "DIRECTORY_TOO_LARGE") << script;
    EXPECT_FALSE(outcome.failure && outcome.failure->retryable);
  }
  EXPECT_EQ(
      summary(run(*runtime, order(R"({"command":["sh","-c","head -c 1000000 /dev/zero > f"]})"))),
      "completed null");
}

TEST_F(ExecHostile, NothingIsLeftInSharedMemory) {
  auto runtime = open(options());
  if (!has_landlock(*runtime, 1)) {
    GTEST_SKIP() << runtime->sandbox_level();
  }
  EXPECT_EQ(summary(run(*runtime, order(deed(R"("write","/dev/shm/daybook-hostile")")))),
            "completed \"EACCES\"");
}

TEST_F(ExecHostile, EnvironmentIsTheServersAndTheSpecsOnly) {
  setenv("A_SECRET_OF_THE_SERVER", "x", 1);
  auto runtime = open(options());
  auto given = order(deed("\"environment\"", R"(,"env":{"COLOUR":"red","TZ":"Europe/Oslo"})"));
  const auto job = given.job.text();
  const auto token = given.token;
  const auto outcome = run(*runtime, std::move(given));
  const auto home = outcome.result.substr(outcome.result.find("\"HOME\":\"") + 8);
  const auto directory = home.substr(0, home.find('"'));
  EXPECT_EQ(outcome.result,
            R"({"COLOUR":"red","DAYBOOK_ATTEMPT":"2","DAYBOOK_DUE_AT":"1970-01-01T00:00:00Z",)"
            R"("DAYBOOK_JOB_DEFINITION_ID":"nightly",)"
            R"("DAYBOOK_JOB_ID":")" +
                job + R"(","DAYBOOK_RUN_AT":"1970-01-01T00:00:00Z","DAYBOOK_TOKEN":")" + token +
                R"(","HOME":")" + directory +
                R"(","LANG":"C.UTF-8","PATH":"/usr/local/bin:/usr/bin:/bin","TMPDIR":")" +
                directory + R"(","TZ":"Europe/Oslo"})");
}

TEST_F(ExecHostile, NoDescriptorIsInherited) {
  const int leaked = ::open("/etc/passwd", O_RDONLY);  // without O_CLOEXEC
  auto runtime = open(options());
  EXPECT_EQ(summary(run(*runtime, order(deed("\"descriptors\"")))), "completed [0,1,2]");
  ::close(leaked);
}

TEST_F(ExecHostile, ResourceLimitsAreSet) {
  auto runtime = open(options());
  const auto outcome = run(
      *runtime,
      order(deed("\"limits\"",
                 R"(,"limits":{"memoryMb":512,"cpuSeconds":9,"openFiles":33,"processes":77})")));
  EXPECT_EQ(summary(outcome),
            "completed [0,33,9," + std::to_string(kExecFileBytesMax) + ",536870912]");
}

// Of what the user of the server may have, however much the component asks for.
TEST_F(ExecHostile, ProcessesAreLeftForTheServer) {
  rlimit usual{};
  getrlimit(RLIMIT_NPROC, &usual);
  const rlim_t own = std::min<rlim_t>(4096, usual.rlim_max);
  const rlimit lowered{own, usual.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_NPROC, &lowered), 0);
  auto runtime = open(options());
  const auto outcome =
      run(*runtime, order(deed("\"process-limit\"", R"(,"limits":{"processes":4096})")));
  setrlimit(RLIMIT_NPROC, &usual);
  const std::string most = std::to_string(own - kExecProcessesReserve);
  EXPECT_EQ(summary(outcome), "completed [" + most + "," + most + "]");
}

TEST_F(ExecHostile, MemoryIsLimited) {
  auto runtime = open(options());
  EXPECT_EQ(
      summary(run(*runtime, order(deed(R"("allocate","512")", R"(,"limits":{"memoryMb":256})")))),
      "completed \"ENOMEM\"");
}

TEST_F(ExecHostile, ProcessorTimeIsLimited) {
  auto runtime = open(options());
  const auto outcome =
      run(*runtime,
          order(R"({"command":["sh","-c","while :; do :; done"],"limits":{"cpuSeconds":1}})"));
  ASSERT_EQ(summary(outcome), "KILLED_BY_SIGNAL");
  EXPECT_THAT(outcome.failure->details, HasSubstr("\"signal\":24"));
}

TEST_F(ExecHostile, ChildDiesWithTheServerAndStartsClean) {
  auto runtime = open(options());
  EXPECT_EQ(summary(run(*runtime, order(deed("\"state\"")))), "completed [9,1,true,true]");
}

TEST_F(ExecHostile, SignalsToTheServerAreRefused) {
  auto runtime = open(options());
  if (!has_landlock(*runtime, 6)) {
    GTEST_SKIP() << runtime->sandbox_level();
  }
  EXPECT_EQ(summary(run(*runtime, order(deed("\"signal\",\"" + std::to_string(getpid()) + "\"")))),
            "completed \"EPERM\"");
}

TEST_F(ExecHostile, TracingIsRefused) {
  auto runtime = open(options());
  ASSERT_THAT(runtime->sandbox_level(), HasSubstr("seccomp"));
  EXPECT_EQ(summary(run(*runtime, order(deed("\"trace\"")))), "completed \"EPERM\"");
}

TEST_F(ExecHostile, EndBySignalIsNamed) {
  auto runtime = open(options());
  const auto outcome = run(*runtime, order(deed("\"abort\"")));
  ASSERT_EQ(summary(outcome), "KILLED_BY_SIGNAL");
  EXPECT_THAT(outcome.failure->details, HasSubstr("\"signal\":6"));
}

TEST_F(ExecHostile, OutputClosedEarlyIsKept) {
  auto runtime = open(options());
  EXPECT_EQ(summary(run(*runtime, order(deed("\"close-output\"")))), "completed 41");
}

TEST_F(ExecHostile, WhoNeverReadsItsInputHoldsNobodyUp) {
  auto runtime = open(options());
  const std::string parameters = "{\"x\":\"" + std::string(kParametersBytesMax - 16, 'x') + "\"}";
  EXPECT_EQ(summary(run(*runtime, order(deed("\"ignore-input\""), parameters))),
            "completed \"not read\"");
}

// Who opens a file under a lease waits for up to 45 seconds, and so does who runs it.
TEST_F(ExecHostile, ProgramThatCannotBeOpenedHoldsOthersUpForSecondsOnly) {
  const auto runtime = open(options());
  const auto program = directory_.make("bin") / "program";
  std::filesystem::copy_file("/bin/true", program);
  const int fd = ::open(program.c_str(), O_RDONLY | O_CLOEXEC);
  const auto before = ::signal(SIGIO, SIG_IGN);
  if (fcntl(fd, F_SETLEASE, F_WRLCK) != 0) {
    GTEST_SKIP() << "the file system has no leases";
  }
  const auto begun = std::chrono::steady_clock::now();
  auto held = start(*runtime, order("{\"command\":[\"" + program.string() + "\"]}"));
  auto other = start(*runtime, order(R"({"command":["/bin/true"]})"));
  EXPECT_EQ(summary(other.wait()), "completed null");
  EXPECT_EQ(summary(held.wait()), "EXEC_FAILED");
  EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(20));
  close(fd);
  signal(SIGIO, before);
}

TEST_F(ExecHostile, LockedDirectoriesAreRemoved) {
  auto runtime = open(options());
  EXPECT_EQ(summary(run(*runtime, order(deed("\"fill-directory\"")))), "completed null");
  runtime.reset();
  EXPECT_TRUE(std::filesystem::is_empty(directory_.path() / "tmp"));
}

}  // namespace
}  // namespace daybook::components
