// Statistics by definition, and over all of them, for each minute, hour and day of the log's time.
// Rules: docs/projections.md; keys: statistics_keys.h. Private to projections/.
//
// Events are counted in the current minute. A minute that is over is added to its hour, an hour
// that is over to its day: so the stored hour lacks the current minute and the stored day the
// current hour, and a query adds them. That makes every row a function of the events alone.
//
// A bucket's depths are final with its last event, since "due by the end of the bucket" counts
// what has its time before the bucket is over; no event has to close a bucket. When jobs come due
// in a minute without an event, that minute gets a bucket, so between two buckets nothing changes.
#pragma once

#include <array>
#include <deque>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/text_hash.h"
#include "projections/due_minutes.h"
#include "projections/projection.h"
#include "projections/statistics_definition.h"
#include "projections/statistics_keys.h"
#include "projections/views.h"

namespace daybook::projections {

class Statistics final : public Projection {
 public:
  std::string_view name() const override { return "statistics"; }
  std::uint32_t version() const override { return 2; }
  Status load(const Reader& store) override;
  Status apply(const events::Recorded& recorded) override;
  std::size_t unwritten_bytes() const override;
  void write(Batch& batch) override;
  void written() override;

 private:
  using Level = statistics_keys::Level;

  // statistics_buckets.cc: buckets open, close, and are erased.
  Status move_to(Micros time);
  Status enter(std::uint32_t minute);
  void come_due();
  StatisticsBucket& open(StatisticsDefinition& definition);
  void show_depth(StatisticsDefinition& definition);
  void close_minutes();
  Status close_hours();
  Status add_to_day(const StatisticsDefinition& definition);
  void keep(Level level, std::string_view name, std::uint32_t bucket, const StatisticsBucket& what);
  void erase_old();

  // statistics_store.cc
  Status load_open_buckets(StatisticsDefinition& definition);
  Status load_bucket(Level level, std::string_view name, std::uint32_t number,
                     StatisticsBucket& bucket, bool& found) const;

  // statistics.cc: what events mean.
  StatisticsDefinition& definition(std::string_view name);
  void touch(StatisticsDefinition& definition);
  void come(JobId job, StatisticsDefinition& definition, Micros run_at);
  // The job is no longer pending; deferred: it may have been put off.
  Status leave(JobId job, StatisticsDefinition& definition, bool deferred);
  Result<std::optional<std::uint32_t>> deferred_until(JobId job) const;
  template <typename Count>
  void count(StatisticsDefinition& definition, Count&& what);
  void end_attempt(StatisticsDefinition& definition, const events::AttemptEnd& end, Micros time);

  Status on(const events::JobCreated& e, Micros time);
  Status on(const events::JobStarted& e, Micros time);
  Status on(const events::JobCompleted& e, Micros time);
  Status on(const events::JobFailed& e, Micros time);
  Status on(const events::JobRetryScheduled& e, Micros time);
  Status on(const events::JobCancelled& e, Micros time);

  StatisticsDefinition& totals() { return definitions_.front(); }
  std::uint32_t current(Level level) const { return statistics_keys::bucket_of(minute_, level); }

  const Reader* store_ = nullptr;
  std::uint32_t minute_ = 0;
  std::uint32_t first_minute_ = 0;
  bool minute_changed_ = false;
  bool stepped_ = false;  // the log holds a ClockStepped event
  bool stepped_written_ = false;
  std::deque<StatisticsDefinition> definitions_;  // by number
  std::unordered_map<std::string, std::uint32_t, TextHash, std::equal_to<>> numbers_;
  std::vector<StatisticsDefinition*> changed_;
  std::vector<StatisticsDefinition*> hour_changed_;
  std::vector<StatisticsDefinition*> minutes_open_;
  std::vector<StatisticsDefinition*> hours_open_;
  std::unordered_map<std::string, std::string> closed_;  // rows to be written
  std::size_t closed_bytes_ = 0;
  std::vector<std::pair<std::string, std::string>> erased_;  // ranges to be erased
  DueMinutes due_minutes_;
  // Changed since the last write.
  std::unordered_map<std::uint64_t, std::optional<std::uint32_t>> deferred_;
};

}  // namespace daybook::projections
