#include "base/check.h"

#include <cstdio>
#include <cstdlib>

namespace daybook {

void check_failed(std::string_view condition, std::string_view text, const char* file, int line) {
  std::fprintf(stderr, "daybook: CHECK failed at %s:%d: %.*s: %.*s\n", file, line,
               static_cast<int>(condition.size()), condition.data(), static_cast<int>(text.size()),
               text.data());
  std::fflush(stderr);
  std::abort();
}

}  // namespace daybook
