// Lists that are computed as they are gone through. Private to components/reactor.
#pragma once

#include <cstdint>

#include "components/reactor/type_node.h"
#include "components/reactor/value.h"

namespace daybook::reactor {

class Evaluator;

// Goes through a list, one element after the other. Lives in the arena.
class Cursor {
 public:
  // False at the end.
  virtual bool next(Evaluator& evaluator, Value& out) = 0;

 protected:
  ~Cursor() = default;
};

// A list that is computed each time anew.
struct Sequence {
  enum class Kind : std::uint8_t { kSelect, kWhere, kFlatten, kTake, kSkip, kRepeat, kConcat };
  Kind kind;
  bool negated = false;
  std::uint32_t at = 0;
  std::uint32_t depth = 1;  // sequences over sequences: so deep a cursor calls cursors
  const Program* program = nullptr;
  Value source;
  Value argument;                     // function, number, or the second list
  const TypeNode* pattern = nullptr;  // `where is`
};

inline std::uint32_t depth_of(const Value& list) {
  return list.is(Tag::kSequence) ? list.sequence->depth : 0;
}

}  // namespace daybook::reactor
