// A piece of a program as it is typed, line by line: whether more of it may come. Any thread.
#pragma once

#include <cstdint>
#include <string_view>

namespace daybook::reactor {

enum class Piece : std::uint8_t {
  kNothing,  // spaces and comments
  kWhole,
  kInside,  // a bracket, a text or a comment is not closed
  kAsking,  // the last word wants another: an operator, `=>`, `match`, …
};

Piece piece_of(std::string_view text);

}  // namespace daybook::reactor
