// The rows of one definition in the order of time: buckets that are stored, what of the current one
// is stored elsewhere (statistics.h), and between them those in which nothing happened but jobs
// were pending. Private to projections/.
#pragma once

#include <cstdint>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "projections/statistics_definition.h"
#include "projections/statistics_keys.h"
#include "projections/store.h"

namespace daybook::projections {

// What is asked for, in numbers of buckets.
struct StatisticsWindow {
  statistics_keys::Level level = statistics_keys::Level::kMinute;
  std::uint32_t begin = 0;
  std::uint32_t end = 0;        // exclusive
  std::uint32_t quiet_end = 0;  // exclusive: later ones are shown only when something happened
  std::uint32_t minute = 0;     // of the last event
  std::uint32_t first = 0;      // minute of the first event of all
};

// Takes the buckets of definitions, one after the other, each in the order of time.
class StatisticsTaker {
 public:
  virtual ~StatisticsTaker() = default;
  // Whether it still takes that bucket of the definition, or later ones.
  virtual bool wants(std::uint32_t bucket) const = 0;
  virtual void take(const StatisticsDefinition& definition, std::uint32_t bucket,
                    StatisticsBucket what) = 0;
};

// A row for each bucket, until there are enough.
class StatisticsRows final : public StatisticsTaker {
 public:
  StatisticsRows(statistics_keys::Level level, std::size_t rows_max)
      : level_(level), rows_max_(rows_max) {}
  bool full() const { return rows.size() >= rows_max_; }
  bool wants(std::uint32_t) const override { return !full(); }
  void take(const StatisticsDefinition& definition, std::uint32_t bucket,
            StatisticsBucket what) override;

  std::vector<StatisticsRow> rows;

 private:
  statistics_keys::Level level_;
  std::size_t rows_max_;
};

// Jobs that came due after the last event: no minute tells of them yet. Read once, when first
// needed: its cost is that of the pending jobs that came due meanwhile.
class DueSince {
 public:
  using Minutes = std::vector<std::pair<std::uint32_t, std::uint64_t>>;  // minute, jobs; ascending

  // Of one definition, or (only: nothing) of any; of number 0: all together.
  DueSince(const View& view, const StatisticsWindow& window, std::optional<std::uint32_t> only)
      : view_(view), window_(window), only_(only) {}
  Result<const Minutes*> of(std::uint32_t number);

 private:
  Status load();

  const View& view_;
  const StatisticsWindow& window_;
  std::optional<std::uint32_t> only_;
  bool loaded_ = false;
  std::unordered_map<std::uint32_t, Minutes> minutes_;
};

class StatisticsSeries {
 public:
  // `walker` goes over all buckets ("B" to "C").
  StatisticsSeries(const View& view, Walker& walker, const StatisticsWindow& window,
                   DueSince& due_since)
      : view_(view), walker_(walker), window_(window), due_since_(due_since) {}

  // Hands over the buckets from `begin` on, as long as they are wanted.
  Status add(const StatisticsDefinition& definition, std::uint32_t begin, StatisticsTaker& out);

 private:
  Status seek(const StatisticsDefinition& definition, std::uint32_t begin);
  bool may_precede(const StatisticsDefinition& definition, statistics_keys::Level level,
                   std::uint32_t bucket) const;
  Result<std::optional<QueueDepth>> depth_before(statistics_keys::Level level,
                                                 std::string_view name, std::uint32_t bucket);
  Status read_open(const StatisticsDefinition& definition);
  std::optional<std::uint32_t> stored_bucket(std::string_view name) const;
  Status emit(std::uint32_t bucket, StatisticsBucket what, const StatisticsDefinition& definition,
              StatisticsTaker& out);
  std::uint64_t came_due_before(std::uint32_t minute);

  const View& view_;
  Walker& walker_;
  const StatisticsWindow& window_;
  DueSince& due_since_;

  QueueDepth depth_;                      // at the end of the bucket before
  std::optional<StatisticsBucket> open_;  // what the stored current bucket lacks
  const DueSince::Minutes* due_ = nullptr;
  std::size_t due_at_ = 0;
  std::uint64_t due_sum_ = 0;
};

}  // namespace daybook::projections
