#include "api/http_metrics.h"

#include <algorithm>

namespace daybook::api {

HttpMetrics::HttpMetrics(std::size_t routes)
    : routes_(routes), counts_(std::make_unique<Count[]>((routes + 1) * kClasses)) {}

void HttpMetrics::answered(std::size_t route, int status, Duration took) {
  if (status == 403) {
    forbidden.fetch_add(1, std::memory_order_relaxed);
  }
  const auto status_class = static_cast<std::size_t>(std::clamp(status / 100, 1, 5) - 1);
  counts_[std::min(route, routes_) * kClasses + status_class].fetch_add(1,
                                                                        std::memory_order_relaxed);
  const auto bucket =
      std::lower_bound(kBounds.begin(), kBounds.end(), took.value) - kBounds.begin();
  buckets_[static_cast<std::size_t>(bucket)].fetch_add(1, std::memory_order_relaxed);
  sum_us_.fetch_add(static_cast<std::uint64_t>(std::max<std::int64_t>(took.value, 0)),
                    std::memory_order_relaxed);
}

std::uint64_t HttpMetrics::count(std::size_t route, std::size_t status_class) const {
  return counts_[route * kClasses + status_class].load(std::memory_order_relaxed);
}

}  // namespace daybook::api
