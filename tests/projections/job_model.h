// The job list said slowly: a plain filter over all rows, and a sort.
#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "projections/rows.h"
#include "tests/projections/visible_model.h"

namespace daybook::projections {

inline bool is_by_end(const JobFilter& f) {
  return f.order == JobOrder::kFinishedFirst || f.order == JobOrder::kFinishedLast;
}

inline bool end_matches(const JobFilter& f, const JobRow& row) {
  const bool ended = row.finished_at.value != 0;
  const bool must_end = f.finished_after || f.finished_before || is_by_end(f);
  return (ended || !must_end) && (!f.finished_after || row.finished_at >= *f.finished_after) &&
         (!f.finished_before || row.finished_at < *f.finished_before) &&
         (!f.error_code || (row.status == JobStatus::kFailed && row.error->code == *f.error_code));
}

inline bool job_matches(const JobFilter& f, const JobRow& row) {
  return (!f.definition || row.definition == *f.definition) && f.status.hold(row.status) &&
         (!f.tag || std::count(row.tags.begin(), row.tags.end(), *f.tag) > 0) &&
         (!f.created_after || row.created_at >= *f.created_after) &&
         (!f.created_before || row.created_at < *f.created_before) &&
         (!f.run_after || row.run_at >= *f.run_after) &&
         (!f.run_before || row.run_at < *f.run_before) && end_matches(f, row) &&
         (!f.parent || row.parent == *f.parent) && is_covered(f.visible, row.definition);
}

inline std::vector<JobId> matching_jobs(const JobFilter& f, std::vector<JobRow> all) {
  const bool by_run = f.order == JobOrder::kRunAtFirst || f.order == JobOrder::kRunAtLast;
  const bool down = f.order == JobOrder::kNewestFirst || f.order == JobOrder::kRunAtLast ||
                    f.order == JobOrder::kFinishedLast;
  std::sort(all.begin(), all.end(), [&](const JobRow& x, const JobRow& y) {
    const auto place = [&](const JobRow& row) {
      return std::pair(by_run         ? row.run_at
                       : is_by_end(f) ? row.finished_at
                                      : Micros{},
                       row.job.key());
    };
    return down ? place(y) < place(x) : place(x) < place(y);
  });
  std::vector<JobId> out;
  for (const JobRow& row : all) {
    if (job_matches(f, row)) {
      out.push_back(row.job);
    }
  }
  return out;
}

}  // namespace daybook::projections
