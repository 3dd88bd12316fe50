// Daybook's own sets, over its views.
#pragma once

#include <vector>

#include "base/result.h"
#include "graph/graph.h"
#include "graph/schema.h"
#include "projections/views.h"

namespace daybook::graph {

// What they look like.
std::vector<SetSchema> own_schemas();

// `views` outlives the graph. The errors are those of Graph::add.
Status add_own_sets(Graph& graph, const projections::Views& views);

}  // namespace daybook::graph
