// Which system calls a child may make, as a program for seccomp. What it leaves out is refused with
// EPERM, as for want of a right; what this build does not know yet with ENOSYS, as on an older
// kernel. docs/components.md has the table for people. Private to components. Threads: one.
//
// A call by which one process reaches another of the same user is refused unless its arguments name
// the caller itself: limits, priority, scheduling, memory. Landlock does not look at these.
#pragma once

#include <linux/filter.h>
#include <sys/types.h>

#include <vector>

namespace daybook::components {

struct FilterOptions {
  pid_t server = 0;        // no child signals it
  pid_t server_group = 0;  // nor its group
  // Landlock keeps signals within the run; without it calls are refused that reach a process by a
  // number or a descriptor which the filter cannot tell.
  bool signals_scoped = false;
};

// Empty where this processor's calls are not known.
std::vector<sock_filter> call_filter(const FilterOptions& options);

}  // namespace daybook::components
