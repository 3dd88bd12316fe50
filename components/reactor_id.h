// Ids of components that say by their ending that they are in the reactor language.
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

}  // namespace daybook::components
