// Where a nothing comes from: rows of sets may hold nothing where their types say otherwise, and
// who uses one is told which field it was. Private to components/reactor.
#pragma once

#include <string_view>

#include "components/reactor/evaluator.h"

namespace daybook::reactor {

// The same rows; every nothing in them knows its field: "'email' of 'customer' of 'orders'". What
// has none is not copied.
Value with_origins(Evaluator& evaluator, const Value& rows, std::string_view set);

}  // namespace daybook::reactor
