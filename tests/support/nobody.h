// What only shows for a user without rights, also where the tests run as root. Header-only; for
// programs with one thread.
#pragma once

#include <grp.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>

namespace daybook::test {

inline constexpr uid_t kNobody = 65'534;

// What `check` says in a process of its own, as nobody if this one is root's.
inline bool as_nobody(const std::function<bool()>& check) {
  const pid_t child = fork();
  if (child == 0) {
    const bool changed = geteuid() != 0 ||
                         (setgroups(0, nullptr) == 0 && setresgid(kNobody, kNobody, kNobody) == 0 &&
                          setresuid(kNobody, kNobody, kNobody) == 0);
    _exit(changed && check() ? 0 : 1);
  }
  int status = 1;
  return child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status) &&
         WEXITSTATUS(status) == 0;
}

}  // namespace daybook::test
