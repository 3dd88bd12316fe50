#include "components/exec_child.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <linux/close_range.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>

#include "base/check.h"
#include "base/clock.h"
#include "base/limits/components.h"

namespace daybook::components {
namespace {

constexpr std::size_t kStackBytes = 64 * 1024;
constexpr int kFailedToStart = 127;

// Everything in the form that system calls take.
struct Launch {
  std::vector<std::string> candidates;  // paths to try, in order
  std::vector<const char*> paths;
  std::vector<char*> argv;
  std::vector<char*> env;
  std::vector<std::pair<int, rlimit>> limits;
  const ChildPlan* plan = nullptr;
  pid_t parent = 0;
  int report = -1;  // pipe for StepFailure; closed by a successful exec
};

struct StepFailure {
  ChildStep step = ChildStep::kNone;
  int error = 0;
};

// The kernel's sigaction, which differs from the library's.
struct KernelAction {
  void* handler = nullptr;
  unsigned long flags = 0;
  void* restorer = nullptr;
  std::uint64_t mask = 0;
};

// --- In the child: system calls only. The C library's wrappers may take locks or tell other
// threads (setuid does), and the thread sanitizer would count calls that never return. ---

#define DAYBOOK_IN_CHILD __attribute__((no_sanitize("thread", "address")))

[[noreturn]] DAYBOOK_IN_CHILD void give_up(const Launch& launch, ChildStep step, long error) {
  const StepFailure failure{step, static_cast<int>(error)};
  (void)syscall(SYS_write, launch.report, &failure, sizeof failure);
  for (;;) {
    syscall(SYS_exit_group, kFailedToStart);
  }
}

DAYBOOK_IN_CHILD void require(const Launch& launch, ChildStep step, long result) {
  if (result < 0) {
    give_up(launch, step, errno);
  }
}

DAYBOOK_IN_CHILD void reset_signals() {
  const KernelAction fallback;
  for (int signal = 1; signal <= 64; ++signal) {
    (void)syscall(SYS_rt_sigaction, signal, &fallback, nullptr, sizeof fallback.mask);
  }
}

DAYBOOK_IN_CHILD void set_descriptors(const Launch& launch) {
  const int wanted[] = {launch.plan->stdin_fd, launch.plan->stdout_fd, launch.plan->stderr_fd};
  for (int fd = 0; fd < 3; ++fd) {
    require(launch, ChildStep::kDescriptors, syscall(SYS_dup3, wanted[fd], fd, 0));
  }
  // Marked, not closed: the report and the rule set are still needed; exec closes them.
  require(launch, ChildStep::kDescriptors, syscall(SYS_close_range, 3U, ~0U, CLOSE_RANGE_CLOEXEC));
}

// Where memory runs out the kernel ends a process of a run, not the server. Before the change of
// user, after which the file is root's; where it cannot be written, as before.
DAYBOOK_IN_CHILD void go_first() {
  constexpr char kScore[] = "800";
  const long fd = syscall(SYS_openat, AT_FDCWD, "/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
  if (fd >= 0) {
    (void)syscall(SYS_write, fd, kScore, sizeof kScore - 1);
    (void)syscall(SYS_close, fd);
  }
}

// The set that bounds what a program of root gets by exec: while the right to change it is there. A
// server without that right cannot empty it; no_new_privs then gives the program nothing of it.
DAYBOOK_IN_CHILD void drop_bounding_set() {
  constexpr unsigned long kCapabilities = 64;
  for (unsigned long capability = 0; capability < kCapabilities; ++capability) {
    (void)syscall(SYS_prctl, PR_CAPBSET_DROP, capability, 0, 0, 0);
  }
}

// Permitted, effective, inheritable, and with them ambient: none, whoever the child is.
DAYBOOK_IN_CHILD void drop_capabilities(const Launch& launch) {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  const __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {};
  require(launch, ChildStep::kUser, syscall(SYS_capset, &header, none));
}

DAYBOOK_IN_CHILD void set_user(const Launch& launch) {
  drop_bounding_set();
  if (launch.plan->user.has_value()) {
    const uid_t uid = launch.plan->user->uid;
    const gid_t gid = launch.plan->user->gid;
    require(launch, ChildStep::kUser, syscall(SYS_setgroups, 0, nullptr));
    require(launch, ChildStep::kUser, syscall(SYS_setresgid, gid, gid, gid));
    require(launch, ChildStep::kUser, syscall(SYS_setresuid, uid, uid, uid));
  }
  drop_capabilities(launch);
  // After the change of user, which clears it. If the parent died before this line, nothing would
  // ever kill the child.
  require(launch, ChildStep::kParent, syscall(SYS_prctl, PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0));
  if (syscall(SYS_getppid) != launch.parent) {
    give_up(launch, ChildStep::kParent, ESRCH);
  }
}

DAYBOOK_IN_CHILD void set_sandbox(const Launch& launch) {
  require(launch, ChildStep::kSandbox, syscall(SYS_prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
  if (launch.plan->ruleset >= 0) {
    require(launch, ChildStep::kSandbox,
            syscall(SYS_landlock_restrict_self, launch.plan->ruleset, 0));
  }
  if (launch.plan->filter != nullptr) {
    require(launch, ChildStep::kSandbox,
            syscall(SYS_seccomp, 1 /* SECCOMP_SET_MODE_FILTER */, 0, launch.plan->filter));
  }
}

// The supervisor stands still until the program runs, so a file that cannot be opened for it (of a
// server that is away, or under a lease) must not hold it up for long. An exec takes the timer
// away.
DAYBOOK_IN_CHILD void limit_exec() {
  sigevent event{};
  event.sigev_notify = SIGEV_SIGNAL;
  event.sigev_signo = SIGKILL;
  int timer = 0;
  const timespec none{};
  const itimerspec once{none, {kExecStartUs / 1'000'000, 0}};
  if (syscall(SYS_timer_create, CLOCK_MONOTONIC, &event, &timer) == 0) {
    (void)syscall(SYS_timer_settime, timer, 0, &once, nullptr);
  }
}

DAYBOOK_IN_CHILD int run_child(void* argument) {
  const Launch& launch = *static_cast<const Launch*>(argument);
  require(launch, ChildStep::kSession, syscall(SYS_setsid));
  reset_signals();
  set_descriptors(launch);
  syscall(SYS_umask, 077);
  go_first();
  for (const auto& limit : launch.limits) {
    require(launch, ChildStep::kLimits,
            syscall(SYS_prlimit64, 0, limit.first, &limit.second, nullptr));
  }
  set_user(launch);
  require(launch, ChildStep::kDirectory, syscall(SYS_chdir, launch.plan->directory.c_str()));
  set_sandbox(launch);
  limit_exec();
  const std::uint64_t none = 0;
  syscall(SYS_rt_sigprocmask, SIG_SETMASK, &none, nullptr, sizeof none);
  // As execvp: a name that one directory lacks, or may not run, is looked for in the next.
  int error = ENOENT;
  for (const char* path : launch.paths) {
    syscall(SYS_execve, path, launch.argv.data(), launch.env.data());
    if (errno != ENOENT && errno != ENOTDIR && errno != EACCES) {
      give_up(launch, ChildStep::kExec, errno);
    }
    error = errno == EACCES ? EACCES : error;
  }
  give_up(launch, ChildStep::kExec, error);
}

// --- In the parent ---

std::vector<std::string> candidates(const std::string& program, std::string_view search_path) {
  if (program.find('/') != std::string::npos) {
    return {program};
  }
  std::vector<std::string> out;
  while (!search_path.empty()) {
    const auto colon = std::min(search_path.find(':'), search_path.size());
    if (colon > 0 && search_path[0] == '/') {
      out.push_back(std::string(search_path.substr(0, colon)) + "/" + program);
    }
    search_path.remove_prefix(std::min(colon + 1, search_path.size()));
  }
  return out;
}

std::vector<char*> pointers(const std::vector<std::string>& texts) {
  std::vector<char*> out;
  for (const auto& text : texts) {
    out.push_back(const_cast<char*>(
        text.c_str()));  // NOLINT(cppcoreguidelines-pro-type-const-cast): execve's form
  }
  out.push_back(nullptr);
  return out;
}

// Never above what the server itself has.
rlimit bounded(int resource, std::uint64_t soft, std::uint64_t hard) {
  rlimit own{};
  getrlimit(static_cast<__rlimit_resource_t>(resource), &own);
  return {std::min<rlim_t>(soft, own.rlim_max), std::min<rlim_t>(hard, own.rlim_max)};
}

// The kernel counts all threads of the user, the server's among them if it is the same one; some of
// them are left for it.
rlimit process_limit(const ChildPlan& plan) {
  const std::uint64_t wanted = plan.threads_beside + plan.limits.processes;
  rlimit out = bounded(RLIMIT_NPROC, wanted, wanted);
  rlimit own{};
  getrlimit(RLIMIT_NPROC, &own);
  if (!plan.user && own.rlim_cur != RLIM_INFINITY) {
    const rlim_t most = own.rlim_cur - std::min<rlim_t>(own.rlim_cur, kExecProcessesReserve);
    out.rlim_cur = std::min(out.rlim_cur, most);
    out.rlim_max = std::min(out.rlim_max, most);
  }
  return out;
}

std::vector<std::pair<int, rlimit>> resource_limits(const ChildPlan& plan) {
  constexpr std::uint64_t kCpuGrace = 5;  // between SIGXCPU and SIGKILL
  const ExecLimits& limits = plan.limits;
  std::vector<std::pair<int, rlimit>> out;
  const auto add = [&](int resource, std::uint64_t soft, std::uint64_t hard) {
    out.emplace_back(resource, bounded(resource, soft, hard));
  };
  add(RLIMIT_CORE, 0, 0);
  add(RLIMIT_FSIZE, kExecFileBytesMax, kExecFileBytesMax);
  add(RLIMIT_NOFILE, limits.open_files, limits.open_files);
  add(RLIMIT_CPU, limits.cpu_seconds, limits.cpu_seconds + kCpuGrace);
  out.emplace_back(RLIMIT_NPROC, process_limit(plan));
  if (limits.memory_bytes > 0) {
    add(RLIMIT_AS, limits.memory_bytes, limits.memory_bytes);
  }
  if (plan.data_bytes > 0) {
    add(RLIMIT_DATA, plan.data_bytes, plan.data_bytes);
  }
  return out;
}

// The child begins in the parent's memory, on a stack of its own; the parent stands still until it
// runs its program or gives up.
int clone_child(void* stack, Launch& launch) {
#if defined(__SANITIZE_THREAD__)
  // The thread sanitizer takes every clone for a fork, and its bookkeeping may not be shared then.
  (void)stack;
  const pid_t pid = fork();
  return pid == 0 ? run_child(&launch) : pid;
#else
  return clone(&run_child, static_cast<char*>(stack) + kStackBytes,
               CLONE_VM | CLONE_VFORK | SIGCHLD, &launch);
#endif
}

// Whether the child was ended in its exec, by limit_exec(); it is then gone.
bool ended_in_exec(pid_t pid, Micros begun) {
  constexpr auto kOptions = WEXITED | WNOHANG | WNOWAIT;
  constexpr int kLooks = 100;  // a millisecond each: it lets go of the parent before it is gone
  siginfo_t info{};
  if (SystemClock().steady() - begun < Duration{kExecStartUs}) {
    return false;
  }
  for (int i = 0; i < kLooks && info.si_pid == 0; ++i) {
    if (waitid(P_PID, static_cast<id_t>(pid), &info, kOptions) != 0) {
      return false;
    }
    if (info.si_pid == 0) {
      usleep(1000);
    }
  }
  if (info.si_pid == 0 || info.si_code != CLD_KILLED) {
    return false;
  }
  waitpid(pid, nullptr, 0);
  return true;
}

}  // namespace

std::string_view step_name(ChildStep step) {
  constexpr std::string_view kNames[] = {"none",
                                         "new process",
                                         "new session",
                                         "descriptors",
                                         "working directory",
                                         "resource limits",
                                         "change of user",
                                         "parent's death",
                                         "sandbox",
                                         "exec"};
  return kNames[static_cast<std::size_t>(step)];
}

ChildStarter::ChildStarter()
    : stack_(mmap(nullptr, kStackBytes, PROT_READ | PROT_WRITE,
                  MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0)) {
  DAYBOOK_CHECK(stack_ != MAP_FAILED, "memory for the stack of a starting child");
}

ChildStarter::~ChildStarter() {
  munmap(stack_, kStackBytes);
}

ChildStart ChildStarter::start(const ChildPlan& plan) {
  Launch launch;
  launch.candidates = candidates(plan.argv[0], plan.search_path);
  for (const auto& path : launch.candidates) {
    launch.paths.push_back(path.c_str());
  }
  launch.argv = pointers(plan.argv);
  launch.env = pointers(plan.env);
  launch.limits = resource_limits(plan);
  launch.plan = &plan;
  launch.parent = getpid();
  int report[2] = {-1, -1};
  if (pipe2(report, O_CLOEXEC) != 0) {
    return {-1, ChildStep::kClone, errno};
  }
  launch.report = report[1];
  const Micros begun = SystemClock().steady();
  const int pid = clone_child(stack_, launch);
  ChildStart out{pid, ChildStep::kClone, errno};
  close(report[1]);
  StepFailure failure;
  if (pid > 0 && read(report[0], &failure, sizeof failure) == sizeof failure) {
    waitpid(pid, nullptr, 0);
    out = {-1, failure.step, failure.error};
  } else if (pid > 0 && ended_in_exec(pid, begun)) {
    out = {-1, ChildStep::kExec, ETIMEDOUT};
  }
  close(report[0]);
  return out.pid < 0 ? out : ChildStart{pid, ChildStep::kNone, 0};
}

}  // namespace daybook::components
