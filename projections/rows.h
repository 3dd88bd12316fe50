// What the views answer with: plain values, owned.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/limits/views.h"
#include "events/types.h"

namespace daybook::projections {

enum class JobStatus : std::uint8_t { kPending, kRunning, kCompleted, kFailed, kCancelled };

// "pending", "running", "completed", "failed", "cancelled".
std::string_view status_name(JobStatus status);
std::optional<JobStatus> parse_status(std::string_view name);

struct JobError {
  std::string code;
  std::string message;
  std::string details;  // JSON text, may be empty
};

// A job as the list shows it. Times are zero when they have not come; texts that are JSON are kept
// as they were given.
struct JobRow {
  JobId job;
  std::string definition;
  std::string component;  // of the last attempt, else empty
  JobStatus status = JobStatus::kPending;
  std::string parameters;
  Micros run_at;  // when it is or was due; the next try while a retry is waiting
  Micros created_at;
  Micros started_at;  // of the last attempt
  Micros finished_at;
  Attempt attempt;
  std::string result;
  std::string output;  // of its program: the last that it printed, JSON text; may be empty
  std::string cut;     // what its queries did not get in full, as events::cut_answers says it
  std::optional<JobError> error;  // of the last failed attempt; cleared by success
  std::string created_by;
  JobId parent;
  std::vector<std::string> tags;
  std::string unique_key;
  std::int32_t priority = 0;
  std::string worker;
  bool cancel_requested = false;
  Seq seq;  // last event of the job
};

// When and by whom a resource was made and changed.
struct Stamped {
  Micros created_at;
  Micros updated_at;
  std::string updated_by{};
  Seq seq;  // of the change

  void stamp(const events::Meta& meta, Micros created) {
    created_at = created;
    updated_at = meta.time;
    updated_by = meta.actor;
    seq = meta.seq;
  }
};

struct ComponentRow : Stamped {
  std::string component;
  events::Runtime runtime = events::Runtime::kExec;
  std::string spec;  // JSON text
  Hash spec_hash{};
  std::string display_name;
  std::string description;
  std::string component_version;
  std::vector<std::string> imports;  // components whose modules it needs
  std::string contract{};            // JSON text; empty: none was derived
};

struct JobCounts {
  std::uint64_t pending = 0;
  std::uint64_t running = 0;
  std::uint64_t completed = 0;
  std::uint64_t failed = 0;
  std::uint64_t cancelled = 0;
};

struct DefinitionRow : events::OwnedDefinition, Stamped {
  std::string definition{};
};

struct RuleRow : Stamped {
  std::string rule;
  std::string components;  // JSON text: what runs, in this order
  std::string display_name;
};

// A live access token. It is never changed but by a new secret, which `updated_at` tells.
struct TokenRow : Stamped {
  std::string token;
  std::string display_name;
  std::vector<std::string> permissions;
  Micros expires_at;  // in wall time; zero: never
  std::string created_by{};

  // Of who makes it; a new secret is stamped as any change.
  void stamp(const events::Meta& meta, Micros created) {
    Stamped::stamp(meta, created);
    created_by = meta.actor;
  }
};

// What an event puts into the list, without the stamp.
ComponentRow row_of(const events::ComponentPut& event);
DefinitionRow row_of(const events::DefinitionPut& event);
RuleRow row_of(const events::RulePut& event);
TokenRow row_of(const events::TokenCreated& event);

// One bucket of one definition, or of all of them (no name). Durations are milliseconds; absent
// when nothing ended (or started) in the bucket.
struct StatisticsRow {
  std::string definition;
  Micros bucket;
  std::uint64_t scheduled = 0;
  std::uint64_t successful = 0;
  std::uint64_t failed = 0;
  std::uint64_t cancelled = 0;
  std::optional<double> min_execution;
  std::optional<double> max_execution;
  std::optional<double> avg_execution;
  std::optional<double> p50_execution;
  std::optional<double> p95_execution;
  std::optional<double> p99_execution;
  std::optional<double> p50_latency;
  std::optional<double> p95_latency;
  std::optional<double> p99_latency;
  std::uint64_t due_depth = 0;      // due and waiting at the end of the bucket: cacheQueueDepth
  std::uint64_t pending_depth = 0;  // all pending at the end of the bucket: totalQueueDepth
};

// In the order of finishing only jobs that have ended are listed.
enum class JobOrder : std::uint8_t {
  kNewestFirst,
  kOldestFirst,
  kRunAtFirst,
  kRunAtLast,
  kFinishedFirst,
  kFinishedLast
};

// The statuses that a filter leaves: all, or those that were named.
class JobStatuses {
 public:
  JobStatuses() = default;
  JobStatuses(JobStatus only) { add(only); }
  JobStatuses(std::optional<JobStatus> only) {
    if (only) {
      add(*only);
    }
  }
  void add(JobStatus status) { named_ |= bit(status); }
  // Whether some were named.
  explicit operator bool() const { return named_ != 0; }
  bool operator==(const JobStatuses&) const = default;
  bool hold(JobStatus status) const { return named_ == 0 || (named_ & bit(status)) != 0; }

 private:
  static std::uint8_t bit(JobStatus status) {
    return static_cast<std::uint8_t>(1U << static_cast<unsigned>(status));
  }
  std::uint8_t named_ = 0;
};

struct JobFilter {
  std::optional<std::string> definition;
  JobStatuses status;
  std::optional<std::string> tag;
  std::optional<std::string> error_code;  // failed with it
  std::optional<JobId> parent;
  std::optional<Micros> created_after;    // inclusive
  std::optional<Micros> created_before;   // exclusive
  std::optional<Micros> run_after;        // inclusive
  std::optional<Micros> run_before;       // exclusive
  std::optional<Micros> finished_after;   // inclusive; jobs that have ended only
  std::optional<Micros> finished_before;  // exclusive; jobs that have ended only
  JobOrder order = JobOrder::kNewestFirst;
  // When set, only jobs of definitions that these cover are seen, and counted (what the caller may
  // read): ids as access::Rights::ids() gives them.
  std::optional<std::vector<std::string>> visible;
};

// after, before: cursors from an earlier page; at most one of them is set. The page ends with the
// row that brings it to bytes_max.
struct PageRequest {
  std::size_t limit = 50;
  std::string after;
  std::string before;
  std::size_t bytes_max = ~std::size_t{0};
  // Of a list of what has an id that people choose: when set, only what these cover is there, as in
  // JobFilter::visible.
  std::optional<std::vector<std::string>> visible{};
};

// rows may be fewer than asked for before the end of the list, when they are large or the filter
// needs rows to be looked at (kJobScanMax); the list has ended when a page has no rows and no
// last_cursor.
template <typename Row>
struct Page {
  std::vector<Row> rows;
  // Exact; absent only for filters on time ranges, which would need a scan.
  std::optional<std::uint64_t> total_count;
  std::string first_cursor;
  std::string last_cursor;
  Seq as_of;
};

// Statistics: rows in the order of definition, then time.
struct StatisticsPage : Page<StatisticsRow> {
  Micros from;        // where the first bucket that was asked for begins
  bool more = false;  // behind last_cursor
};

}  // namespace daybook::projections
