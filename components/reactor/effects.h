// Effects: records in an output that name one, and functions that stand for one. Private to
// components/reactor.
#pragma once

#include <string>
#include <string_view>

#include "components/reactor/evaluator.h"

namespace daybook::reactor {

// The JSON of an effect, as every component may print it. An `at` that was reckoned from `now`
// becomes `after`: it counts from the completion.
std::string effect_json(Evaluator& evaluator, std::string_view effect, const Value& record,
                        const Program* program, std::uint32_t at);

// Takes the effects out of what a program gave, also those in lists, and notes them in order. What
// is left is the result; `left` is false when nothing is.
Value take_effects(Evaluator& evaluator, const Value& output, bool& left, const Program* program,
                   std::uint32_t at);

}  // namespace daybook::reactor
