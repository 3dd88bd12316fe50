// How far two words are from each other.
#pragma once

#include <cstddef>
#include <string_view>

namespace daybook {

// Edits that make one word of the other: a byte more, less or changed, or two neighbours swapped
// (the optimal string alignment distance). Takes time and memory for both lengths: bound them.
std::size_t edit_distance(std::string_view a, std::string_view b);

}  // namespace daybook
