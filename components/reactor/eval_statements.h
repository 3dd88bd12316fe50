// Statements one after the other; what each `from` gives goes to `output`. Private to
// components/reactor.
#pragma once

#include "components/reactor/evaluator.h"

namespace daybook::reactor {

template <typename Output>
void Evaluator::run_statements(const BlockNode& block, Frame& frame, Output&& output) {
  for (const Statement& s : block.statements) {
    if (s.kind == Statement::Kind::kParameter && s.slot < given_.size() && given_[s.slot]) {
      continue;
    }
    const Value value = statement(s, frame);
    if (s.kind == Statement::Kind::kFrom) {
      output(value, s.at);
    } else {
      frame.slots[s.slot] = value;
    }
  }
}

}  // namespace daybook::reactor
