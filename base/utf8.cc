#include "base/utf8.h"

#include <algorithm>
#include <array>
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

std::uint32_t code_point(std::string_view sequence) {
  const auto byte = [&](std::size_t i) {
    return std::uint32_t{static_cast<std::uint8_t>(sequence[i])};
  };
  constexpr std::array<std::uint32_t, 5> kLeadBits{0, 0x7f, 0x1f, 0x0f, 0x07};
  std::uint32_t out = byte(0) & kLeadBits[sequence.size()];
  for (std::size_t i = 1; i < sequence.size(); ++i) {
    out = out << 6 | (byte(i) & 0x3fU);
  }
  return out;
}

// Moves a terminal's cursor, or makes text read otherwise than it stands: C0, DEL, C1, and the
// marks of UAX #9.
bool is_unshown(std::uint32_t c) {
  const bool line_end = c == '\t' || c == '\n' || c == '\r';
  const bool control = (c < 0x20 && !line_end) || (c >= 0x7f && c < 0xa0);
  const bool direction = c == 0x61c || c == 0x200e || c == 0x200f || (c >= 0x202a && c <= 0x202e) ||
                         (c >= 0x2066 && c <= 0x2069);
  return control || direction;
}

void append_shown(std::string& out, std::string_view sequence, bool is_utf8) {
  if (!is_utf8) {
    out += "\xef\xbf\xbd";  // U+FFFD
    return;
  }
  const std::uint32_t c = code_point(sequence);
  if (!is_unshown(c)) {
    out += sequence;
    return;
  }
  constexpr std::string_view kDigits = "0123456789abcdef";
  out += c < 0x100 ? "\\x" : "\\u";
  for (int shift = c < 0x100 ? 4 : 12; shift >= 0; shift -= 4) {
    out += kDigits[c >> static_cast<unsigned>(shift) & 0xfU];
  }
}

}  // namespace

Utf8Character first_character(std::string_view text) {
  const std::size_t bytes = sequence_size(text, 0);
  return {bytes == 0 ? 0 : code_point(text.substr(0, bytes)), bytes};
}

bool is_unfit_for_a_line(std::uint32_t code) {
  return is_unshown(code) || code < 0x20 || code == 0x2028 || code == 0x2029;
}

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

std::string printable(std::string_view text, std::size_t bytes_max) {
  constexpr std::string_view kCut = "…";
  std::string out;
  std::size_t fits = 0;  // of `out`, with room for the sign that something was cut
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t size = sequence_size(text, at);
    append_shown(out, text.substr(at, std::max<std::size_t>(size, 1)), size != 0);
    at += std::max<std::size_t>(size, 1);
    if (out.size() > bytes_max) {
      out.resize(fits);
      return bytes_max < kCut.size() ? out : out.append(kCut);
    }
    fits = out.size() + kCut.size() <= bytes_max ? out.size() : fits;
  }
  return out;
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

Status check_line(std::string_view text, std::size_t bytes_max, std::string_view field) {
  DAYBOOK_TRY(check_text(text, bytes_max, field));
  std::size_t size = 0;
  for (std::size_t at = 0; at < text.size(); at += size) {
    size = sequence_size(text, at);
    if (is_unfit_for_a_line(code_point(text.substr(at, size)))) {
      return fail(Code::kInvalid, "CONTROL_CHARACTER",
                  "must stand on one line, without controls and direction marks, but has one at "
                  "byte " +
                      std::to_string(at),
                  field);
    }
  }
  return {};
}

}  // namespace daybook
