// What a child is kept from: Landlock rules for files, signals and abstract sockets, a list of
// system calls, and no_new_privs. Each is enforced where the kernel has it; level() says what that
// is, for the server to state at start. Private to components. Threads: one.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "components/sandbox_rules.h"

struct sock_fprog;

namespace daybook::components {

class Sandbox {
 public:
  // What one run may reach beside what all may.
  struct Reach {
    std::filesystem::path directory;                // its own, to write to
    std::vector<std::filesystem::path> named;       // to read, unless they are hidden
    std::vector<std::filesystem::path> writable{};  // to write to, where that may be granted
  };

  // The paths need not be canonical.
  explicit Sandbox(const FileAccess& access);
  ~Sandbox();
  Sandbox(const Sandbox&) = delete;
  Sandbox& operator=(const Sandbox&) = delete;

  bool files_enforced() const { return landlock_ > 0; }
  // "files and signals (Landlock 7), system calls (seccomp)".
  std::string level() const;

  // -1 where the kernel has no Landlock. The caller closes it. kDenied NOT_PERMITTED for what may
  // not be written to.
  Result<int> make_ruleset(const Reach& reach);
  // The system call filter, or null where the kernel has none.
  const sock_fprog* filter() const;

 private:
  struct Filter;
  Status add_reach(int ruleset, const Reach& reach, std::uint64_t known) const;

  const int landlock_;  // ABI version, 0: none
  FileRules rules_;
  std::unique_ptr<Filter> filter_;
};

}  // namespace daybook::components
