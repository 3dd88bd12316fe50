#include "tools/daybook/exit_code.h"

namespace daybook::cli {

Exit exit_for(const Error& error) {
  if (error.reason == kReasonUnreachable) {
    return Exit::kUnreachable;
  }
  if (error.reason == kReasonJobNotCompleted) {
    return Exit::kJobNotCompleted;
  }
  switch (error.code) {
    case Code::kMalformed:
    case Code::kInvalid:
    case Code::kTooLarge:
    case Code::kUnsupported:
      return Exit::kUsage;
    case Code::kNotFound:
      return Exit::kNotFound;
    case Code::kConflict:
      return Exit::kConflict;
    case Code::kExhausted:
    case Code::kUnavailable:
    case Code::kUnknownOutcome:
    case Code::kNoSpace:
    case Code::kShutdown:
      return Exit::kTryLater;
    case Code::kUnauthorized:
    case Code::kDenied:
      return Exit::kDenied;
    case Code::kCorrupt:
      return Exit::kVerification;
    case Code::kIo:
    case Code::kInternal:
      return Exit::kFailure;
  }
  return Exit::kFailure;
}

int fatal_exit_for(const Error& error) {
  switch (error.code) {
    case Code::kIo:
      return 71;
    case Code::kCorrupt:
      return 72;
    case Code::kNoSpace:
      return 73;
    case Code::kConflict:
      return 74;
    default:
      return 70;
  }
}

}  // namespace daybook::cli
