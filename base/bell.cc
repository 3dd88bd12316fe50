#include "base/bell.h"

#include <linux/futex.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>

#include "base/check.h"

namespace daybook {
namespace {

constexpr std::uint32_t kRung = 0xffff;
constexpr unsigned kListened = 16;

long futex(std::atomic<std::uint32_t>& word, int operation, std::uint32_t value,
           const timespec* until) {
  static_assert(sizeof(word) == sizeof(std::uint32_t), "the kernel looks at the number itself");
  return ::syscall(SYS_futex, reinterpret_cast<std::uint32_t*>(&word),
                   operation | FUTEX_PRIVATE_FLAG, value, until, nullptr, FUTEX_BITSET_MATCH_ANY);
}

// False once `until` is over. The steady clock is the one that the kernel takes here.
bool sleep_while(std::atomic<std::uint32_t>& word, std::uint32_t value,
                 const std::optional<Bell::TimePoint>& until) {
  timespec at{};
  if (until) {
    const auto since = until->time_since_epoch();
    const auto whole = std::chrono::duration_cast<std::chrono::seconds>(since);
    if (since.count() <= 0) {
      return false;
    }
    at.tv_sec = whole.count();
    at.tv_nsec = std::chrono::nanoseconds(since - whole).count();
  }
  const long slept = futex(word, FUTEX_WAIT_BITSET, value, until ? &at : nullptr);
  return slept == 0 || errno != ETIMEDOUT;
}

}  // namespace

void Bell::ring(Sounds sounds) {
  DAYBOOK_CHECK((sounds & ~kRung) == 0, "a sound is one of the lower bits");
  std::uint32_t was = state_.load(std::memory_order_relaxed);
  std::uint32_t is = 0;
  bool wake = false;
  do {
    wake = ((was >> kListened) & sounds) != 0;
    is = (wake ? was & kRung : was) | sounds;  // one wake-up is enough
  } while (!state_.compare_exchange_weak(was, is, std::memory_order_acq_rel));
  if (wake) {
    futex(state_, FUTEX_WAKE, 1, nullptr);
  }
}

Bell::Sounds Bell::wait(Sounds sounds, std::optional<TimePoint> until) {
  std::uint32_t was = state_.load(std::memory_order_relaxed);
  for (bool over = false;;) {
    const Sounds out = was & sounds;
    if (out != 0 || over) {
      if (state_.compare_exchange_weak(was, was & kRung & ~sounds, std::memory_order_acq_rel)) {
        return out;
      }
      continue;
    }
    const std::uint32_t asleep = (was & kRung) | (sounds << kListened);
    if (state_.compare_exchange_weak(was, asleep, std::memory_order_acq_rel)) {
      over = !sleep_while(state_, asleep, until);
      was = state_.load(std::memory_order_relaxed);
    }
  }
}

Bell::Sounds Bell::take(Sounds sounds) {
  return state_.fetch_and(~(sounds & kRung), std::memory_order_acq_rel) & sounds & kRung;
}

}  // namespace daybook
