// A text as the bytes that checksums and digests are of; the view lives as long as the text.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace daybook {

inline std::span<const std::uint8_t> bytes_of(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

}  // namespace daybook
