// Wall time that has passed, in seconds.
#pragma once

#include <chrono>

namespace daybook::bench {

inline double seconds_since(std::chrono::steady_clock::time_point from) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - from).count();
}

}  // namespace daybook::bench
