// Durations, counted in constant memory to one part in 128 of their value.
#pragma once

#include <cstdint>
#include <vector>

namespace daybook::bench {

// One thread; merge() brings several together.
class Histogram {
 public:
  Histogram();

  // Nanoseconds; negative ones count as zero.
  void record(std::int64_t ns);
  void merge(const Histogram& other);

  std::uint64_t count() const { return count_; }
  // The duration in microseconds that `percent` of all do not exceed; zero when there is none.
  double percentile_us(double percent) const;
  double max_us() const { return static_cast<double>(max_) / 1000.0; }

 private:
  static std::size_t bucket(std::uint64_t ns);
  // The highest value that falls into a bucket.
  static std::uint64_t top(std::size_t bucket);

  std::vector<std::uint64_t> buckets_;
  std::uint64_t count_ = 0;
  std::uint64_t max_ = 0;
};

}  // namespace daybook::bench
