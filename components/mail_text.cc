#include "components/mail_text.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <ctime>

namespace daybook::components {
namespace {

// An encoded word has at most 75 characters (RFC 2047, 2): 12 around 60 of base64.
constexpr std::size_t kWordBytesMax = 45;
// Beyond it a plain text is encoded too, so that it can be folded anywhere.
constexpr std::size_t kPlainBytesMax = 200;

bool is_control(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

std::string value_text(const JsonValue& value) {
  if (value.is_null()) {
    return {};
  }
  return value.kind() == JsonValue::Kind::kString ? value.string() : std::string(value.text());
}

void append_html(std::string& out, std::string_view text) {
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
}

std::string base64(std::string_view bytes) {
  static constexpr char kDigits[] =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t group = 0;
    const std::size_t have = std::min<std::size_t>(3, bytes.size() - i);
    for (std::size_t k = 0; k < 3; ++k) {
      group = group << 8 | (k < have ? static_cast<unsigned char>(bytes[i + k]) : 0U);
    }
    for (std::size_t k = 0; k < 4; ++k) {
      out += k <= have ? kDigits[group >> (18 - 6 * k) & 0x3f] : '=';
    }
  }
  return out;
}

// The end of the word that begins at `from`, not inside a character.
std::size_t word_end(std::string_view text, std::size_t from) {
  std::size_t end = std::min(text.size(), from + kWordBytesMax);
  while (end < text.size() && end > from + 1 &&
         (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) {
    --end;
  }
  return end;
}

}  // namespace

std::string fill_in(std::string_view text, const std::vector<JsonValue::Member>& dynamic,
                    Placing placing) {
  std::string out;
  while (!text.empty()) {
    const auto open = text.find('{');
    out += text.substr(0, open);
    if (open == std::string_view::npos) {
      break;
    }
    text.remove_prefix(open);
    const auto close = text.find('}');
    const auto value = std::find_if(dynamic.begin(), dynamic.end(), [&](const auto& member) {
      return close != std::string_view::npos && member.first == text.substr(1, close - 1);
    });
    if (value == dynamic.end()) {
      out += '{';
      text.remove_prefix(1);
      continue;
    }
    const std::string filled = value_text(value->second);
    if (placing == Placing::kHtml) {
      append_html(out, filled);
    } else {
      out += filled;
    }
    text.remove_prefix(close + 1);
  }
  if (placing == Placing::kLine) {
    std::replace_if(out.begin(), out.end(), is_control, ' ');
  }
  return out;
}

std::string header_text(std::string_view text) {
  const bool plain =
      text.size() <= kPlainBytesMax &&
      std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c < 0x7f; }) &&
      text.find("=?") == std::string_view::npos;
  if (plain) {
    return std::string(text);
  }
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = word_end(text, at);
    out += out.empty() ? "" : "\r\n ";
    out += "=?UTF-8?B?" + base64(text.substr(at, end - at)) + "?=";
    at = end;
  }
  return out;
}

std::string header_mailbox(std::string_view name, std::string_view address) {
  if (name.empty()) {
    return std::string(address);
  }
  const std::string encoded = header_text(name);
  std::string out;
  if (encoded == name) {
    out += '"';
    for (const char c : name) {
      out += c == '"' || c == '\\' ? "\\" : "";
      out += c;
    }
    out += '"';
  } else {
    out += encoded;
  }
  return out.append(" <").append(address).append(">");
}

std::string header_date(Micros time) {
  static constexpr std::array kDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr std::array kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto second = static_cast<std::time_t>(time.value / 1'000'000);
  std::tm t{};
  ::gmtime_r(&second, &t);
  std::array<char, 64> out{};
  std::snprintf(out.data(), out.size(), "%s, %02d %s %04d %02d:%02d:%02d +0000",
                kDays[static_cast<std::size_t>(t.tm_wday)], t.tm_mday,
                kMonths[static_cast<std::size_t>(t.tm_mon)], t.tm_year + 1900, t.tm_hour, t.tm_min,
                t.tm_sec);
  return out.data();
}

std::string crlf_lines(std::string_view text) {
  std::string out;
  out.reserve(text.size() + 16);
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\r' && i + 1 < text.size() && text[i + 1] == '\n') {
      continue;
    }
    out += text[i] == '\n' || text[i] == '\r' ? "\r\n" : std::string(1, text[i]);
  }
  return out;
}

}  // namespace daybook::components
