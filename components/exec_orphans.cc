#include "components/exec_orphans.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <vector>

#include "components/process_table.h"

namespace daybook::components {
namespace {

// Those of our children that have a session of their own: what other code of this process starts
// stays in ours.
std::vector<pid_t> adopted(bool thorough) {
  std::vector<pid_t> out;
  const pid_t session = getsid(0);
  for (const Process& process : thorough ? own_children() : own_children_quick()) {
    if (process.session != session) {
      out.push_back(process.pid);
    }
  }
  return out;
}

}  // namespace

bool Orphans::adopt() {
  return prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0;
}

bool Orphans::sweep(bool thorough, const std::function<bool(pid_t)>& is_child,
                    const std::function<bool(std::string_view)>& is_live) {
  siginfo_t info{};
  if (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) != 0 && errno == ECHILD) {
    return false;  // no children at all
  }
  bool again = false;
  for (const pid_t pid : adopted(thorough)) {
    if (is_child(pid)) {
      continue;
    }
    const auto token = environment_of(pid, "DAYBOOK_TOKEN");
    if (!token.empty() && is_live(token)) {
      continue;
    }
    // A zombie has no environment any more. Ending a process hands its own children to us: look
    // again.
    (void)kill(pid, SIGKILL);
    (void)waitpid(pid, nullptr, WNOHANG);
    again = true;
  }
  return again;
}

}  // namespace daybook::components
