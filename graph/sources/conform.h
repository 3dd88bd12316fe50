// Rows of others held against the declared types. Private to graph/.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "graph/value.h"

namespace daybook::graph::sources {

// The declared fields of `row`; others are left out, absent ones are nothing. kUnavailable
// "GRAPH_ROW": "orders, line 12: the field customer.email is a number, not a text".
Result<Value> conform(Value row, const SetSchema& schema, std::string_view where);

// kUnavailable "GRAPH_SOURCE": "orders: <why>".
tl::unexpected<Error> source_error(const SetSchema& schema, std::string_view why);

}  // namespace daybook::graph::sources
