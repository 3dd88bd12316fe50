// What says that a component is in the reactor language: the ending of its id, or the name of its
// runtime.
#pragma once

#include <algorithm>
#include <iterator>
#include <string_view>

namespace daybook::components {

inline bool is_reactor_id(std::string_view id) {
  constexpr std::string_view kEndings[] = {".hreactor", ".hrule", ".hdiscount",
                                           ".hrc",      ".hrl",   ".hrd"};
  return std::any_of(std::begin(kEndings), std::end(kEndings),
                     [&](std::string_view ending) { return id.ends_with(ending); });
}

// Rules and discounts are components of the same language.
inline bool names_reactor(std::string_view runtime) {
  return runtime == "reactor" || runtime == "rule" || runtime == "discount";
}

}  // namespace daybook::components
