// Strong<Tag, Rep>: a number with a name. No implicit conversion either way; same-type comparison
// only.
#pragma once

#include <compare>
#include <cstddef>
#include <functional>

namespace daybook {

template <typename Tag, typename Rep>
struct Strong {
  Rep value{};

  constexpr Strong() = default;
  constexpr explicit Strong(Rep v) : value(v) {}
  constexpr auto operator<=>(const Strong&) const = default;
};

}  // namespace daybook

template <typename Tag, typename Rep>
struct std::hash<daybook::Strong<Tag, Rep>> {
  std::size_t operator()(const daybook::Strong<Tag, Rep>& s) const noexcept {
    return std::hash<Rep>{}(s.value);
  }
};
