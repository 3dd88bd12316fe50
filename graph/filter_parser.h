// Reads a filter: the grammar stands in docs/graph.md. Any thread.
#pragma once

#include <string_view>

#include "base/result.h"
#include "graph/filter_ast.h"

namespace daybook::graph {

// kInvalid "GRAPH_FILTER" with line, column, a caret line and what was expected. `field` is put
// into errors. At most kFilterBytesMax bytes, kFilterDepthMax levels, kFilterNodesMax conditions,
// kFilterItemsMax items of a list.
Result<Node> parse_filter(std::string_view filter, std::string_view field = "filter");

}  // namespace daybook::graph
