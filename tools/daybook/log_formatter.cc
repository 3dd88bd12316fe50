#include "tools/daybook/log_formatter.h"

#include <array>
#include <cstdio>

#include <spdlog/pattern_formatter.h>

#include "base/utf8.h"

namespace daybook::cli {
namespace {

// The code of the character at the front, which is whole: of those of two and three bytes, where
// the marks are that matter.
unsigned code_of(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  if (text.size() >= 2 && byte(0) >> 5 == 6U) {
    return (byte(0) & 0x1fU) << 6 | (byte(1) & 0x3fU);
  }
  if (text.size() >= 3 && byte(0) >> 4 == 14U) {
    return (byte(0) & 0x0fU) << 12 | (byte(1) & 0x3fU) << 6 | (byte(2) & 0x3fU);
  }
  return byte(0);
}

void append(std::string& out, const char* form, unsigned value) {
  std::array<char, 16> buffer{};
  const int length = std::snprintf(buffer.data(), buffer.size(), form, value);
  out.append(buffer.data(), static_cast<std::size_t>(length));
}

bool is_mark(unsigned code) {
  return (code >= 0x80 && code < 0xa0) || (code >= 0x200e && code <= 0x200f) ||
         (code >= 0x2028 && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069);
}

std::size_t bytes_of(unsigned char first) {
  return first < 0xc0 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
}

// `text` is UTF-8.
void append_escaped(std::string& out, std::string_view text) {
  while (!text.empty()) {
    const auto first = static_cast<unsigned char>(text[0]);
    const std::size_t bytes = bytes_of(first);
    const unsigned code = code_of(text);
    if (first < 0x20 || first == 0x7f) {
      append(out, "\\x%02x", first);
    } else if (bytes > 1 && bytes < 4 && is_mark(code)) {
      append(out, "\\u%04x", code);
    } else {
      out += text.substr(0, bytes);
    }
    text.remove_prefix(bytes);
  }
}

class EscapedText final : public spdlog::custom_flag_formatter {
 public:
  void format(const spdlog::details::log_msg& message, const std::tm&,
              spdlog::memory_buf_t& to) override {
    const std::string text = escaped({message.payload.data(), message.payload.size()});
    to.append(text.data(), text.data() + text.size());
  }
  std::unique_ptr<custom_flag_formatter> clone() const override {
    return std::make_unique<EscapedText>();
  }
};

}  // namespace

std::string escaped(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (const auto bad = find_bad_utf8(text)) {
    append_escaped(out, text.substr(0, *bad));
    append(out, "\\x%02x", static_cast<unsigned char>(text[*bad]));
    text.remove_prefix(*bad + 1);
  }
  append_escaped(out, text);
  return out;
}

std::unique_ptr<spdlog::formatter> make_log_formatter() {
  auto out = std::make_unique<spdlog::pattern_formatter>(spdlog::pattern_time_type::utc);
  out->add_flag<EscapedText>('*').set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %l %*");
  return out;
}

}  // namespace daybook::cli
