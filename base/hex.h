// Hexadecimal text of bytes, lower case.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/ids.h"

namespace daybook {

// Value of one hexadecimal digit in either case, or -1.
int hex_digit(char c);
std::string to_hex(std::span<const std::uint8_t> bytes);
// Exactly 64 digits, else nothing.
std::optional<Hash> parse_hash(std::string_view text);

}  // namespace daybook
