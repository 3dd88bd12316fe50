#include "components/sandbox.h"

#include <fcntl.h>
#include <linux/filter.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "components/call_filter.h"

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

}  // namespace

struct Sandbox::Filter {
  std::vector<sock_filter> code;
  sock_fprog program{};
};

Sandbox::Sandbox(const FileAccess& access)
    : landlock_(probe_landlock()),
      rules_({canonical(access.hidden), canonical(access.writable), canonical(access.grantable)}) {
  // PR_GET_SECCOMP fails with EINVAL where the kernel has no seccomp.
  auto code = call_filter({getpid(), getpgrp(), landlock_ >= kAbiScopes});
  if (code.empty() || prctl(PR_GET_SECCOMP, 0, 0, 0, 0) < 0) {
    return;
  }
  filter_ = std::make_unique<Filter>();
  filter_->code = std::move(code);
  filter_->program = {static_cast<std::uint16_t>(filter_->code.size()), filter_->code.data()};
}

Sandbox::~Sandbox() = default;

std::string Sandbox::level() const {
  std::string out = landlock_ == 0            ? "files not enforced (no Landlock)"
                    : landlock_ >= kAbiScopes ? "files and signals"
                                              : "files, but not signals";
  if (landlock_ > 0) {
    out += " (Landlock " + std::to_string(landlock_) + ")";
  }
  return out + (filter_ ? ", system calls (seccomp)" : ", system calls not enforced");
}

const sock_fprog* Sandbox::filter() const {
  return filter_ ? &filter_->program : nullptr;
}

// Of everything that the run names; a thing to read that cannot be reached stays so.
Status Sandbox::add_reach(int ruleset, const Reach& reach, std::uint64_t known) const {
  const auto add = [&](const FileRule& rule) {
    const bool added = add_rule(ruleset, rule.fd, rule.access & known);
    close(rule.fd);
    return added;
  };
  for (const auto& path : reach.named) {
    if (const auto rule = rules_.named(path)) {
      (void)add(*rule);
    }
  }
  for (const auto& path : reach.writable) {
    const auto rule = rules_.granted(path);
    if (!rule || !add(*rule)) {
      return fail(Code::kDenied, "NOT_PERMITTED",
                  path.string() + " is not there, or leads where this server lets nobody write.",
                  "writable");
    }
  }
  return {};
}

Result<int> Sandbox::make_ruleset(const Reach& reach) {
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
  if (auto reached = add_reach(ruleset, reach, known); !reached) {
    close(ruleset);
    return tl::unexpected(std::move(reached).error());
  }
  const int own = open(reach.directory.c_str(), O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
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
