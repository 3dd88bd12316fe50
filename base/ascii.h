// What a character is in ASCII, whatever the locale.
#pragma once

namespace daybook {

constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

}  // namespace daybook
