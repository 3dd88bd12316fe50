// Wall time that has passed, and processor time that a thread took, in seconds.
#pragma once

#include <chrono>
#include <ctime>

namespace daybook::bench {

inline double seconds_since(std::chrono::steady_clock::time_point from) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - from).count();
}

// Of the calling thread, since it began.
inline double thread_cpu_seconds() {
  timespec spent{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &spent);
  return static_cast<double>(spent.tv_sec) + static_cast<double>(spent.tv_nsec) / 1e9;
}

}  // namespace daybook::bench
