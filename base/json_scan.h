// Passing over parts of JSON text that was checked (json_check.h). Private to base/.
#pragma once

#include <cstddef>
#include <cstring>

namespace daybook {

// One past the closing quote of the string that begins at `at`, which is closed before `end`. A
// quote is one of the text itself when an odd number of backslashes stands before it.
inline const char* json_string_end(const char* at, const char* end) {
  for (const char* quote = at + 1;; ++quote) {
    quote =
        static_cast<const char*>(std::memchr(quote, '"', static_cast<std::size_t>(end - quote)));
    const char* before = quote;
    while (before[-1] == '\\') {
      --before;
    }
    if ((quote - before) % 2 == 0) {
      return quote + 1;
    }
  }
}

}  // namespace daybook
