#include "components/call_filter.h"

#include <fcntl.h>
#include <linux/audit.h>
#include <linux/fs.h>
#include <linux/ioprio.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>

namespace daybook::components {
namespace {

#if defined(__x86_64__)
constexpr std::uint32_t kArchitecture = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
constexpr std::uint32_t kArchitecture = AUDIT_ARCH_AARCH64;
#else
constexpr std::uint32_t kArchitecture = 0;
#endif

// Numbers that older headers lack; the same on every processor.
constexpr std::uint32_t kOpenTreeAttr = 467;
constexpr std::uint32_t kFileSetAttr = 469;
// The newest call that was looked at (file_setattr). Those of the x32 form lie above it too.
constexpr std::uint32_t kNewestCall = 469;

// Never of use to a job, or never its to do.
constexpr std::uint32_t kRefusedCalls[] = {
    // other processes: their memory, descriptors, addresses
    SYS_ptrace,
    SYS_process_vm_readv,
    SYS_process_vm_writev,
    SYS_process_madvise,
    SYS_process_mrelease,
    SYS_pidfd_getfd,
    SYS_kcmp,
    SYS_get_robust_list,
    // what outlives a run and is shared by all processes of a user
    SYS_shmget,
    SYS_shmat,
    SYS_shmctl,
    SYS_semget,
    SYS_semop,
    SYS_semtimedop,
    SYS_semctl,
    SYS_msgget,
    SYS_msgsnd,
    SYS_msgrcv,
    SYS_msgctl,
    SYS_mq_open,
    SYS_mq_unlink,
    SYS_add_key,
    SYS_request_key,
    SYS_keyctl,
    // namespaces and mounts
    SYS_setns,
    SYS_unshare,
    SYS_mount,
    SYS_umount2,
    SYS_pivot_root,
    SYS_chroot,
    SYS_move_mount,
    SYS_mount_setattr,
    SYS_open_tree,
    kOpenTreeAttr,
    SYS_fsopen,
    SYS_fsconfig,
    SYS_fsmount,
    SYS_fspick,
    SYS_open_by_handle_at,
    SYS_fanotify_init,
    kFileSetAttr,
    SYS_quotactl,
    SYS_quotactl_fd,
    // the machine
    SYS_kexec_load,
    SYS_init_module,
    SYS_finit_module,
    SYS_delete_module,
    SYS_reboot,
    SYS_swapon,
    SYS_swapoff,
    SYS_acct,
    SYS_syslog,
    SYS_settimeofday,
    SYS_clock_settime,
    SYS_clock_adjtime,
    SYS_adjtimex,
    SYS_sethostname,
    SYS_setdomainname,
    SYS_vhangup,
#ifdef SYS_kexec_file_load
    SYS_kexec_file_load,
#endif
#ifdef SYS_iopl
    SYS_iopl,
    SYS_ioperm,
#endif
    // no use in a job, but a long list of faults
    SYS_bpf,
    SYS_perf_event_open,
    SYS_userfaultfd,
    SYS_io_uring_setup,
    SYS_io_uring_enter,
    SYS_io_uring_register,
};

constexpr std::uint32_t kNamespaces = CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC |
                                      CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET;
constexpr std::uint32_t kLow = ~0U;
// linux/personality.h, as container runtimes allow them: none, 32-bit Linux, old release names, and
// the question.
constexpr std::uint32_t kPersonalities[] = {0, 0x8, 0x20000, 0x20008, 0xffffffff};
// fcntl and ioctl that say who is sent signals about a descriptor.
constexpr std::uint32_t kSetOwner = 8;
constexpr std::uint32_t kSetOwnerEx = 15;
constexpr std::uint32_t kIoctlSetOwner = 0x8901;
constexpr std::uint32_t kIoctlSetGroup = 0x8902;
constexpr std::uint32_t kIoctlConsole = 0x541C;
// ioctl: ends all writing to a file system (XFS, ext4, F2FS and others share the number), which has
// a name in newer headers only.
constexpr std::uint32_t kIoctlShutdown = 0x8004587D;
// fcntl: holds up whoever opens or runs the file; and has signals sent about a directory.
constexpr std::uint32_t kSetLease = 1024;
constexpr std::uint32_t kNotify = 1026;
// madvise: take pages out of the machine's memory.
constexpr std::uint32_t kPoison = 100;
constexpr std::uint32_t kSoftOffline = 101;
// prctl: shares a core with another process.
constexpr std::uint32_t kSchedCore = 62;

// One half of an argument under a mask; calls with 32-bit arguments ignore the high half.
struct Test {
  unsigned argument = 0;
  std::uint32_t value = 0;
  std::uint32_t mask = kLow;
  bool high = false;
};
using Case = std::vector<Test>;  // all hold

sock_filter statement(unsigned code, std::uint32_t value) {
  return {static_cast<std::uint16_t>(code), 0, 0, value};
}

sock_filter jump(unsigned code, std::uint32_t value, std::size_t yes, std::size_t no) {
  return {static_cast<std::uint16_t>(code), static_cast<std::uint8_t>(yes),
          static_cast<std::uint8_t>(no), value};
}

sock_filter allow() {
  return statement(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
}

sock_filter refuse(std::uint32_t error) {
  return statement(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | error);
}

// Every call has a block of its own that decides it and leaves; the others jump over it.
class Writer {
 public:
  Writer() {
    code_.push_back(statement(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, arch)));
    code_.push_back(jump(BPF_JMP | BPF_JEQ | BPF_K, kArchitecture, 1, 0));
    code_.push_back(refuse(ENOSYS));
    code_.push_back(statement(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)));
    code_.push_back(jump(BPF_JMP | BPF_JGT | BPF_K, kNewestCall, 0, 1));
    code_.push_back(refuse(ENOSYS));
  }

  void refuse_always(std::uint32_t call, std::uint32_t error = EPERM) {
    block(call, {refuse(error)});
  }
  // Allowed when one of the cases holds, else refused.
  void allow_only(std::uint32_t call, const std::vector<Case>& cases) {
    decide(call, cases, allow(), refuse(EPERM));
  }
  // Refused when one of the cases holds, else allowed.
  void refuse_if(std::uint32_t call, const std::vector<Case>& cases) {
    decide(call, cases, refuse(EPERM), allow());
  }

  std::vector<sock_filter> finish() {
    code_.push_back(allow());
    return std::move(code_);
  }

 private:
  void block(std::uint32_t call, const std::vector<sock_filter>& body) {
    code_.push_back(jump(BPF_JMP | BPF_JEQ | BPF_K, call, 0, body.size()));
    code_.insert(code_.end(), body.begin(), body.end());
  }

  void decide(std::uint32_t call, const std::vector<Case>& cases, sock_filter then,
              sock_filter otherwise) {
    constexpr std::size_t kPerTest = 3;
    std::vector<sock_filter> body;
    for (const Case& tests : cases) {
      const std::size_t end = body.size() + tests.size() * kPerTest + 1;
      for (const Test& test : tests) {
        const std::size_t at = offsetof(seccomp_data, args) + test.argument * 8 +
                               (test.high ? sizeof(std::uint32_t) : 0);
        body.push_back(statement(BPF_LD | BPF_W | BPF_ABS, static_cast<std::uint32_t>(at)));
        body.push_back(statement(BPF_ALU | BPF_AND | BPF_K, test.mask));
        body.push_back(jump(BPF_JMP | BPF_JEQ | BPF_K, test.value, 0, end - body.size() - 1));
      }
      body.push_back(then);
    }
    body.push_back(otherwise);
    block(call, body);
  }

  std::vector<sock_filter> code_;
};

Test is(unsigned argument, std::uint32_t value) {
  return {argument, value};
}

Test masked(unsigned argument, std::uint32_t value, std::uint32_t mask) {
  return {argument, value, mask};
}

Test high_is_zero(unsigned argument) {
  return {argument, 0, kLow, true};
}

// Limits, priority and place in memory: of the caller, whom these calls name as 0. Another process
// may be asked about its limits. A user as a whole, to whom the server belongs, is never named.
void keep_to_itself(Writer& out) {
  constexpr unsigned kNewLimit = 2;
  out.allow_only(SYS_prlimit64, {{is(0, 0)}, {is(kNewLimit, 0), high_is_zero(kNewLimit)}});
  for (const int call :
       {SYS_sched_setparam, SYS_sched_setaffinity, SYS_migrate_pages, SYS_move_pages}) {
    out.allow_only(static_cast<std::uint32_t>(call), {{is(0, 0)}});
  }
  // No class before that of the server, which only root could take.
  constexpr auto kClass = ~static_cast<std::uint32_t>(SCHED_RESET_ON_FORK);
  out.allow_only(SYS_sched_setscheduler, {{is(0, 0), masked(1, SCHED_OTHER, kClass)},
                                          {is(0, 0), masked(1, SCHED_BATCH, kClass)},
                                          {is(0, 0), masked(1, SCHED_IDLE, kClass)}});
  out.refuse_always(SYS_sched_setattr);
  constexpr std::uint32_t kSign = 1U << 31;
  out.allow_only(SYS_setpriority, {{is(0, PRIO_PROCESS), is(1, 0), masked(2, 0, kSign)},
                                   {is(0, PRIO_PGRP), is(1, 0), masked(2, 0, kSign)}});
  // Its class of real time needs a right that the server may have.
  constexpr std::uint32_t kIoClass = 7U << IOPRIO_CLASS_SHIFT;
  std::vector<Case> own_io;
  for (const std::uint32_t who : {IOPRIO_WHO_PROCESS, IOPRIO_WHO_PGRP}) {
    for (const std::uint32_t io : {IOPRIO_CLASS_NONE, IOPRIO_CLASS_BE, IOPRIO_CLASS_IDLE}) {
      own_io.push_back({is(0, who), is(1, 0), masked(2, io << IOPRIO_CLASS_SHIFT, kIoClass)});
    }
  }
  out.allow_only(SYS_ioprio_set, own_io);
  out.refuse_if(SYS_prctl, {{is(0, kSchedCore)}});
  out.refuse_if(SYS_madvise, {{is(2, kPoison)}, {is(2, kSoftOffline)}});
}

// clone3 has its flags in memory, where a filter cannot look: the C libraries then take clone.
void keep_namespaces(Writer& out) {
  out.allow_only(SYS_clone, {{masked(0, 0, kNamespaces)}});
  out.refuse_always(SYS_clone3, ENOSYS);
  constexpr auto* kKinds = kPersonalities;
  out.allow_only(SYS_personality, {{is(0, kKinds[0])},
                                   {is(0, kKinds[1])},
                                   {is(0, kKinds[2])},
                                   {is(0, kKinds[3])},
                                   {is(0, kKinds[4])}});
#ifdef SYS_mknod
  out.refuse_if(SYS_mknod, {{masked(1, S_IFCHR, S_IFMT)}, {masked(1, S_IFBLK, S_IFMT)}});
#endif
  out.refuse_if(SYS_mknodat, {{masked(2, S_IFCHR, S_IFMT)}, {masked(2, S_IFBLK, S_IFMT)}});
}

// Landlock keeps signals within the run where the kernel has that. Elsewhere a filter knows the
// server's own number only: the calls that few programs use are refused altogether, but `kill`,
// which every shell uses, still reaches the server by the number of one of its threads.
void keep_signals(Writer& out, const FilterOptions& options) {
  const auto server = static_cast<std::uint32_t>(options.server);
  const auto group = static_cast<std::uint32_t>(-options.server_group);
  constexpr auto kEverybody = static_cast<std::uint32_t>(-1);
  out.refuse_if(SYS_kill, {{is(0, server)}, {is(0, group)}, {is(0, kEverybody)}});
  for (const int call : {SYS_tgkill, SYS_rt_tgsigqueueinfo, SYS_pidfd_open}) {
    out.refuse_if(static_cast<std::uint32_t>(call), {{is(0, server)}});
  }
  if (options.signals_scoped) {
    out.refuse_if(SYS_rt_sigqueueinfo, {{is(0, server)}});
  } else {
    out.refuse_always(SYS_tkill);
    out.refuse_always(SYS_rt_sigqueueinfo);
    out.refuse_always(SYS_pidfd_send_signal);
  }
  out.refuse_if(SYS_fcntl,
                {{is(1, kSetOwner)}, {is(1, kSetOwnerEx)}, {is(1, kSetLease)}, {is(1, kNotify)}});
}

// An ioctl reaches past the descriptor that it names: to whom signals are sent, to what others
// type, to the file system below.
void keep_to_the_descriptor(Writer& out) {
  out.refuse_if(SYS_ioctl, {{is(1, kIoctlSetOwner)},
                            {is(1, kIoctlSetGroup)},
                            {is(1, TIOCSTI)},
                            {is(1, kIoctlConsole)},
                            {is(1, FIFREEZE)},
                            {is(1, FITHAW)},
                            {is(1, kIoctlShutdown)}});
}

}  // namespace

std::vector<sock_filter> call_filter(const FilterOptions& options) {
  if (kArchitecture == 0) {
    return {};
  }
  Writer out;
  for (const std::uint32_t call : kRefusedCalls) {
    out.refuse_always(call);
  }
  keep_to_itself(out);
  keep_namespaces(out);
  keep_signals(out, options);
  keep_to_the_descriptor(out);
  return out.finish();
}

}  // namespace daybook::components
