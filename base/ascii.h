// What a character is in ASCII, whatever the locale.
#pragma once

#include <algorithm>
#include <string_view>

namespace daybook {

constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

constexpr char lower_case(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}

// The same word in any case.
constexpr bool same_word(std::string_view a, std::string_view b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) {
           return lower_case(x) == lower_case(y);
         });
}

}  // namespace daybook
