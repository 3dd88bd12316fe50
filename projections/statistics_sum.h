// The buckets of several definitions added up: what a caller may read, all together. Histograms
// add, so percentiles are as exact as those of one definition. Private to projections/.
#pragma once

#include <map>

#include "projections/statistics_series.h"
#include "projections/visible.h"

namespace daybook::projections {

// The first `buckets_max` of all buckets that are handed to it.
class StatisticsSum final : public StatisticsTaker {
 public:
  explicit StatisticsSum(std::size_t buckets_max) : buckets_max_(buckets_max) {}
  bool wants(std::uint32_t bucket) const override;
  void take(const StatisticsDefinition& definition, std::uint32_t bucket,
            StatisticsBucket what) override;
  const std::map<std::uint32_t, StatisticsBucket>& buckets() const { return buckets_; }

 private:
  std::size_t buckets_max_;
  std::map<std::uint32_t, StatisticsBucket> buckets_;
};

// Definitions with buckets from `begin` on that are visible, in the order of their names. kInvalid
// "TOO_MANY_DEFINITIONS" when more than kStatisticsDefinitionsMax are visible.
Result<std::vector<StatisticsDefinition>> summed_definitions(const View& view,
                                                             const Visible& visible,
                                                             const StatisticsWindow& window,
                                                             std::uint32_t begin);

}  // namespace daybook::projections
