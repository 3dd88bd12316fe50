// Starts a child process: all that it needs is worked out before, so that between clone and exec
// there are only system calls; the child borrows the parent's memory until then (like vfork), so a
// large server starts children as fast as a small one. Private to components.
//
// The child: own session and process group, dies with its parent thread (PR_SET_PDEATHSIG), default
// signals, no descriptors but 0-2, resource limits, no capabilities, no new privileges, the
// sandbox's rules.
// Threads: one, which must live as long as its children, and blocks all signals.
#pragma once

#include <sys/resource.h>
#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "components/exec_spec.h"
#include "components/exec_user.h"

struct sock_fprog;

namespace daybook::components {

// Descriptors are borrowed and at least 3.
struct ChildPlan {
  std::vector<std::string> argv;
  std::vector<std::string> env;  // "NAME=value"
  std::string search_path;       // where a program without '/' is looked for, colon-separated
  std::string directory;
  ExecLimits limits;
  std::uint64_t data_bytes = 0;      // memory of a process that is not shared; zero: no limit
  std::uint64_t threads_beside = 0;  // that the child's user has already, or soon may have
  int stdin_fd = -1;
  int stdout_fd = -1;
  int stderr_fd = -1;
  int ruleset = -1;  // Landlock; -1: none
  const sock_fprog* filter = nullptr;
  std::optional<ExecUser> user;
};

// Where starting stopped.
enum class ChildStep : int {
  kNone,
  kClone,
  kSession,
  kDescriptors,
  kDirectory,
  kLimits,
  kUser,
  kParent,
  kSandbox,
  kExec,
};
std::string_view step_name(ChildStep step);

struct ChildStart {
  pid_t pid = -1;  // -1: it was not started, and nothing of it is left
  ChildStep step = ChildStep::kNone;
  int error = 0;  // errno of that step
};

class ChildStarter {
 public:
  ChildStarter();
  ~ChildStarter();
  ChildStarter(const ChildStarter&) = delete;
  ChildStarter& operator=(const ChildStarter&) = delete;

  ChildStart start(const ChildPlan& plan);

 private:
  void* stack_;
};

}  // namespace daybook::components
