#include "bench/peers/client/latency.h"

#include <algorithm>
#include <cmath>

namespace daybook::peers {

double Latency::percentile_us(double percent) const {
  if (ns_.empty()) {
    return 0;
  }
  const double exact = std::ceil(static_cast<double>(ns_.size()) * percent / 100.0);
  const auto rank = std::max<std::size_t>(1, static_cast<std::size_t>(exact)) - 1;
  const auto at = ns_.begin() + static_cast<std::ptrdiff_t>(std::min(rank, ns_.size() - 1));
  std::nth_element(ns_.begin(), at, ns_.end());
  return static_cast<double>(*at) / 1000.0;
}

}  // namespace daybook::peers
