// What rows are ordered by, and cursors, which are places in that order. Private to graph/.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "graph/set.h"

namespace daybook::graph {

// "createdAt desc, customer.email". An empty text gives the set's own order. The set's key stands
// at the end, so that no two rows are equal. kInvalid "GRAPH_ORDER", "GRAPH_UNKNOWN_FIELD".
Result<Order> parse_order(std::string_view text, const SetSchema& schema, std::string_view field);

// The values of the order's terms.
std::vector<Value> order_values(const Order& order, const Value& row);

// Whether `a` stands before `b`. Nothing stands before everything else, and last in a descending
// order; values of several types by type.
bool before(const Order& order, const std::vector<Value>& a, const std::vector<Value>& b);

// "" when the set has no key. A cursor holds what names the order it belongs to.
std::string make_cursor(const SetSchema& schema, const Order& order,
                        const std::vector<Value>& values);
// kInvalid "BAD_CURSOR".
Result<std::vector<Value>> read_cursor(const SetSchema& schema, const Order& order,
                                       std::string_view cursor, std::string_view field);

}  // namespace daybook::graph
