// Which ended jobs retention may remove. Private to projections/.
#pragma once

#include <functional>
#include <string_view>
#include <vector>

#include "projections/store.h"
#include "projections/views.h"

namespace daybook::projections {

// The retention in force for a definition.
using RetentionOf = std::function<Result<Duration>(std::string_view)>;

// As Views::retention_due(). A definition costs one seek, and none when nothing of it can be over:
// what was handed out before is not walked over, whether it is still there or a tombstone. settled:
// the time of the newest event in the view. What is to come has no earlier one, but perhaps that.
Result<std::vector<Views::Ended>> ended_jobs(const View& jobs, Micros now, std::size_t limit,
                                             RetentionPlace& place, const RetentionOf& retention,
                                             Micros settled);

}  // namespace daybook::projections
