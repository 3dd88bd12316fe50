#include "projections/histogram.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "projections/bytes.h"

namespace daybook::projections {
namespace {

constexpr std::uint64_t kExact = 64;
constexpr unsigned kSubBits = 5;  // 32 classes for each power of two

}  // namespace

std::uint32_t Histogram::class_of(std::uint64_t us) {
  if (us < kExact) {
    return static_cast<std::uint32_t>(us);
  }
  const unsigned shift = static_cast<unsigned>(std::bit_width(us)) - 1 - kSubBits;
  return static_cast<std::uint32_t>((std::uint64_t{shift} << kSubBits) + (us >> shift));
}

std::uint64_t Histogram::value_of(std::uint32_t number) {
  if (number < kExact) {
    return number;
  }
  const unsigned shift = (number >> kSubBits) - 1;
  const std::uint64_t base = number - (std::uint64_t{shift} << kSubBits);
  return (base << shift) + ((std::uint64_t{1} << shift) >> 1);
}

void Histogram::add(Duration duration) {
  const std::uint32_t number =
      class_of(static_cast<std::uint64_t>(std::max<std::int64_t>(duration.value, 0)));
  ++count_;
  auto it = std::lower_bound(classes_.begin(), classes_.end(), number,
                             [](const Class& c, std::uint32_t n) { return c.number < n; });
  if (it == classes_.end() || it->number != number) {
    it = classes_.insert(it, {number, 0});
  }
  ++it->count;
}

void Histogram::merge(const Histogram& other) {
  std::vector<Class> both;
  both.reserve(classes_.size() + other.classes_.size());
  auto a = classes_.cbegin();
  auto b = other.classes_.cbegin();
  while (a != classes_.end() || b != other.classes_.end()) {
    if (b == other.classes_.end() || (a != classes_.end() && a->number < b->number)) {
      both.push_back(*a++);
    } else if (a == classes_.end() || b->number < a->number) {
      both.push_back(*b++);
    } else {
      both.push_back({a->number, a->count + b->count});
      ++a;
      ++b;
    }
  }
  classes_ = std::move(both);
  count_ += other.count_;
}

std::optional<Duration> Histogram::quantile(double q) const {
  if (count_ == 0) {
    return std::nullopt;
  }
  const double wanted = std::ceil(q * static_cast<double>(count_));
  std::uint64_t left = std::clamp<std::uint64_t>(static_cast<std::uint64_t>(wanted), 1, count_);
  for (const Class& c : classes_) {
    if (left <= c.count) {
      return Duration{static_cast<std::int64_t>(value_of(c.number))};
    }
    left -= c.count;
  }
  return std::nullopt;
}

void Histogram::encode(std::string& out) const {
  Put put(out);
  put.varint(classes_.size());
  std::uint32_t before = 0;
  for (const Class& c : classes_) {
    put.varint(c.number - before).varint(c.count);
    before = c.number;
  }
}

bool Histogram::decode(Scan& scan) {
  classes_.clear();
  count_ = 0;
  std::uint32_t number = 0;
  for (std::uint64_t left = scan.varint(); left > 0 && scan.ok(); --left) {
    number += static_cast<std::uint32_t>(scan.varint());
    classes_.push_back({number, scan.varint()});
    count_ += classes_.back().count;
  }
  return scan.ok();
}

}  // namespace daybook::projections
