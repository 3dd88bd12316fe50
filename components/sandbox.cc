#include "components/sandbox.h"

#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstring>

namespace daybook::components {
namespace {

namespace fs = std::filesystem;

// The kernel's own forms (linux/landlock.h), in full: older headers lack their later members.
struct RulesetForm {
  std::uint64_t files = 0;
  std::uint64_t net = 0;
  std::uint64_t scoped = 0;
};
struct [[gnu::packed]] PathRuleForm {
  std::uint64_t access = 0;
  std::int32_t fd = -1;
};
constexpr int kPathBeneath = 1;
constexpr unsigned kAskVersion = 1;
constexpr std::uint64_t kScopeSockets = 1 << 0;
constexpr std::uint64_t kScopeSignals = 1 << 1;
constexpr int kAbiScopes = 6;

#if defined(__x86_64__)
constexpr std::uint32_t kArchitecture = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
constexpr std::uint32_t kArchitecture = AUDIT_ARCH_AARCH64;
#else
constexpr std::uint32_t kArchitecture = 0;
#endif
constexpr std::uint32_t kX32Bit = 0x4000'0000;

// Looking into other processes, changing what is mounted, loading code into the kernel, and what
// has no use in a job but a long list of faults.
constexpr std::uint32_t kDenied[] = {
    SYS_ptrace,
    SYS_process_vm_readv,
    SYS_process_vm_writev,
    SYS_pidfd_getfd,
    SYS_kexec_load,
    SYS_init_module,
    SYS_finit_module,
    SYS_delete_module,
    SYS_bpf,
    SYS_perf_event_open,
    SYS_userfaultfd,
    SYS_add_key,
    SYS_request_key,
    SYS_keyctl,
    SYS_io_uring_setup,
    SYS_io_uring_enter,
    SYS_io_uring_register,
    SYS_mount,
    SYS_umount2,
    SYS_pivot_root,
    SYS_move_mount,
    SYS_open_tree,
    SYS_fsopen,
    SYS_fsconfig,
    SYS_fsmount,
    SYS_fspick,
    SYS_setns,
    SYS_unshare,
    SYS_swapon,
    SYS_swapoff,
    SYS_reboot,
    SYS_acct,
    SYS_quotactl,
    SYS_open_by_handle_at,
    SYS_chroot,
    SYS_mknodat,
};

int probe_landlock() {
  const long version = syscall(SYS_landlock_create_ruleset, nullptr, 0, kAskVersion);
  return version > 0 ? static_cast<int>(version) : 0;
}

// What each version of the interface added.
std::uint64_t known_access(int abi) {
  std::uint64_t out = (1 << 13) - 1;
  out |= abi >= 2 ? kRefer : 0;
  out |= abi >= 3 ? kTruncate : 0;
  out |= abi >= 5 ? kIoctlDev : 0;
  return out;
}

bool add_rule(int ruleset, int fd, std::uint64_t access) {
  const PathRuleForm rule{access, fd};
  return syscall(SYS_landlock_add_rule, ruleset, kPathBeneath, &rule, 0) == 0;
}

std::vector<fs::path> canonical(const std::vector<fs::path>& paths) {
  std::vector<fs::path> out;
  for (const auto& path : paths) {
    std::error_code error;
    auto real = fs::weakly_canonical(path, error);
    if (!error && !real.empty()) {
      out.push_back(std::move(real));
    }
  }
  return out;
}

sock_filter statement(unsigned code, std::uint32_t value) {
  return {static_cast<std::uint16_t>(code), 0, 0, value};
}

sock_filter jump(unsigned code, std::uint32_t value, std::size_t yes, std::size_t no) {
  return {static_cast<std::uint16_t>(code), static_cast<std::uint8_t>(yes),
          static_cast<std::uint8_t>(no), value};
}

}  // namespace

struct Sandbox::Filter {
  std::vector<sock_filter> code;
  sock_fprog program{};
};

Sandbox::Sandbox(const std::vector<fs::path>& hidden, const std::vector<fs::path>& writable)
    : landlock_(probe_landlock()), rules_({canonical(hidden), canonical(writable)}) {
  // PR_GET_SECCOMP fails with EINVAL where the kernel has no seccomp.
  if (kArchitecture == 0 || prctl(PR_GET_SECCOMP, 0, 0, 0, 0) < 0) {
    return;
  }
  filter_ = std::make_unique<Filter>();
  auto& code = filter_->code;
  const std::size_t count = std::size(kDenied);
  code.push_back(statement(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, arch)));
  code.push_back(jump(BPF_JMP | BPF_JEQ | BPF_K, kArchitecture, 1, 0));
  code.push_back(statement(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS));
  code.push_back(statement(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)));
  code.push_back(jump(BPF_JMP | BPF_JGE | BPF_K, kX32Bit, count + 1, 0));
  for (std::size_t i = 0; i < count; ++i) {
    code.push_back(jump(BPF_JMP | BPF_JEQ | BPF_K, kDenied[i], count - i, 0));
  }
  code.push_back(statement(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
  code.push_back(statement(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM));
  filter_->program = {static_cast<std::uint16_t>(code.size()), code.data()};
}

Sandbox::~Sandbox() = default;

std::string Sandbox::level() const {
  std::string out = landlock_ == 0            ? "files not enforced (no Landlock)"
                    : landlock_ >= kAbiScopes ? "files and signals"
                                              : "files";
  if (landlock_ > 0) {
    out += " (Landlock " + std::to_string(landlock_) + ")";
  }
  return out + (filter_ ? ", system calls (seccomp)" : ", system calls not enforced");
}

const sock_fprog* Sandbox::filter() const {
  return filter_ ? &filter_->program : nullptr;
}

Result<int> Sandbox::make_ruleset(const fs::path& directory, const std::vector<fs::path>& named) {
  if (landlock_ == 0) {
    return -1;
  }
  const auto refuse = [](std::string_view what) {
    return fail(Code::kIo, "SANDBOX_FAILED", std::string(what) + ": " + std::strerror(errno));
  };
  rules_.refresh();
  const std::uint64_t known = known_access(landlock_);
  RulesetForm form;
  form.files = known;
  form.scoped = landlock_ >= kAbiScopes ? kScopeSockets | kScopeSignals : 0;
  const std::size_t size = landlock_ >= kAbiScopes ? sizeof form : sizeof form.files;
  const long made = syscall(SYS_landlock_create_ruleset, &form, size, 0);
  if (made < 0) {
    return refuse("landlock_create_ruleset");
  }
  const int ruleset = static_cast<int>(made);
  // A rule that cannot be added leaves its file out of reach.
  for (const auto& rule : rules_.rules()) {
    (void)add_rule(ruleset, rule.fd, rule.access & known);
  }
  for (const auto& path : named) {
    if (const auto rule = rules_.named(path)) {
      (void)add_rule(ruleset, rule->fd, rule->access & known);
      close(rule->fd);
    }
  }
  const int own = open(directory.c_str(), O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  const bool added = own >= 0 && add_rule(ruleset, own, kAllFileAccess & known);
  if (own >= 0) {
    close(own);
  }
  if (!added) {
    close(ruleset);
    return refuse("landlock_add_rule");
  }
  return ruleset;
}

}  // namespace daybook::components
