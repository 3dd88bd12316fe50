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
  Sandbox(const std::vector<std::filesystem::path>& hidden,
          const std::vector<std::filesystem::path>& writable);
  ~Sandbox();
  Sandbox(const Sandbox&) = delete;
  Sandbox& operator=(const Sandbox&) = delete;

  bool files_enforced() const { return landlock_ > 0; }
  // "files and signals (Landlock 7), system calls (seccomp)".
  std::string level() const;

  // A rule set that lets `directory` be written besides, and `named` be read unless they are
  // hidden; -1 where the kernel has no Landlock. The caller closes it.
  Result<int> make_ruleset(const std::filesystem::path& directory,
                           const std::vector<std::filesystem::path>& named);
  // The system call filter, or null where the kernel has none.
  const sock_fprog* filter() const;

 private:
  struct Filter;
  const int landlock_;  // ABI version, 0: none
  FileRules rules_;
  std::unique_ptr<Filter> filter_;
};

}  // namespace daybook::components
