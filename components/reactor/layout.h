// Where constructs end by the columns of lines: docs/reactor-language.md, "Layout". Private to
// components/reactor.
#pragma once

#include <cstdint>

namespace daybook::reactor {

// Of what is being read.
struct Layout {
  std::uint32_t limit = 0;
  std::uint32_t pipe = 0;
  bool arm = false;       // a '|>' behind it is of an arm, not of a lambda
  bool argument = false;  // it is the body of a function that a filter is given
};

// A line behind the arms of a match that may have been meant as one, but stands left of them.
struct MissedArm {
  std::uint32_t offset = 0;
  std::uint32_t arms = 0;    // where the first arm stands
  std::uint32_t column = 0;  // and its column; 0 when there is no such line
};

}  // namespace daybook::reactor
