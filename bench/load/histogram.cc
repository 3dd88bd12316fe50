#include "bench/load/histogram.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace daybook::bench {
namespace {

// Values below kExact have a bucket each; above, every power of two has kParts of them.
constexpr std::uint64_t kExact = 256;
constexpr std::uint64_t kParts = 128;
constexpr std::size_t kExactBits = 8;

}  // namespace

Histogram::Histogram() : buckets_(kExact + (64 - kExactBits) * kParts) {}

std::size_t Histogram::bucket(std::uint64_t ns) {
  if (ns < kExact) {
    return ns;
  }
  const auto shift = static_cast<std::size_t>(std::bit_width(ns)) - kExactBits;
  return kExact + (shift - 1) * kParts + (ns >> shift) - kParts;
}

std::uint64_t Histogram::top(std::size_t bucket) {
  if (bucket < kExact) {
    return bucket;
  }
  const std::size_t shift = (bucket - kExact) / kParts + 1;
  const std::uint64_t part = (bucket - kExact) % kParts + kParts;
  return ((part + 1) << shift) - 1;
}

void Histogram::record(std::int64_t ns) {
  const std::uint64_t value = ns < 0 ? 0 : static_cast<std::uint64_t>(ns);
  ++buckets_[bucket(value)];
  ++count_;
  max_ = std::max(max_, value);
}

void Histogram::merge(const Histogram& other) {
  for (std::size_t i = 0; i < buckets_.size(); ++i) {
    buckets_[i] += other.buckets_[i];
  }
  count_ += other.count_;
  max_ = std::max(max_, other.max_);
}

double Histogram::percentile_us(double percent) const {
  const double exact = std::ceil(static_cast<double>(count_) * percent / 100.0);
  const auto wanted = std::max<std::uint64_t>(1, static_cast<std::uint64_t>(exact));
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < buckets_.size(); ++i) {
    seen += buckets_[i];
    if (seen >= wanted) {
      return static_cast<double>(std::min(top(i), max_)) / 1000.0;
    }
  }
  return 0;
}

}  // namespace daybook::bench
