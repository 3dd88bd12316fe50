// Hash of texts, for maps by std::string that are asked with a std::string_view.
#pragma once

#include <cstddef>
#include <functional>
#include <string_view>

namespace daybook {

struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const {
    return std::hash<std::string_view>{}(text);
  }
};

}  // namespace daybook
