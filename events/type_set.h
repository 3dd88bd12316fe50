// A set of event types, for those who care for some of them only.
#pragma once

#include <cstdint>
#include <variant>

#include "events/types.h"

namespace daybook::events {

// By type id (events/catalogue.h): alternative i of Event has the id i + 1.
class TypeSet {
 public:
  constexpr TypeSet() = default;
  static constexpr TypeSet all() {
    TypeSet out;
    out.bits_ = ~std::uint64_t{0};
    return out;
  }
  template <typename... Events>
  static constexpr TypeSet of() {
    TypeSet out;
    (out.add(id_of<Events>()), ...);
    return out;
  }

  constexpr void add(std::uint16_t type) { bits_ |= std::uint64_t{1} << type; }
  constexpr bool meets(TypeSet others) const { return (bits_ & others.bits_) != 0; }

 private:
  static_assert(std::variant_size_v<Event> < 64, "an id is a bit");

  template <typename E, std::size_t I = 0>
  static constexpr std::uint16_t id_of() {
    if constexpr (std::is_same_v<E, std::variant_alternative_t<I, Event>>) {
      return I + 1;
    } else {
      return id_of<E, I + 1>();
    }
  }

  std::uint64_t bits_ = 0;
};

}  // namespace daybook::events
