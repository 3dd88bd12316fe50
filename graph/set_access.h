// Which permissions a question needs: to read all of what each set that it names is made of.
// Configured sets need none of their own. Pure; any thread.
#pragma once

#include "access/rights.h"

#include "base/result.h"
#include "graph/graph.h"

namespace daybook::graph {

// kDenied "FORBIDDEN" names the permission that is missing first. Sets and navigations that are not
// there are left to Graph::check().
Status check_access(const Graph& graph, const Query& query, const access::Rights& rights);

// Whether all of the set may be read.
bool may_read(std::string_view set, const access::Rights& rights);

}  // namespace daybook::graph
