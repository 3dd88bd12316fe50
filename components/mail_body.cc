#include "components/mail_body.h"

#include <algorithm>
#include <cstdint>

#include "base/base64.h"

namespace daybook::components {
namespace {

constexpr std::string_view kLineEnd = "\r\n";
constexpr std::size_t kLineBytesMax = 76;  // RFC 2045, 6.7 and 6.8; a soft end's '=' is one of them
constexpr std::size_t kBase64LineBytes = kLineBytesMax / 4 * 3;

// Of a byte that is neither part of a line end nor a blank at the end of a line.
bool stays(char c) {
  return c == '\t' || (c >= ' ' && c <= '~' && c != '=');
}

void append_escaped(std::string& out, char c) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  const auto byte = static_cast<unsigned char>(c);
  out += '=';
  out += kDigits[byte >> 4U];
  out += kDigits[byte & 15U];
}

std::string quoted_printable(std::string_view text) {
  std::string out;
  std::size_t line = 0;  // where the last line of `out` begins
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::string_view rest = text.substr(i);
    if (rest.starts_with(kLineEnd)) {
      out += kLineEnd;
      line = out.size();
      ++i;
      continue;
    }
    const bool ends = rest.size() == 1 || rest.substr(1).starts_with(kLineEnd);
    const bool plain = stays(rest.front()) && !(ends && (rest[0] == ' ' || rest[0] == '\t'));
    if (out.size() - line + (plain ? 1 : 3) + (ends ? 0 : 1) > kLineBytesMax) {
      out += "=\r\n";
      line = out.size();
    }
    if (plain) {
      out += rest.front();
    } else {
      append_escaped(out, rest.front());
    }
  }
  return out;
}

std::string base64_lines(std::string_view text) {
  std::string out;
  out.reserve(text.size() / 3 * 4 + text.size() / kBase64LineBytes * 2 + 16);
  for (std::size_t at = 0; at < text.size(); at += kBase64LineBytes) {
    out += at == 0 ? "" : kLineEnd;
    append_base64(out, {reinterpret_cast<const std::uint8_t*>(text.data()) + at,
                        std::min(kBase64LineBytes, text.size() - at)});
  }
  return out;
}

// An escape adds two bytes to one, base64 one to three.
bool is_shorter_in_base64(std::string_view text) {
  const auto escapes =
      text.size() - static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
        return stays(c) || c == '\r' || c == '\n';
      }));
  return escapes > text.size() / 6;
}

}  // namespace

std::string mail_part(const MailPart& part) {
  const bool base64 = is_shorter_in_base64(part.text);
  return std::string("Content-Type: ")
      .append(part.type)
      .append("\r\nContent-Transfer-Encoding: ")
      .append(base64 ? "base64\r\n\r\n" : "quoted-printable\r\n\r\n")
      .append(base64 ? base64_lines(part.text) : quoted_printable(part.text))
      .append(kLineEnd);
}

std::string mail_body(std::string_view plain_text, std::string_view html, std::string_view id) {
  const MailPart plain{"text/plain; charset=UTF-8", plain_text};
  const MailPart rich{"text/html; charset=UTF-8", html};
  std::string out = "MIME-Version: 1.0\r\n";
  if (html.empty() || plain_text.empty()) {
    return out + mail_part(html.empty() ? plain : rich);
  }
  // "=_" stands in neither encoding.
  const std::string between = "=_" + std::string(id);
  out += "Content-Type: multipart/alternative;\r\n boundary=\"" + between + "\"\r\n\r\n";
  for (const MailPart& part : {plain, rich}) {
    out += "--" + between + "\r\n" + mail_part(part);
  }
  return out + "--" + between + "--\r\n";
}

}  // namespace daybook::components
