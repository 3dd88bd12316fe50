// Statistics by definition and minute of the log's time. Rules: docs/projections.md. Private to
// projections/.
//
//   'B' minute name                -> bucket (statistics_bucket.h)
//   'D' number of the definition   -> name, pending jobs, those of them that are due by the end of
//   the minute 'P' key of a job               -> minute in which it comes due; only for pending
//   jobs that were put off beyond the
//                                     minute in which they were created or retried
//   'W' minute                     -> due_minutes.h
//   'M'                            -> the minute of the last event
//
// "Due by the end of the minute" counts what has its time before the minute is over, so a bucket's
// depths are final with the last event of its definition in that minute; no event has to close a
// bucket.
#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "projections/due_minutes.h"
#include "projections/projection.h"
#include "projections/statistics_bucket.h"
#include "projections/views.h"

namespace daybook::projections {

class Statistics final : public Projection {
 public:
  std::string_view name() const override { return "statistics"; }
  std::uint32_t version() const override { return 1; }
  Status load(const Reader& store) override;
  Status apply(const events::Recorded& recorded) override;
  std::size_t unwritten_bytes() const override;
  void write(Batch& batch) override;
  void written() override;

  static Result<std::vector<StatisticsRow>> query(const View& view,
                                                  const Views::StatisticsQuery& query);

 private:
  struct Definition {
    std::string name;
    std::uint64_t pending = 0;
    std::uint64_t due = 0;
    StatisticsBucket bucket;  // of the current minute, when open
    bool open = false;
    bool changed = false;
  };
  struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>{}(text);
    }
  };

  Status load_definitions(const Reader& store);
  Status load_open_buckets(const Reader& store);
  std::uint32_t number_of(std::string_view name);
  // The bucket of a definition in the current minute.
  StatisticsBucket& bucket(std::uint32_t number);
  void close_buckets();
  void move_to(Micros time);
  void come(JobId job, std::uint32_t number, Micros run_at);
  // The job is no longer pending; deferred: it may have been put off.
  Status leave(JobId job, std::uint32_t number, bool deferred);
  Result<std::optional<std::uint32_t>> deferred_until(JobId job) const;
  void end_attempt(std::uint32_t number, const events::AttemptEnd& end, Micros time);

  Status on(const events::JobCreated& e, Micros time);
  Status on(const events::JobStarted& e, Micros time);
  Status on(const events::JobCompleted& e, Micros time);
  Status on(const events::JobFailed& e, Micros time);
  Status on(const events::JobRetryScheduled& e, Micros time);
  Status on(const events::JobCancelled& e, Micros time);

  const Reader* store_ = nullptr;
  std::uint32_t minute_ = 0;
  bool minute_changed_ = false;
  std::vector<Definition> definitions_;  // by number less one
  std::unordered_map<std::string, std::uint32_t, TextHash, std::equal_to<>> numbers_;
  std::vector<std::uint32_t> changed_;
  std::vector<std::uint32_t> open_;
  std::vector<std::pair<std::string, std::string>> closed_;  // key and value, to be written
  DueMinutes due_minutes_;
  std::unordered_map<std::uint64_t, std::optional<std::uint32_t>>
      deferred_;  // changed since the last write
};

}  // namespace daybook::projections
