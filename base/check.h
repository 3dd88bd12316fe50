// DAYBOOK_CHECK(condition, "text"): an invariant of the program, on in every build.
//
// A failed check is a bug or corrupted memory, never a user's mistake: it prints the condition, the
// place and the text to stderr and aborts. Recovery from the log decides what is true (I15).
#pragma once

#include <string_view>

namespace daybook {

[[noreturn]] void check_failed(std::string_view condition, std::string_view text, const char* file,
                               int line);

}  // namespace daybook

#define DAYBOOK_CHECK(condition, text)                               \
  do {                                                               \
    if (!(condition)) [[unlikely]] {                                 \
      ::daybook::check_failed(#condition, text, __FILE__, __LINE__); \
    }                                                                \
  } while (false)
