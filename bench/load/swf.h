// The Standard Workload Format of the Parallel Workloads Archive: one job a line in 18 columns,
// comments start with ';', times in seconds, -1 where a value is unknown.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace daybook::bench {

struct SwfJob {
  std::int64_t id = 0;           // column 1
  std::int64_t submit = 0;       // 2: seconds since the start of the trace
  std::int64_t run_time = 0;     // 4: seconds; 0 when it is unknown
  std::int64_t processors = 0;   // 5
  std::int64_t user = 0;         // 12
  std::int64_t application = 0;  // 14; -1 when it is unknown
};

struct SwfTrace {
  std::vector<std::string> header;  // the comments, without ';'
  std::vector<SwfJob> jobs;         // by time of submission
  std::int64_t unix_start = 0;      // of the trace; 0 when the header does not say

  // The value of a header line "<name>: <value>"; empty when there is none.
  std::string_view header_value(std::string_view name) const;
};

// kMalformed, with the line, when a job has too few columns or a time that is not a number.
Result<SwfTrace> parse_swf(std::string_view text);

// Reads a file, compressed by gzip or not.
Result<SwfTrace> read_swf(const std::filesystem::path& file);

}  // namespace daybook::bench
