// UTF-8 checks (RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace daybook {

// The first character of a text that is not empty; 0 bytes: it is no UTF-8 there.
struct Utf8Character {
  std::uint32_t code = 0;
  std::size_t bytes = 0;
};
Utf8Character first_character(std::string_view text);
// Moves a terminal's cursor, ends a line, or makes text read otherwise than it stands: C0, DEL and
// C1 controls, line separators, and the marks of UAX #9.
bool is_unfit_for_a_line(std::uint32_t code);

// Offset of the first byte that is not UTF-8, or nothing.
std::optional<std::size_t> find_bad_utf8(std::string_view text);
// Refuses text that is not UTF-8, holds a control character other than tab and line ends, or is
// over `bytes_max`.
Status check_text(std::string_view text, std::size_t bytes_max, std::string_view field);
// The same text as people may be shown it, at most `bytes_max` bytes: bytes that are not UTF-8
// become U+FFFD; control characters other than tab and line ends, and the marks that turn the
// direction of writing, become \xNN or \uNNNN; what is over goes at a character's border, and "…"
// stands for it.
std::string printable(std::string_view text, std::size_t bytes_max);
// The same of what is shown on one line, a name or a tag: no line ends or tabs either, no C1
// controls, no line separators, and none of the marks that turn the direction of what follows.
Status check_line(std::string_view text, std::size_t bytes_max, std::string_view field);

}  // namespace daybook
