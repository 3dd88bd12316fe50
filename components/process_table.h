// What /proc says of the processes of this machine. A process that ends meanwhile is left out.
// Private to components. Threads: any.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/ids.h"

namespace daybook::components {

struct Process {
  pid_t pid = -1;
  pid_t parent = -1;
  pid_t session = -1;
  std::uint64_t threads = 0;
};

// One look at each of them: a few microseconds a process.
std::vector<Process> all_processes();

// Children of this process, whichever of its threads started or adopted them. Quick: from the
// kernel's own lists, which may miss one while others come and go.
std::vector<Process> own_children();
std::vector<Process> own_children_quick();

// The value of that variable in the environment that the process was started with; "" when it is
// absent or cannot be read.
std::string environment_of(pid_t pid, std::string_view variable);

// Processes and their threads below each of `roots`, and in sessions that they lead.
std::uint64_t threads_below(const std::vector<Process>& all, const std::vector<pid_t>& roots);

// How many threads a user has on this machine, which is what the kernel's limit of processes
// counts. A look at all of them is not cheap, so it is kept for a second.
class ThreadCount {
 public:
  std::uint64_t of(uid_t user, Micros steady);

 private:
  struct Counted {
    Micros at;
    std::uint64_t threads = 0;
  };
  std::map<uid_t, Counted> counted_;
};

}  // namespace daybook::components
