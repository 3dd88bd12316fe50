#include "projections/statistics_sum.h"

#include <string>

#include "base/limits/views.h"

namespace daybook::projections {

// What lies behind the last of enough buckets is not among the first, whoever adds to them.
bool StatisticsSum::wants(std::uint32_t bucket) const {
  return buckets_.size() < buckets_max_ || bucket <= buckets_.rbegin()->first;
}

void StatisticsSum::take(const StatisticsDefinition&, std::uint32_t bucket, StatisticsBucket what) {
  const auto [it, fresh] = buckets_.try_emplace(bucket);
  if (fresh) {
    it->second = std::move(what);
  } else {
    it->second.merge_beside(what);
  }
  if (buckets_.size() > buckets_max_) {
    buckets_.erase(std::prev(buckets_.end()));
  }
}

Result<std::vector<StatisticsDefinition>> summed_definitions(const View& view,
                                                             const Visible& visible,
                                                             const StatisticsWindow& window,
                                                             std::uint32_t begin) {
  std::vector<StatisticsDefinition> out;
  const auto names = visible.walk(view, 'D');
  std::size_t seen = 0;
  for (names->seek(statistics_keys::kFirstDefinition); names->valid(); names->next()) {
    if (++seen > kStatisticsDefinitionsMax) {
      return fail(Code::kInvalid, "TOO_MANY_DEFINITIONS",
                  "at most " + std::to_string(kStatisticsDefinitionsMax) +
                      " definitions are added up, and you may read more: ask for each, or for one");
    }
    StatisticsDefinition d;
    if (!d.decode(names->key().substr(1), names->value())) {
      return fail(unreadable_statistics());
    }
    if (d.has_buckets(window.level, begin)) {
      out.push_back(std::move(d));
    }
  }
  DAYBOOK_TRY(names->status());
  return out;
}

}  // namespace daybook::projections
