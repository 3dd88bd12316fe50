// One stream of random numbers: a seed gives one history. One thread, no lock.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/ids.h"

namespace daybook::simulation {

class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}

  std::uint64_t next() {  // splitmix64, as SeededEntropy
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15ULL);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31);
  }
  // Less than `end`, which is not zero.
  std::uint64_t below(std::uint64_t end) { return next() % end; }
  bool chance(std::uint64_t in_thousand) { return below(1000) < in_thousand; }
  // Of [low, high].
  std::uint64_t between(std::uint64_t low, std::uint64_t high) {
    return low + below(high - low + 1);
  }
  Duration between(Duration low, Duration high) {
    return Duration{low.value + static_cast<std::int64_t>(
                                    below(static_cast<std::uint64_t>(high.value - low.value) + 1))};
  }
  template <typename T>
  const T& of(const std::vector<T>& some) {
    return some[below(some.size())];
  }

 private:
  std::uint64_t state_;
};

}  // namespace daybook::simulation
