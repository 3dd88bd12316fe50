// Passing over parts of JSON text. Private to base/.
#pragma once

#include <cstddef>
#include <cstring>

namespace daybook {

// One past the closing quote of the string that begins at `at`; `end` when it is cut before that. A
// quote is one of the text itself when an odd number of backslashes stands before it.
inline const char* json_string_end(const char* at, const char* end) {
  for (const char* quote = at + 1; quote < end; ++quote) {
    quote =
        static_cast<const char*>(std::memchr(quote, '"', static_cast<std::size_t>(end - quote)));
    if (quote == nullptr) {
      break;
    }
    const char* before = quote;
    while (before[-1] == '\\') {
      --before;
    }
    if ((quote - before) % 2 == 0) {
      return quote + 1;
    }
  }
  return end;
}

}  // namespace daybook
