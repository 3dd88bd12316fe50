// Equality and order of values. Private to components/reactor.
#pragma once

#include <compare>
#include <optional>

#include "components/reactor/value.h"

namespace daybook::reactor {

// Of what is not a list that has to be computed first: sequences and functions are equal to
// nothing.
bool equal_values(const Value& a, const Value& b);
// Nothing when they have no order: values of different kinds, records, months against days.
std::optional<std::strong_ordering> order_values(const Value& a, const Value& b);

}  // namespace daybook::reactor
