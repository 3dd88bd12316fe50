// Reads the job list: single rows, pages, counts and what retention may remove. Private to
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

// Looks at up to kRetentionDefinitionsMax definitions, those numbered above `after` first; `after`
// is moved to the last one that was looked at. retention(name) gives the retention in force.
Result<std::vector<Views::Ended>> ended_before(
    const View& view, Micros now, std::size_t limit, std::uint32_t& after,
    const std::function<Result<Duration>(std::string_view)>& retention);

}  // namespace daybook::projections::job_query
