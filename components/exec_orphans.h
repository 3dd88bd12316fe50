// What children leave behind. A process that leaves its group and its session is adopted by the
// server when its parent ends (PR_SET_CHILD_SUBREAPER). It may live on while the run that started
// it does: it carries that run's token in the environment that it was started with; without one it
// is killed. Private to components. Threads: the supervisor's.
#pragma once

#include <sys/types.h>

#include <functional>
#include <string_view>

namespace daybook::components {

class Orphans {
 public:
  // Makes the process the adopter of its orphans.
  static bool adopt();

  // One sweep: waits for what has ended, kills what belongs to no run; true when something may have
  // come to light by that, so that another sweep is needed soon. is_child: a process that the
  // runtime itself started and waits for. is_live: whether a run with this token is going on.
  // Thorough: over all processes of the machine, so that none is missed.
  static bool sweep(bool thorough, const std::function<bool(pid_t)>& is_child,
                    const std::function<bool(std::string_view)>& is_live);
};

}  // namespace daybook::components
