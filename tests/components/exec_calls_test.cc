// What a child is answered when it reaches for the server or the machine, call by call: the table
// in docs/components.md.
#include <linux/filter.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <map>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "components/call_filter.h"
#include "components/exec_runtime.h"
#include "tests/components/support.h"

namespace daybook::components {
namespace {

using Answers = std::map<std::string, std::string>;

constexpr const char* kRefused[] = {"F_NOTIFY",
                                    "F_SETLEASE",
                                    "F_SETOWN",
                                    "F_SETOWN_EX",
                                    "FIFREEZE",
                                    "FIOSETOWN",
                                    "FITHAW",
                                    "FS_IOC_SHUTDOWN",
                                    "TIOCSTI",
                                    "acct",
                                    "add_key",
                                    "adjtimex",
                                    "bpf",
                                    "chroot",
                                    "clock_settime",
                                    "clone cgroup",
                                    "clone ipc",
                                    "clone mount",
                                    "clone pid",
                                    "clone user",
                                    "clone user net",
                                    "clone uts",
                                    "fanotify_init",
                                    "file_setattr",
                                    "fsmount",
                                    "fsopen",
                                    "fspick",
                                    "get_robust_list",
                                    "init_module",
                                    "io_uring_setup",
                                    "ioprio_set",
                                    "ioprio_set first",
                                    "ioprio_set user",
                                    "kcmp",
                                    "kexec_load",
                                    "keyctl",
                                    "kill",
                                    "kill all",
                                    "kill group",
                                    "madvise offline",
                                    "madvise poison",
                                    "migrate_pages",
                                    "mknod device",
                                    "mknod disk",
                                    "mount",
                                    "mount_setattr",
                                    "move_mount",
                                    "move_pages",
                                    "mq_open",
                                    "mq_unlink",
                                    "msgctl",
                                    "msgget",
                                    "open_by_handle_at",
                                    "open_tree",
                                    "open_tree_attr",
                                    "perf_event_open",
                                    "personality",
                                    "pidfd_getfd",
                                    "pidfd_open",
                                    "pidfd_send_signal",
                                    "pivot_root",
                                    "prlimit64",
                                    "process_madvise",
                                    "process_mrelease",
                                    "process_vm_readv",
                                    "process_vm_writev",
                                    "ptrace",
                                    "quotactl",
                                    "quotactl_fd",
                                    "reboot",
                                    "request_key",
                                    "rt_sigqueueinfo",
                                    "sched_core",
                                    "sched_setaffinity",
                                    "sched_setattr",
                                    "sched_setparam",
                                    "sched_setscheduler",
                                    "sched_setscheduler first",
                                    "semctl",
                                    "semget",
                                    "sethostname",
                                    "setns",
                                    "setpriority",
                                    "setpriority first",
                                    "setpriority user",
                                    "settimeofday",
                                    "shmctl",
                                    "shmget",
                                    "swapon",
                                    "syslog",
                                    "tgkill",
                                    "umount2",
                                    "unshare",
                                    "userfaultfd"};

// What a program may do to itself, or only asks.
constexpr const char* kAllowed[] = {
    "clone",          "ioprio_set idle",  "ioprio_set self",        "kill self",
    "madvise",        "mknod pipe",       "personality ask",        "prlimit64 ask",
    "prlimit64 self", "setpriority self", "sched_setaffinity self", "sched_setscheduler self"};

Answers expected() {
  Answers out;
  for (const char* call : kRefused) {
    out[call] = "EPERM";
  }
  for (const char* call : kAllowed) {
    out[call] = "ok";
  }
  for (const char* call : {"clone3", "clone3 user", "of tomorrow"}) {
    out[call] = "ENOSYS";
  }
#if defined(__x86_64__)
  out["x32"] = out["32 bit"] = "ENOSYS";
#endif
  return out;
}

// {"name":"answer",…}; neither holds a quote.
Answers read(const std::string& json) {
  Answers out;
  std::vector<std::string> texts;
  for (std::size_t at = json.find('"'); at != std::string::npos;) {
    const auto end = json.find('"', at + 1);
    texts.push_back(json.substr(at + 1, end - at - 1));
    at = json.find('"', end + 1);
  }
  for (std::size_t i = 0; i + 1 < texts.size(); i += 2) {
    out[texts[i]] = texts[i + 1];
  }
  return out;
}

TEST(ExecCalls, NoneReachesTheServerOrTheMachine) {
  const TestDirectory directory;
  const SystemClock clock;
  ExecOptions options;
  options.temp_directory = directory.make("tmp");
  options.data_directory = directory.make("data");
  const auto runtime = ExecRuntime::open(options, clock);
  ASSERT_TRUE(runtime) << runtime.error().text();
  ASSERT_THAT((*runtime)->sandbox_level(), testing::HasSubstr("seccomp"));
  const auto outcome = run(**runtime, order(R"({"command":[")" HOSTILE_CHILD R"(","calls",")" +
                                            std::to_string(getpid()) + "\"]}"));
  ASSERT_FALSE(outcome.failure) << outcome.failure->message;
  EXPECT_EQ(read(outcome.result), expected());
}

// How many of the ways to signal a thread of the process `server` are open under the filter of a
// kernel without Landlock's scopes.
int open_ways(std::vector<sock_filter> code, pid_t server, pid_t thread) {
  const sock_fprog program{static_cast<unsigned short>(code.size()), code.data()};
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || syscall(SYS_seccomp, 1, 0, &program) != 0) {
    return 100;
  }
  std::uint32_t info[32] = {0, 0, static_cast<std::uint32_t>(-1)};
  const auto is_open = [](long result) { return result == 0 || errno != EPERM ? 1 : 0; };
  return is_open(syscall(SYS_tgkill, server, thread, 0)) + is_open(syscall(SYS_tkill, thread, 0)) +
         is_open(syscall(SYS_rt_sigqueueinfo, thread, 0, info)) +
         is_open(syscall(SYS_rt_tgsigqueueinfo, server, thread, 0, info)) +
         is_open(syscall(SYS_pidfd_send_signal, 0, 0, nullptr, 0));
}

TEST(ExecCalls, WithoutScopesOnlyKillStillReachesAThreadOfTheServer) {
  const pid_t server = getpid();
  std::thread other([&] {
    const pid_t thread = gettid();
    const auto filter = call_filter({server, getpgrp(), false});
    const pid_t child = fork();
    if (child == 0) {
      _exit(open_ways(filter, server, thread));
    }
    int status = -1;
    waitpid(child, &status, 0);
    EXPECT_EQ(status, 0);
  });
  other.join();
}

}  // namespace
}  // namespace daybook::components
