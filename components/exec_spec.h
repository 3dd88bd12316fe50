// What an exec component says of itself:
//   {"command": ["argv0", …], "env"?: {…}, "workingDirectory"?, "limits"?: {memoryMb, cpuSeconds,
//   openFiles, processes},
//    "timeout"?}
// Private to components.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/ids.h"
#include "base/result.h"

namespace daybook::components {

// Soft limits of the child; what the system itself grants less of stays less.
struct ExecLimits {
  std::uint64_t memory_bytes = 0;  // address space; zero: the server's own limit
  std::uint64_t cpu_seconds = 3600;
  std::uint64_t open_files = 1024;
  std::uint64_t processes = 0;  // of the child's user, machine-wide; zero: the server's own limit
};

struct ExecSpec {
  std::vector<std::string> command;
  std::vector<std::pair<std::string, std::string>> env;
  std::string working_directory;  // absolute; empty: the run's private one
  ExecLimits limits;
  Duration timeout;  // zero: none of its own
};

Result<ExecSpec> parse_exec_spec(std::string_view json);

}  // namespace daybook::components
