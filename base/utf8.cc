#include "base/utf8.h"

#include <cstdint>
#include <string>

namespace daybook {
namespace {

// Length of the sequence that starts at `at`, or 0 when it is not UTF-8.
std::size_t sequence_size(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) -> std::uint32_t {
    return at + i < text.size() ? static_cast<std::uint8_t>(text[at + i]) : 0U;
  };
  const auto follows = [&](std::size_t i) { return (byte(i) & 0xc0U) == 0x80U; };
  const std::uint32_t lead = byte(0);
  if (lead < 0x80) {
    return 1;
  }
  if (lead >= 0xc2 && lead <= 0xdf) {
    return follows(1) ? 2 : 0;
  }
  if (lead >= 0xe0 && lead <= 0xef) {
    const bool overlong = lead == 0xe0 && byte(1) < 0xa0;
    const bool surrogate = lead == 0xed && byte(1) >= 0xa0;
    return follows(1) && follows(2) && !overlong && !surrogate ? 3 : 0;
  }
  if (lead >= 0xf0 && lead <= 0xf4) {
    const bool overlong = lead == 0xf0 && byte(1) < 0x90;
    const bool beyond = lead == 0xf4 && byte(1) >= 0x90;
    return follows(1) && follows(2) && follows(3) && !overlong && !beyond ? 4 : 0;
  }
  return 0;
}

}  // namespace

std::optional<std::size_t> find_bad_utf8(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t size = sequence_size(text, at);
    if (size == 0) {
      return at;
    }
    at += size;
  }
  return std::nullopt;
}

Status check_text(std::string_view text, std::size_t bytes_max, std::string_view field) {
  if (text.size() > bytes_max) {
    return fail(Code::kInvalid, "TOO_LONG",
                "has " + std::to_string(text.size()) + " bytes; at most " +
                    std::to_string(bytes_max) + " are allowed",
                field);
  }
  if (const auto at = find_bad_utf8(text)) {
    return fail(Code::kInvalid, "BAD_UTF8", "is not UTF-8 at byte " + std::to_string(*at), field);
  }
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool line_end = c == '\t' || c == '\n' || c == '\r';
    if ((static_cast<unsigned char>(c) < 0x20 && !line_end) || c == 0x7f) {
      return fail(Code::kInvalid, "CONTROL_CHARACTER",
                  "holds a control character at byte " + std::to_string(i), field);
    }
  }
  return {};
}

}  // namespace daybook
