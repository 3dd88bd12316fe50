// Reads the job list: single rows, pages, counts. Private to
// projections/; any thread, one view for each query.
#pragma once

#include <optional>
#include <string_view>

#include "base/limits/views.h"
#include "projections/rows.h"
#include "projections/store.h"
#include "projections/views.h"

namespace daybook::projections::job_query {

Result<std::optional<JobRow>> find(const View& view, JobId job);
Result<Page<JobRow>> list(const View& view, const JobFilter& filter, const PageRequest& request);
Result<JobCounts> counts(const View& view, std::string_view definition);

}  // namespace daybook::projections::job_query
