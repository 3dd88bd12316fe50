// One member of a resource's settings, described once for all who read, keep or show it: the body
// of a PUT, manifests, the command line, the graph, events, the decision state, the views.
//
// A struct of settings has
//
//   static constexpr std::array<Field, n> kFields;              in the order in which they are
//   shown static constexpr auto members(auto& self) → std::tie(…);    the same members in the same
//   order
//
// and each_member(), each_stored(), each_pair() walk over both. Pure; any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "events/words.h"

namespace daybook::events {

// What a member is to those outside; in brackets what holds it here.
enum class FieldForm : std::uint8_t {
  kComponentId,  // text: the id of a component
  kLine,         // text on one line
  kCount,        // a whole number (std::uint32_t)
  kSigned,       // a whole number that may be negative (std::int32_t)
  kThousandths,  // a decimal with three places (std::uint32_t, times 1000)
  kDuration,     // text like "90s" (Duration)
  kFlag,         // true or false (bool)
  kEffects,      // a list of effects (text that is a JSON document, empty: none)
};

struct Field {
  // Outside. A dot parts an object from its member: "retry.maxAttempts".
  std::string_view name;
  std::string_view stored;  // in events as JSON, and in the state as JSON
  FieldForm form = FieldForm::kLine;
  std::size_t id = 0;       // its place among the members of the event's table
  std::uint32_t since = 1;  // the format of the state's form that first had it
  // Bounds of what somebody may ask for: a number, microseconds, thousandths, or bytes of a text.
  std::int64_t min = 0;
  std::int64_t max = 0;
  // What absence means, as JSON; empty: it cannot be absent where its object is there.
  std::string_view absent{};
  bool none_when_zero = false;  // nothing, or zero, stands for "none" and is shown as null
  std::string_view option{};    // of the command line; empty: it has none
  std::string_view text{};      // for people, in one line

  bool required() const { return absent.empty(); }
};

// The object that holds the member: "retry.backoff" of "retry.backoff.max", "" of "timeout".
constexpr std::string_view object_of(std::string_view name) {
  const auto dot = name.rfind('.');
  return dot == std::string_view::npos ? std::string_view() : name.substr(0, dot);
}
// Its name in there.
constexpr std::string_view leaf_of(std::string_view name) {
  const auto dot = name.rfind('.');
  return dot == std::string_view::npos ? name : name.substr(dot + 1);
}

// The names that stand at the top: "retry" once, for all that is in it.
inline std::vector<std::string_view> shown_members(std::span<const Field> fields) {
  std::vector<std::string_view> out;
  for (const Field& field : fields) {
    const std::string_view top = field.name.substr(0, field.name.find('.'));
    if (out.empty() || out.back() != top) {
      out.push_back(top);
    }
  }
  return out;
}

// f(field, member), in the order in which they are shown.
template <typename Settings, typename F>
constexpr void each_member(Settings& settings, F&& f) {
  using Plain = std::remove_const_t<Settings>;
  const auto members = Plain::members(settings);
  [&]<std::size_t... I>(std::index_sequence<I...>) {
    (f(Plain::kFields[I], std::get<I>(members)), ...);
  }
  (std::make_index_sequence<std::tuple_size_v<std::remove_const_t<decltype(members)>>>());
}

// The same in the order in which they stand in the event.
template <typename Settings, typename F>
constexpr void each_stored(Settings& settings, F&& f) {
  using Plain = std::remove_const_t<Settings>;
  for (std::size_t place = 0, left = Plain::kFields.size(); left > 0; ++place) {
    each_member(settings, [&](const Field& field, auto& member) {
      if (field.id == place) {
        f(field, member);
        --left;
      }
    });
  }
}

// f(field, member of a, member of b): the two differ in who owns their texts.
template <typename A, typename B, typename F>
constexpr void each_pair(A& a, B& b, F&& f) {
  using Plain = std::remove_const_t<A>;
  const auto of_a = Plain::members(a);
  const auto of_b = std::remove_const_t<B>::members(b);
  [&]<std::size_t... I>(std::index_sequence<I...>) {
    (f(Plain::kFields[I], std::get<I>(of_a), std::get<I>(of_b)), ...);
  }
  (std::make_index_sequence<std::tuple_size_v<std::remove_const_t<decltype(of_a)>>>());
}

// Whether a member holds what stands for "none".
inline bool is_zero(std::string_view text) {
  return text.empty();
}
inline bool is_zero(const Json& json) {
  return json.text.empty();
}
inline bool is_zero(Duration duration) {
  return duration.value == 0;
}
template <typename Number>
requires std::is_arithmetic_v<Number>
constexpr bool is_zero(Number number) {
  return number == Number{};
}

// The text of a member that is one, however it is held.
inline std::string_view text_of(std::string_view text) {
  return text;
}
inline std::string_view text_of(const Json& json) {
  return json.text;
}

template <typename Member>
inline constexpr bool is_text = std::is_convertible_v<const Member&, std::string_view> ||
                                std::is_same_v<std::remove_const_t<Member>, Json>;

// One member; what borrows lasts as long as `from`.
template <typename From, typename To>
constexpr void hand_over(const From& from, To& to) {
  if constexpr (is_text<From>) {
    to = To{std::conditional_t<std::is_same_v<To, Json>, Text, To>(text_of(from))};
  } else {
    to = from;
  }
}

// All settings, between structs that differ in who owns their texts.
template <typename From, typename To>
constexpr void copy_settings(const From& from, To& to) {
  each_pair(from, to, [](const Field&, const auto& a, auto& b) { hand_over(a, b); });
}

}  // namespace daybook::events
