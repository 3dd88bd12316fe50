// One job as the job list folds it, and the form of its stored row. Private to projections/.
//
// Row: id high (8 bytes) | status | flags (1 cancel requested) | created_at | run_at, started_at,
// finished_at as distance from created_at plus one, zero when absent | attempt | seq less the key |
// definition number | three parts, each with its length: what the creation said, what the attempt
// said, what the end said.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "events/types.h"
#include "projections/rows.h"

namespace daybook::projections {

// What the indexes of a job hang on.
struct JobPlace {
  bool exists = false;
  JobStatus status = JobStatus::kPending;
  Micros run_at;
  Micros finished_at;
  bool operator==(const JobPlace&) const = default;
};

struct JobEntry {
  JobId job;
  std::uint32_t definition = 0;  // its number in the job list
  JobPlace now;
  JobPlace stored;  // as of the last write
  Micros created_at;
  Micros started_at;
  Attempt attempt;
  Seq seq;
  bool cancel_requested = false;
  bool tagged = false;
  bool changed = false;           // since the last write
  std::uint32_t line_bytes = 0;   // memory it had when it was lined up for eviction; 0: it is not
  std::size_t changed_bytes = 0;  // memory it had at the last change since the last write
  std::string creation;           // encoded: it never changes
  std::string started;            // encoded component and worker of the last attempt
  // Encoded result, or error of the last attempt, and what its queries did not get in full; empty
  // when there is nothing of it.
  std::string end;

  void create(const events::JobCreated& e, const events::Meta& meta,
              std::uint32_t definition_number);
  void start(const events::JobStarted& e);
  void set_result(const events::JobCompleted& e);
  // `answers`: what the attempt's questions were answered.
  void set_error(const events::Failure& failure, events::Json answers, events::Json result = {});

  void encode(std::string& out) const;
  // False when the row cannot be read. stored is set to what the row says.
  bool decode(Seq key, std::string_view row);
  // Each once, even when the creation named one twice.
  std::vector<std::string_view> tags() const;
  JobId parent() const;                 // null when there is none
  std::string_view error_code() const;  // of the last attempt; empty when there is none
  bool to_row(JobRow& row) const;
  std::size_t memory_bytes() const;
};

inline bool is_ended(JobStatus status) {
  return status != JobStatus::kPending && status != JobStatus::kRunning;
}

}  // namespace daybook::projections
