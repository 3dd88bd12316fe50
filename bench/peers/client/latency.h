// The times of single requests, all of them kept: percentiles are exact.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace daybook::peers {

class Latency {
 public:
  void record(std::chrono::nanoseconds took) { ns_.push_back(took.count()); }

  std::size_t count() const { return ns_.size(); }
  // In microseconds: the smallest time that `percent` of all do not exceed; zero when there is
  // none.
  double percentile_us(double percent) const;

 private:
  mutable std::vector<std::int64_t> ns_;  // sorted in part by percentile_us()
};

}  // namespace daybook::peers
