// What went wrong, in a form the caller can act on.
//
// The code says what the caller should do; the reason is a stable upper-case identifier that
// clients may match (listed in docs/http-api.md); the field names the input member or line at
// fault, empty when there is none.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace daybook {

enum class Code {
  kMalformed,       // the request cannot be read: fix its form (HTTP 400)
  kInvalid,         // a field is wrong: fix the field (422)
  kNotFound,        // no such thing (404)
  kConflict,        // the state forbids it: read again, decide again (409)
  kTooLarge,        // over a size limit (413)
  kUnsupported,     // a media type or feature that is not offered (415)
  kExhausted,       // a limit is reached: back off and try again (429)
  kUnavailable,     // not now: try the same again (503)
  kUnknownOutcome,  // it may or may not have happened: repeat with the same idempotency key (503)
  kNoSpace,         // the disk is at its watermark: free space, then try again (507)
  kUnauthorized,    // it is not known who asks (401)
  kDenied,          // not permitted (403)
  kIo,              // the device failed: stop
  kCorrupt,         // stored bytes are not what was written: stop and call a person
  kShutdown,        // the server is stopping (503)
  kInternal,        // a bug
};

// "invalid", "not-found", …: for logs and messages.
std::string_view code_name(Code code);

struct Error {
  Code code = Code::kInternal;
  std::string reason;   // e.g. "DEFINITION_NOT_FOUND"
  std::string message;  // one sentence for a person
  std::string field;    // e.g. "retry.maxAttempts" or "h_manifest.yaml:12"
  // Of kExhausted and kUnavailable, when it is known: how long to wait before the next try.
  std::int64_t retry_after_us = 0;

  // "<reason>: <message> (<field>)"
  std::string text() const;
};

Error make_error(Code code, std::string_view reason, std::string_view message,
                 std::string_view field = {});

}  // namespace daybook
