// What an exec component says of itself:
//   {"command": ["argv0", …], "env"?: {…}, "workingDirectory"?, "limits"?: {memoryMb, cpuSeconds,
//    openFiles, processes}, "timeout"?, "output"?: "json" | "text" | "none", "user"?,
//    "writable"?: ["/path", …]}
// Private to components.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/ids.h"
#include "base/limits/components.h"
#include "base/result.h"

namespace daybook::components {

// Soft limits of the child; what the system itself grants less of stays less.
struct ExecLimits {
  std::uint64_t memory_bytes = 0;  // address space; zero: none of its own
  std::uint64_t cpu_seconds = 3600;
  std::uint64_t open_files = 1024;
  std::uint64_t processes = kExecProcessesDefault;  // of the run, and their threads
};

// What becomes of what the program prints on stdout.
enum class ExecOutput : std::uint8_t {
  kJson,  // the result, and effects
  kText,  // the result, as a text
  kNone,  // nothing
};

struct ExecSpec {
  std::vector<std::string> command;
  std::vector<std::pair<std::string, std::string>> env;
  std::string working_directory;  // absolute; empty: the run's private one
  ExecLimits limits;
  Duration timeout;  // zero: none of its own
  ExecOutput output = ExecOutput::kJson;
  std::string user;                   // empty: as the server's settings say
  std::vector<std::string> writable;  // absolute, without "." and ".."
};

class Faults;

// Of no use when it leaves faults.
ExecSpec parse_exec_spec(std::string_view json, Faults& faults);

}  // namespace daybook::components
