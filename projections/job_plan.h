// Which index ranges answer a job filter, and what must still be looked at in each row. Private to
// projections/.
//
// An index key is a prefix and a position; positions of one plan compare as bytes:
//   created order: key of the job (8 bytes)
//   run order, finished order: run_at or finished_at, key of the job (16 bytes)
#pragma once

#include <string>
#include <vector>

#include "base/limits/views.h"
#include "projections/cursor.h"
#include "projections/job_counts.h"
#include "projections/rows.h"
#include "projections/store.h"
#include "projections/visible.h"

namespace daybook::projections {

struct JobRange {
  std::string prefix;
  bool in_pieces = true;  // position_sets.h; else a key for each job
};

struct JobPlan {
  CursorKind kind = CursorKind::kCreated;
  bool descending = false;
  bool nothing = false;          // no job can match
  std::vector<JobRange> ranges;  // they hold disjoint sets of jobs
  std::string lower;             // positions lower <= p < upper; empty: no bound
  std::string upper;
  bool rows_are_values = false;  // the walk goes over the rows themselves

  // Left to look at in each row; the work for one page is then bounded by kJobScanMax.
  bool check_definition = false;
  bool check_tag = false;
  bool check_created = false;
  bool check_run = false;
  bool check_finished = false;
  bool check_status = false;
  bool check_error = false;
  bool check_parent = false;
  bool filtering() const {
    return check_definition || check_tag || check_created || check_run || check_finished ||
           check_status || check_error || check_parent;
  }

  Visible visible;  // for check_definition
  std::optional<std::uint64_t> total;
};

Result<JobPlan> make_plan(const View& view, const JobFilter& filter);

}  // namespace daybook::projections
