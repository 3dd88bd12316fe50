// Lists that are built by `concat`, piece by piece: behind their items there is room for more. What
// is appended goes there, and the list that it was appended to stays what it is, a view of the
// first items; another thing that is appended to that one finds the room taken, and is copied.
//
//     items ─▶ [a b c d · · · ·]     xs = a b c     ys = xs concat [d]
//
// So n appended items cost n, not n². Private to components/reactor.
#pragma once

#include <optional>

#include "components/reactor/evaluator.h"

namespace daybook::reactor {

// `left concat right` as such a list; none where it is better computed on the way. A right side
// that is not computed yet is, once the left one is long.
std::optional<Value> appended(Evaluator& evaluator, const Value& left, const Value& right,
                              const Program* program, std::uint32_t at);

}  // namespace daybook::reactor
