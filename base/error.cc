#include "base/error.h"

namespace daybook {

std::string_view code_name(Code code) {
  switch (code) {
    case Code::kMalformed:
      return "malformed";
    case Code::kInvalid:
      return "invalid";
    case Code::kNotFound:
      return "not-found";
    case Code::kConflict:
      return "conflict";
    case Code::kTooLarge:
      return "too-large";
    case Code::kUnsupported:
      return "unsupported";
    case Code::kExhausted:
      return "exhausted";
    case Code::kUnavailable:
      return "unavailable";
    case Code::kUnknownOutcome:
      return "unknown-outcome";
    case Code::kNoSpace:
      return "no-space";
    case Code::kUnauthorized:
      return "unauthorized";
    case Code::kDenied:
      return "denied";
    case Code::kIo:
      return "io";
    case Code::kCorrupt:
      return "corrupt";
    case Code::kShutdown:
      return "shutdown";
    case Code::kInternal:
      return "internal";
  }
  return "internal";
}

std::string Error::text() const {
  std::string out = reason.empty() ? std::string(code_name(code)) : reason;
  out += ": ";
  out += message;
  if (!field.empty()) {
    out += " (";
    out += field;
    out += ")";
  }
  return out;
}

Error make_error(Code code, std::string_view reason, std::string_view message,
                 std::string_view field) {
  return Error{code, std::string(reason), std::string(message), std::string(field)};
}

}  // namespace daybook
