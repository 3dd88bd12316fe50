// What one thread sleeps on that waits for several things at once, each a bit. Nothing is lost:
// what rang while nobody listened for it is told by the next wait that does.
//
// A word of memory and Linux's futex: a condition variable would cost its sleeper two system calls
// more each time, for the mutex that it takes when it wakes.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>

namespace daybook {

class Bell {
 public:
  using Sounds = std::uint32_t;  // of the lower 16 bits
  using TimePoint = std::chrono::steady_clock::time_point;

  Bell() = default;
  Bell(const Bell&) = delete;
  Bell& operator=(const Bell&) = delete;

  // Any thread; costs a system call only when the sleeper listens for one of them. What was written
  // before it is seen by who waited for it.
  void ring(Sounds sounds);
  // Until one of `sounds` has rung or `until` is over: those that have, none in the second case.
  // They are forgotten then, the others are not. One thread.
  Sounds wait(Sounds sounds, std::optional<TimePoint> until = {});
  // Those that have rung, without waiting.
  Sounds take(Sounds sounds);

 private:
  // The lower half: what has rung; the upper: what is listened for.
  std::atomic<std::uint32_t> state_{0};
};

}  // namespace daybook
