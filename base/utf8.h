// UTF-8 checks (RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF).
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "base/result.h"

namespace daybook {

// Offset of the first byte that is not UTF-8, or nothing.
std::optional<std::size_t> find_bad_utf8(std::string_view text);
// Refuses text that is not UTF-8, holds a control character other than tab and line ends, or is
// over `bytes_max`.
Status check_text(std::string_view text, std::size_t bytes_max, std::string_view field);

}  // namespace daybook
