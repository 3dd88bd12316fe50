// The system calls that a child tries one after the other. Each is made so that it would succeed,
// or fail for another reason than want of a right, if nothing refused it.
#include "tests/components/hostile_calls.h"

#include <fcntl.h>
#include <linux/fs.h>
#include <linux/ioprio.h>
#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <csetjmp>
#include <cstring>
#include <functional>
#include <map>
#include <vector>

namespace {

using Call = std::function<long(long server)>;

constexpr long kOpenTreeAttr = 467;
constexpr long kFileSetAttr = 469;
constexpr long kOfTomorrow = 900;

long set_limit(long pid) {
  const rlimit none{RLIM_INFINITY, RLIM_INFINITY};
  return syscall(SYS_prlimit64, pid, RLIMIT_CPU, &none, nullptr);
}

long set_scheduler(long pid, int policy) {
  const sched_param param{};
  return syscall(SYS_sched_setscheduler, pid, policy, &param);
}

long set_affinity(long pid) {
  unsigned long mask[16];
  const long bytes = syscall(SYS_sched_getaffinity, pid, sizeof mask, mask);
  return bytes < 0 ? bytes : syscall(SYS_sched_setaffinity, pid, bytes, mask);
}

// The child of a clone ends at once; only whether there was one counts.
long clone_with(unsigned long flags) {
  const long pid = syscall(SYS_clone, flags | SIGCHLD, nullptr, nullptr, nullptr, nullptr);
  if (pid == 0) {
    _exit(0);
  }
  return pid;
}

long clone3_with(std::uint64_t flags) {
  std::uint64_t form[8] = {flags, 0, 0, 0, SIGCHLD, 0, 0, 0};
  const long pid = syscall(SYS_clone3, form, sizeof form);
  if (pid == 0) {
    _exit(0);
  }
  return pid;
}

long control_pipe(unsigned long request) {
  int ends[2] = {-1, -1};
  std::uint32_t how = 0;
  return pipe2(ends, O_CLOEXEC) != 0 ? -1 : syscall(SYS_ioctl, ends[0], request, &how);
}

// Of no page at all.
long advise(int advice) {
  return syscall(SYS_madvise, 0, 0, advice);
}

// Of a file of its own, for whoever else opens it.
long set_lease(long kind) {
  const int fd = open("leased", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  return syscall(SYS_fcntl, fd, 1024, kind);
}

#if defined(__x86_64__)
sigjmp_buf no_gate;

// The 32-bit table's getpid. A machine without that table gives a signal: nothing was reached.
long call_of_32_bits(long) {
  struct sigaction caught {};
  struct sigaction before {};
  caught.sa_handler = [](int) { siglongjmp(no_gate, 1); };
  sigaction(SIGSEGV, &caught, &before);
  volatile long answer = -ENOSYS;
  if (sigsetjmp(no_gate, 1) == 0) {
    long out = 20;
    __asm__ volatile("int $0x80" : "+a"(out) : : "memory");
    answer = out;
  }
  sigaction(SIGSEGV, &before, nullptr);
  errno = answer < 0 ? static_cast<int>(-answer) : 0;
  return answer < 0 ? -1 : answer;
}
#endif

using Calls = std::map<std::string, Call>;

Calls on_limits_and_scheduling() {
  return {
      {"prlimit64", set_limit},
      {"prlimit64 ask",
       [](long s) {
         rlimit now{};
         return syscall(SYS_prlimit64, s, RLIMIT_CPU, nullptr, &now);
       }},
      {"prlimit64 self",
       [](long) {
         rlimit now{};
         getrlimit(RLIMIT_NOFILE, &now);
         return syscall(SYS_prlimit64, 0, RLIMIT_NOFILE, &now, nullptr);
       }},
      {"sched_setscheduler", [](long s) { return set_scheduler(s, SCHED_IDLE); }},
      {"sched_setscheduler self", [](long) { return set_scheduler(0, SCHED_BATCH); }},
      {"sched_setscheduler first",
       [](long) {
         const sched_param param{1};
         return syscall(SYS_sched_setscheduler, 0, SCHED_FIFO, &param);
       }},
      {"sched_setparam",
       [](long s) {
         const sched_param param{};
         return syscall(SYS_sched_setparam, s, &param);
       }},
      {"sched_setattr",
       [](long s) {
         std::uint32_t form[12] = {sizeof form, SCHED_IDLE};
         return syscall(SYS_sched_setattr, s, form, 0);
       }},
      {"sched_setaffinity", set_affinity},
      {"sched_setaffinity self", [](long) { return set_affinity(0); }},
      {"setpriority", [](long s) { return syscall(SYS_setpriority, PRIO_PROCESS, s, 0); }},
      {"setpriority user", [](long) { return syscall(SYS_setpriority, PRIO_USER, 0, 0); }},
      {"setpriority self", [](long) { return syscall(SYS_setpriority, PRIO_PROCESS, 0, 19); }},
      {"setpriority first", [](long) { return syscall(SYS_setpriority, PRIO_PROCESS, 0, -5); }},
      {"ioprio_set", [](long s) { return syscall(SYS_ioprio_set, IOPRIO_WHO_PROCESS, s, 0); }},
      {"ioprio_set user",
       [](long) { return syscall(SYS_ioprio_set, IOPRIO_WHO_USER, getuid(), 0); }},
      {"ioprio_set self",
       [](long) { return syscall(SYS_ioprio_set, IOPRIO_WHO_PROCESS, 0, 3 << 13); }},
      {"ioprio_set idle",
       [](long) { return syscall(SYS_ioprio_set, IOPRIO_WHO_PGRP, 0, IOPRIO_CLASS_IDLE << 13); }},
      {"ioprio_set first",
       [](long) {
         return syscall(SYS_ioprio_set, IOPRIO_WHO_PROCESS, 0, (IOPRIO_CLASS_RT << 13) | 7);
       }},
      {"madvise poison", [](long) { return advise(100); }},
      {"madvise offline", [](long) { return advise(101); }},
      {"madvise", [](long) { return advise(MADV_DONTNEED); }},
      {"migrate_pages",
       [](long s) {
         unsigned long nodes = 1;
         return syscall(SYS_migrate_pages, s, 2, &nodes, &nodes);
       }},
      {"move_pages",
       [](long s) { return syscall(SYS_move_pages, s, 0, nullptr, nullptr, nullptr, 0); }},
      {"sched_core", [](long s) { return syscall(SYS_prctl, 62, 1, s, 0, nullptr); }},
  };
}

Calls on_other_processes() {
  return {
      {"ptrace", [](long s) { return syscall(SYS_ptrace, 0x4206, s, 0, 0); }},
      {"process_vm_readv",
       [](long s) { return syscall(SYS_process_vm_readv, s, nullptr, 0, nullptr, 0, 0); }},
      {"process_vm_writev",
       [](long s) { return syscall(SYS_process_vm_writev, s, nullptr, 0, nullptr, 0, 0); }},
      {"process_madvise", [](long) { return syscall(SYS_process_madvise, 0, nullptr, 0, 4, 0); }},
      {"process_mrelease", [](long) { return syscall(SYS_process_mrelease, 0, 0); }},
      {"pidfd_open", [](long s) { return syscall(SYS_pidfd_open, s, 0); }},
      {"pidfd_getfd", [](long) { return syscall(SYS_pidfd_getfd, 0, 0, 0); }},
      {"kcmp", [](long s) { return syscall(SYS_kcmp, s, getpid(), 2, 0, 0); }},
      {"get_robust_list",
       [](long s) {
         void* head = nullptr;
         std::size_t size = 0;
         return syscall(SYS_get_robust_list, s, &head, &size);
       }},
  };
}

Calls on_signals() {
  return {
      {"kill", [](long s) { return syscall(SYS_kill, s, 0); }},
      {"kill group", [](long s) { return syscall(SYS_kill, -getpgid(static_cast<pid_t>(s)), 0); }},
      {"kill all", [](long) { return syscall(SYS_kill, -1, 0); }},
      {"kill self", [](long) { return syscall(SYS_kill, getpid(), 0); }},
      {"tgkill", [](long s) { return syscall(SYS_tgkill, s, s, 0); }},
      {"rt_sigqueueinfo",
       [](long s) {
         std::uint32_t info[32] = {0, 0, static_cast<std::uint32_t>(-1)};
         return syscall(SYS_rt_sigqueueinfo, s, 0, info);
       }},
      {"pidfd_send_signal",
       [](long s) {
         const std::string path = "/proc/" + std::to_string(s);
         const int fd = open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
         return fd < 0 ? fd : syscall(SYS_pidfd_send_signal, fd, 0, nullptr, 0);
       }},
      {"F_SETOWN", [](long s) { return syscall(SYS_fcntl, 0, 8, s); }},
      {"F_SETOWN_EX",
       [](long s) {
         const int owner[2] = {1, static_cast<int>(s)};
         return syscall(SYS_fcntl, 0, 15, owner);
       }},
      {"F_SETLEASE", [](long) { return set_lease(F_WRLCK); }},
      {"F_NOTIFY",
       [](long) {
         const int fd = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
         return syscall(SYS_fcntl, fd, 1026, 1);
       }},
      {"FIOSETOWN",
       [](long s) {
         const int owner = static_cast<int>(s);
         const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
         return syscall(SYS_ioctl, fd, 0x8901, &owner);
       }},
      {"TIOCSTI", [](long) { return syscall(SYS_ioctl, 0, TIOCSTI, "x"); }},
  };
}

Calls on_what_outlives_a_run() {
  return {
      {"shmget", [](long) { return syscall(SYS_shmget, IPC_PRIVATE, 4096, 0600); }},
      {"shmctl", [](long) { return syscall(SYS_shmctl, 0, 0, nullptr); }},
      {"semget", [](long) { return syscall(SYS_semget, IPC_PRIVATE, 1, 0600); }},
      {"semctl", [](long) { return syscall(SYS_semctl, 0, 0, 0, nullptr); }},
      {"msgget", [](long) { return syscall(SYS_msgget, IPC_PRIVATE, 0600); }},
      {"msgctl", [](long) { return syscall(SYS_msgctl, 0, 0, nullptr); }},
      {"mq_open", [](long) { return syscall(SYS_mq_open, "daybook", O_CREAT | O_RDWR, 0600, 0); }},
      {"mq_unlink", [](long) { return syscall(SYS_mq_unlink, "daybook"); }},
      {"keyctl", [](long) { return syscall(SYS_keyctl, 0, -3, 1); }},
      {"add_key", [](long) { return syscall(SYS_add_key, "user", "x", "x", 1, -3); }},
      {"request_key", [](long) { return syscall(SYS_request_key, "user", "x", nullptr, -3); }},
  };
}

Calls on_namespaces() {
  return {
      {"clone", [](long) { return clone_with(0); }},
      {"clone mount", [](long) { return clone_with(CLONE_NEWNS); }},
      {"clone user", [](long) { return clone_with(CLONE_NEWUSER); }},
      {"clone user net", [](long) { return clone_with(CLONE_NEWUSER | CLONE_NEWNET); }},
      {"clone pid", [](long) { return clone_with(CLONE_NEWUSER | CLONE_NEWPID); }},
      {"clone ipc", [](long) { return clone_with(CLONE_NEWUSER | CLONE_NEWIPC); }},
      {"clone uts", [](long) { return clone_with(CLONE_NEWUSER | CLONE_NEWUTS); }},
      {"clone cgroup", [](long) { return clone_with(CLONE_NEWUSER | CLONE_NEWCGROUP); }},
      {"clone3", [](long) { return clone3_with(0); }},
      {"clone3 user", [](long) { return clone3_with(CLONE_NEWUSER); }},
      {"unshare", [](long) { return syscall(SYS_unshare, CLONE_NEWUSER); }},
      {"setns", [](long) { return syscall(SYS_setns, 0, 0); }},
  };
}

Calls on_mounts() {
  return {
      {"mount", [](long) { return syscall(SYS_mount, "x", "nowhere", "tmpfs", 0, nullptr); }},
      {"umount2", [](long) { return syscall(SYS_umount2, "nowhere", 0); }},
      {"pivot_root", [](long) { return syscall(SYS_pivot_root, "nowhere", "nowhere"); }},
      {"chroot", [](long) { return syscall(SYS_chroot, "nowhere"); }},
      {"move_mount", [](long) { return syscall(SYS_move_mount, 0, "", 0, "", 0); }},
      {"mount_setattr", [](long) { return syscall(SYS_mount_setattr, 0, "", 0, nullptr, 0); }},
      {"open_tree", [](long) { return syscall(SYS_open_tree, AT_FDCWD, ".", 0); }},
      {"open_tree_attr", [](long) { return syscall(kOpenTreeAttr, AT_FDCWD, ".", 0, 0, 0); }},
      {"fsopen", [](long) { return syscall(SYS_fsopen, "tmpfs", 0); }},
      {"fsmount", [](long) { return syscall(SYS_fsmount, 0, 0, 0); }},
      {"fspick", [](long) { return syscall(SYS_fspick, AT_FDCWD, ".", 0); }},
      {"open_by_handle_at", [](long) { return syscall(SYS_open_by_handle_at, 0, nullptr, 0); }},
      {"fanotify_init", [](long) { return syscall(SYS_fanotify_init, 0x200, 0); }},
      {"quotactl", [](long) { return syscall(SYS_quotactl, 0, "nowhere", 0, nullptr); }},
      {"quotactl_fd", [](long) { return syscall(SYS_quotactl_fd, 0, 0, 0, nullptr); }},
      // Of a pipe, which would answer otherwise: a file system's would be frozen.
      {"FIFREEZE", [](long) { return control_pipe(FIFREEZE); }},
      {"FITHAW", [](long) { return control_pipe(FITHAW); }},
      {"FS_IOC_SHUTDOWN", [](long) { return control_pipe(0x8004587D); }},
      {"file_setattr", [](long) { return syscall(kFileSetAttr, AT_FDCWD, ".", nullptr, 0, 0); }},
      {"mknod disk",
       [](long) { return syscall(SYS_mknodat, AT_FDCWD, "disk", S_IFBLK | 0600, 0x800); }},
      {"mknod device",
       [](long) { return syscall(SYS_mknodat, AT_FDCWD, "device", S_IFCHR | 0600, 0x103); }},
      {"mknod pipe",
       [](long) { return syscall(SYS_mknodat, AT_FDCWD, "pipe", S_IFIFO | 0600, 0); }},
  };
}

Calls on_the_machine() {
  return {
    {"personality", [](long) { return syscall(SYS_personality, 0x0400000); }},
        {"personality ask", [](long) { return syscall(SYS_personality, 0xffffffff); }},
        {"kexec_load", [](long) { return syscall(SYS_kexec_load, 0, 0, nullptr, 4L << 16); }},
        {"init_module", [](long) { return syscall(SYS_init_module, nullptr, 0, ""); }},
        {"reboot", [](long) { return syscall(SYS_reboot, 0, 0, 0, nullptr); }},
        {"swapon", [](long) { return syscall(SYS_swapon, "nowhere", 0); }},
        {"acct", [](long) { return syscall(SYS_acct, "nowhere"); }},
        {"syslog", [](long) { return syscall(SYS_syslog, 10, nullptr, 0); }},
        {"settimeofday", [](long) { return syscall(SYS_settimeofday, nullptr, nullptr); }},
        {"clock_settime", [](long) { return syscall(SYS_clock_settime, 0, nullptr); }},
        {"adjtimex", [](long) { return syscall(SYS_adjtimex, nullptr); }},
        {"sethostname", [](long) { return syscall(SYS_sethostname, nullptr, 0); }},
        {"bpf", [](long) { return syscall(SYS_bpf, 0, nullptr, 0); }},
        {"perf_event_open",
         [](long) { return syscall(SYS_perf_event_open, nullptr, 0, -1, -1, 0); }},
        {"userfaultfd", [](long) { return syscall(SYS_userfaultfd, 1); }},
        {"io_uring_setup", [](long) { return syscall(SYS_io_uring_setup, 1, nullptr); }},
        {"of tomorrow", [](long) { return syscall(kOfTomorrow); }},
#if defined(__x86_64__)
        {"x32", [](long) { return syscall(0x40000000 + SYS_getpid); }}, {"32 bit", call_of_32_bits},
#endif
  };
}

}  // namespace

std::string try_calls(long server) {
  Calls calls;
  for (Calls part : {on_limits_and_scheduling(), on_other_processes(), on_signals(),
                     on_what_outlives_a_run(), on_namespaces(), on_mounts(), on_the_machine()}) {
    calls.merge(part);
  }
  std::string out;
  for (const auto& [name, call] : calls) {
    errno = 0;
    const bool failed = call(server) < 0;
    out += (out.empty() ? "" : ",") + ("\"" + name + "\":\"") +
           (failed ? strerrorname_np(errno) : "ok") + "\"";
  }
  return "{" + out + "}";
}
