// Base64 (RFC 4648 section 4): the standard alphabet, with padding, without line ends.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace daybook {

// Appends the text of `bytes`.
void append_base64(std::string& out, std::span<const std::uint8_t> bytes);
// Nothing when the text is not the one that append_base64 gives for some bytes: each text stands
// for exactly one value.
std::optional<std::vector<std::uint8_t>> parse_base64(std::string_view text);

}  // namespace daybook
