#include "tools/daybook/log_formatter.h"

#include <algorithm>
#include <array>
#include <cstdio>

#include <spdlog/pattern_formatter.h>

#include "base/utf8.h"

namespace daybook::cli {
namespace {

void append(std::string& out, const char* form, unsigned value) {
  std::array<char, 16> buffer{};
  const int length = std::snprintf(buffer.data(), buffer.size(), form, value);
  out.append(buffer.data(), static_cast<std::size_t>(length));
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
  while (!text.empty()) {
    const Utf8Character c = first_character(text);
    const std::size_t bytes = std::max<std::size_t>(c.bytes, 1);
    if (c.bytes == 0 || (is_unfit_for_a_line(c.code) && c.code < 0x80)) {
      append(out, "\\x%02x", static_cast<unsigned char>(text[0]));
    } else if (is_unfit_for_a_line(c.code)) {
      append(out, "\\u%04x", c.code);
    } else {
      out += text.substr(0, bytes);
    }
    text.remove_prefix(bytes);
  }
  return out;
}

std::unique_ptr<spdlog::formatter> make_log_formatter() {
  auto out = std::make_unique<spdlog::pattern_formatter>(spdlog::pattern_time_type::utc);
  out->add_flag<EscapedText>('*').set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %l %*");
  return out;
}

}  // namespace daybook::cli
