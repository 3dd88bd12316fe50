// How the program ends. The table for users is in docs/operations.md.
#pragma once

#include "base/error.h"

namespace daybook::cli {

enum class Exit : int {
  kOk = 0,
  kFailure = 1,  // none of the below
  kUsage = 2,    // the command line, a manifest or a field is wrong: fix it
  kNotFound = 3,
  kConflict = 4,         // the state forbids it
  kUnreachable = 5,      // no server answered at that address
  kVerification = 6,     // bytes are not what was written, or two builds of the same log differ
  kDenied = 7,           // no valid token, or a permission is missing
  kTryLater = 8,         // a limit, a full disk, a stopping server, or the wait was over
  kJobNotCompleted = 9,  // the job that was waited for failed or was cancelled
};

// Reasons that do not come from the server.
inline constexpr const char* kReasonUnreachable = "SERVER_UNREACHABLE";
inline constexpr const char* kReasonJobNotCompleted = "JOB_NOT_COMPLETED";

Exit exit_for(const Error& error);

// How `serve` ends when the write path failed (I15): 71 I/O, 72 corrupt, 73 no space, 74 another
// writer, 70 otherwise.
int fatal_exit_for(const Error& error);

}  // namespace daybook::cli
