// Whether a row is what a checked filter asks for. Any thread.
//
// Two-valued: a comparison with nothing is true for == nothing and for != anything else, and false
// for < <= > >=; so `not (a < 1)` is true where a is nothing.
#pragma once

#include "graph/filter_check.h"

namespace daybook::graph {

bool matches(const Condition& condition, const Value& row);

}  // namespace daybook::graph
