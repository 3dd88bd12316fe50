// Instants moved by durations of the calendar. Private to graph/.
#pragma once

#include <optional>
#include <vector>

#include "base/ids.h"
#include "graph/filter_ast.h"

namespace daybook::graph {

// From left to right. A month that lacks the day gives its last day (31 January + 1 months is 28 or
// 29 February). Nothing when it leaves the years 1970 to 9999.
std::optional<Micros> shifted(Micros from, const std::vector<Shift>& shifts);

}  // namespace daybook::graph
