// What one thread sleeps on that waits for several things at once, each a bit. Nothing is lost:
// what rang while nobody listened for it is told by the next wait that does.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>

namespace daybook {

class Bell {
 public:
  using Sounds = unsigned;
  using TimePoint = std::chrono::steady_clock::time_point;

  // Any thread; costs a wake-up only when the sleeper listens for one of them.
  void ring(Sounds sounds) {
    {
      const std::lock_guard lock(mutex_);
      rung_ |= sounds;
      if ((listening_ & sounds) == 0) {
        return;
      }
      listening_ = 0;
    }
    wake_.notify_one();
  }

  // Until one of `sounds` has rung or `until` is over: those that have, none in the second case.
  // They are forgotten then, the others are not. One thread.
  Sounds wait(Sounds sounds, std::optional<TimePoint> until = {}) {
    std::unique_lock lock(mutex_);
    const auto rang = [&] { return (rung_ & sounds) != 0; };
    if (!rang()) {
      listening_ = sounds;
      if (until) {
        wake_.wait_until(lock, *until, rang);
      } else {
        wake_.wait(lock, rang);
      }
      listening_ = 0;
    }
    const Sounds out = rung_ & sounds;
    rung_ &= ~sounds;
    return out;
  }

 private:
  std::mutex mutex_;
  std::condition_variable wake_;
  Sounds rung_ = 0;
  Sounds listening_ = 0;  // of who sleeps
};

}  // namespace daybook
