// Durations in log-linear classes (after HdrHistogram): exact below 64 us, then 32 classes for each
// power of two, so a class is at most 1/32 wide and its middle at most 1.6 % off. Mergeable: the
// histogram of two minutes is their sum. Private to projections/.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"

namespace daybook::projections {

class Scan;

class Histogram {
 public:
  // Negative durations count as zero.
  void add(Duration duration);
  void merge(const Histogram& other);

  std::uint64_t count() const { return count_; }
  // The duration that a part `q` (0 to 1) of all do not exceed; nothing when it is empty.
  std::optional<Duration> quantile(double q) const;

  // Classes in ascending order: varint number of classes, then for each the distance to the class
  // before and the count.
  void encode(std::string& out) const;
  bool decode(Scan& scan);

  static std::uint32_t class_of(std::uint64_t us);
  // The middle of a class.
  static std::uint64_t value_of(std::uint32_t number);

 private:
  struct Class {
    std::uint32_t number;
    std::uint64_t count;
  };

  std::vector<Class> classes_;  // ascending; only those that are not empty
  std::uint64_t count_ = 0;
};

}  // namespace daybook::projections
