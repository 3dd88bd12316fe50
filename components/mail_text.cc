#include "components/mail_text.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <ctime>
#include <utility>

#include "base/base64.h"
#include "base/html_text.h"
#include "base/limits/sendings.h"

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

std::string line_of(std::string text) {
  std::replace_if(text.begin(), text.end(), is_control, ' ');
  return text;
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

Placeholders::Placeholders(const std::vector<JsonValue::Member>& dynamic) {
  for (const auto& [name, value] : dynamic) {
    values_.emplace(name, value_text(value));
  }
}

std::optional<std::string> Placeholders::fill(std::string_view text, Placing placing,
                                              std::size_t bytes_max) const {
  std::string out;
  while (!text.empty() && out.size() <= bytes_max) {
    const auto open = text.find('{');
    out += text.substr(0, open);
    if (open == std::string_view::npos) {
      break;
    }
    text.remove_prefix(open);
    const auto close = text.find_first_of("{}", 1);
    const auto value = close == std::string_view::npos || text[close] == '{'
                           ? values_.end()
                           : values_.find(text.substr(1, close - 1));
    if (value == values_.end()) {
      out += text.substr(0, close);
      text.remove_prefix(std::min(close, text.size()));
      continue;
    }
    if (placing == Placing::kHtml) {
      append_html_text(out, value->second);
    } else {
      out += value->second;
    }
    text.remove_prefix(close + 1);
  }
  if (out.size() > bytes_max) {
    return std::nullopt;
  }
  return placing == Placing::kLine ? line_of(std::move(out)) : std::move(out);
}

Result<MailTexts> fill_mail(const Members& mail) {
  const JsonValue* dynamic = mail.find("dynamic");
  const JsonValue* given = mail.find("body");
  DAYBOOK_ASSIGN(const Members body,
                 Members::of(given == nullptr ? JsonValue("{}") : *given, mail.path_of("body")));
  const Placeholders placeholders(dynamic == nullptr ? std::vector<JsonValue::Member>()
                                                     : dynamic->members());
  const auto fill = [&](const Members& in, std::string_view name, Placing placing,
                        std::size_t bytes_max) -> Result<std::string> {
    DAYBOOK_ASSIGN(const std::string text, in.text(name, kSendingContentBytesMax));
    auto filled = placeholders.fill(text, placing, bytes_max);
    if (!filled) {
      return fail(Code::kInvalid, "INVALID_FIELD",
                  "Has more than " + std::to_string(bytes_max) +
                      " bytes once its placeholders are filled in.",
                  in.path_of(name));
    }
    return std::move(*filled);
  };
  MailTexts out;
  DAYBOOK_ASSIGN(out.subject, fill(mail, "subject", Placing::kLine, kMailSubjectBytesMax));
  DAYBOOK_ASSIGN(out.plain_text, fill(body, "plainText", Placing::kText, kMailTextBytesMax));
  DAYBOOK_ASSIGN(out.html, fill(body, "html", Placing::kHtml, kMailTextBytesMax));
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
    out += "=?UTF-8?B?";
    append_base64(out, {reinterpret_cast<const std::uint8_t*>(text.data()) + at, end - at});
    out += "?=";
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
    if (text[i] == '\n' || text[i] == '\r') {
      out += "\r\n";
    } else {
      out += text[i];
    }
  }
  return out;
}

}  // namespace daybook::components
