// Little-endian numbers in the fixed layouts of this folder (docs/log-format.md).
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

namespace daybook::log {

static_assert(std::endian::native == std::endian::little,
              "layouts are stored as they lie in memory");

template <typename T>
void put(std::uint8_t* block, std::size_t at, const T& value) {
  std::memcpy(block + at, &value, sizeof(T));
}

template <typename T>
T get(const std::uint8_t* block, std::size_t at) {
  T value;
  std::memcpy(&value, block + at, sizeof(T));
  return value;
}

inline std::span<const std::uint8_t> as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

inline std::string_view as_text(std::span<const std::uint8_t> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace daybook::log
