// Reads the statistics: rows of one definition, of all together, or of each. Private to
// projections/; any thread, one view for each query.
#pragma once

#include "projections/store.h"
#include "projections/views.h"

namespace daybook::projections::statistics_query {

Result<StatisticsPage> list(const View& view, const Views::StatisticsQuery& query);

}  // namespace daybook::projections::statistics_query
