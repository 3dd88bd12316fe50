#include "base/base64.h"

#include <algorithm>
#include <array>

namespace daybook {
namespace {

constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::uint8_t kBad = 0xff;

constexpr std::array<std::uint8_t, 256> make_values() {
  std::array<std::uint8_t, 256> out{};
  out.fill(kBad);
  for (std::size_t i = 0; i < kAlphabet.size(); ++i) {
    out[static_cast<std::uint8_t>(kAlphabet[i])] = static_cast<std::uint8_t>(i);
  }
  return out;
}

// The value of up to four digits that stand for `digits` of them; nothing when one is not a digit.
std::optional<std::uint32_t> group_value(std::string_view text, std::size_t digits) {
  static constexpr auto kValues = make_values();
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    const std::uint8_t digit = i < digits ? kValues[static_cast<std::uint8_t>(text[i])] : 0;
    if (digit == kBad) {
      return std::nullopt;
    }
    value = value << 6 | digit;
  }
  return value;
}

}  // namespace

void append_base64(std::string& out, std::span<const std::uint8_t> bytes) {
  out.reserve(out.size() + (bytes.size() + 2) / 3 * 4);
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    const std::size_t left = std::min<std::size_t>(3, bytes.size() - at);
    std::uint32_t value = static_cast<std::uint32_t>(bytes[at]) << 16;
    value |= left > 1 ? static_cast<std::uint32_t>(bytes[at + 1]) << 8 : 0;
    value |= left > 2 ? static_cast<std::uint32_t>(bytes[at + 2]) : 0;
    out += kAlphabet[value >> 18];
    out += kAlphabet[value >> 12 & 0x3f];
    out += left > 1 ? kAlphabet[value >> 6 & 0x3f] : '=';
    out += left > 2 ? kAlphabet[value & 0x3f] : '=';
  }
}

std::optional<std::vector<std::uint8_t>> parse_base64(std::string_view text) {
  if (text.size() % 4 != 0) {
    return std::nullopt;
  }
  std::vector<std::uint8_t> out;
  out.reserve(text.size() / 4 * 3);
  for (std::size_t at = 0; at < text.size(); at += 4) {
    std::size_t digits = 4;
    if (at + 4 == text.size() && text[at + 3] == '=') {
      digits = text[at + 2] == '=' ? 2 : 3;
    }
    const auto value = group_value(text.substr(at, 4), digits);
    const std::uint32_t beyond = digits == 2 ? 0xffffU : digits == 3 ? 0xffU : 0U;
    if (!value || (*value & beyond) != 0) {
      return std::nullopt;
    }
    out.push_back(static_cast<std::uint8_t>(*value >> 16));
    if (digits > 2) {
      out.push_back(static_cast<std::uint8_t>(*value >> 8 & 0xff));
    }
    if (digits > 3) {
      out.push_back(static_cast<std::uint8_t>(*value & 0xff));
    }
  }
  return out;
}

}  // namespace daybook
