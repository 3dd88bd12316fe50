#include "components/reactor/text.h"

#include <unicase.h>
#include <unictype.h>
#include <unistr.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace daybook::reactor {
namespace {

// As string_view's, in linear time whatever is looked for: memmem of glibc is.
std::size_t find_in(std::string_view text, std::string_view part, std::size_t from = 0) {
  if (from > text.size()) {
    return std::string_view::npos;
  }
  const void* at = memmem(text.data() + from, text.size() - from, part.data(), part.size());
  return at == nullptr ? std::string_view::npos
                       : static_cast<std::size_t>(static_cast<const char*>(at) - text.data());
}

constexpr bool continues(char c) {
  return (static_cast<unsigned char>(c) & 0xc0U) == 0x80U;
}

const std::uint8_t* bytes(std::string_view text) {
  return reinterpret_cast<const std::uint8_t*>(text.data());
}

// Bytes of the first `count` code points.
std::size_t offset_of(std::string_view text, std::size_t count) {
  std::size_t at = 0;
  for (; count > 0 && at < text.size(); --count) {
    ++at;
    while (at < text.size() && continues(text[at])) {
      ++at;
    }
  }
  return at;
}

struct CodePoint {
  ucs4_t value = 0;
  std::size_t size = 0;
};

CodePoint first(std::string_view text) {
  CodePoint out;
  const int size = u8_mbtouc(&out.value, bytes(text), text.size());
  out.size = static_cast<std::size_t>(size);
  return out;
}

CodePoint last(std::string_view text) {
  std::size_t at = text.size() - 1;
  while (at > 0 && continues(text[at])) {
    --at;
  }
  CodePoint out = first(text.substr(at));
  // Bytes that belong to no code point go with it.
  out.size = text.size() - at;
  return out;
}

bool is_space(const CodePoint& point) {
  return point.value < 0x80 ? point.value == ' ' || (point.value >= '\t' && point.value <= '\r')
                            : uc_is_property_white_space(point.value);
}

char ascii_upper(char c) {
  return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}
char ascii_lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

std::optional<std::string> mapped(std::string_view text, std::size_t bytes_max, char (*ascii)(char),
                                  ucs4_t (*other)(ucs4_t)) {
  std::string out;
  out.reserve(std::min(text.size(), bytes_max));
  while (!text.empty()) {
    if (static_cast<unsigned char>(text.front()) < 0x80) {
      out += ascii(text.front());
      text.remove_prefix(1);
    } else {
      const CodePoint point = first(text);
      std::array<std::uint8_t, 8> encoded{};
      const int size = u8_uctomb(encoded.data(), other(point.value), encoded.size());
      out.append(reinterpret_cast<const char*>(encoded.data()),
                 static_cast<std::size_t>(std::max(size, 0)));
      text.remove_prefix(point.size);
    }
    if (out.size() > bytes_max) {
      return std::nullopt;
    }
  }
  return out;
}

// The padding alone.
std::optional<std::string> padding(std::string_view text, std::size_t width, std::string_view pad,
                                   std::size_t bytes_max) {
  const std::size_t has = length(text);
  const std::size_t lacks = width > has && !pad.empty() ? width - has : 0;
  if (text.size() > bytes_max || (lacks != 0 && (bytes_max - text.size()) / lacks < pad.size())) {
    return std::nullopt;
  }
  std::string out;
  out.reserve(lacks * pad.size() + text.size());
  for (std::size_t i = 0; i < lacks; ++i) {
    out += pad;
  }
  return out;
}

}  // namespace

std::size_t length(std::string_view text) {
  std::size_t count = 0;
  for (const char c : text) {
    count += continues(c) ? 0U : 1U;
  }
  return count;
}

std::string_view slice(std::string_view text, std::size_t from, std::size_t count) {
  text.remove_prefix(offset_of(text, from));
  return count == kToEnd ? text : text.substr(0, offset_of(text, count));
}

std::optional<std::size_t> index_of(std::string_view text, std::string_view part,
                                    std::size_t from) {
  const std::size_t start = offset_of(text, from);
  const std::size_t at = find_in(text, part, start);
  if (at == std::string_view::npos) {
    return std::nullopt;
  }
  return length(text.substr(0, at));
}

bool contains(std::string_view text, std::string_view part) {
  return find_in(text, part) != std::string_view::npos;
}

std::string_view trim(std::string_view text) {
  return trim_end(trim_start(text));
}

std::string_view trim_start(std::string_view text) {
  while (!text.empty()) {
    const CodePoint point = first(text);
    if (!is_space(point)) {
      break;
    }
    text.remove_prefix(point.size);
  }
  return text;
}

std::string_view trim_end(std::string_view text) {
  while (!text.empty()) {
    const CodePoint point = last(text);
    if (!is_space(point)) {
      break;
    }
    text.remove_suffix(point.size);
  }
  return text;
}

std::optional<std::string> upper(std::string_view text, std::size_t bytes_max) {
  return mapped(text, bytes_max, ascii_upper, uc_toupper);
}

std::optional<std::string> lower(std::string_view text, std::size_t bytes_max) {
  return mapped(text, bytes_max, ascii_lower, uc_tolower);
}

std::optional<std::vector<std::string_view>> explode(std::string_view text,
                                                     std::string_view separator,
                                                     std::size_t pieces_max) {
  std::vector<std::string_view> pieces;
  for (;;) {
    if (pieces.size() == pieces_max) {
      return std::nullopt;
    }
    const std::size_t at = separator.empty() ? std::string_view::npos : find_in(text, separator);
    pieces.push_back(text.substr(0, at));
    if (at == std::string_view::npos) {
      return pieces;
    }
    text.remove_prefix(at + separator.size());
  }
}

std::optional<std::string> replace(std::string_view text, std::string_view what,
                                   std::string_view with, std::size_t bytes_max) {
  std::string out;
  for (;;) {
    const std::size_t at = what.empty() ? std::string_view::npos : find_in(text, what);
    const bool found = at != std::string_view::npos;
    const std::string_view before = text.substr(0, at);
    const std::size_t grows = before.size() + (found ? with.size() : 0);
    if (grows > bytes_max - out.size()) {
      return std::nullopt;
    }
    out += before;
    if (!found) {
      return out;
    }
    out += with;
    text.remove_prefix(at + what.size());
  }
}

std::optional<std::string> pad_left(std::string_view text, std::size_t width, std::string_view pad,
                                    std::size_t bytes_max) {
  auto out = padding(text, width, pad, bytes_max);
  if (out) {
    *out += text;
  }
  return out;
}

std::optional<std::string> pad_right(std::string_view text, std::size_t width, std::string_view pad,
                                     std::size_t bytes_max) {
  const auto behind = padding(text, width, pad, bytes_max);
  return behind ? std::optional(std::string(text) + *behind) : std::nullopt;
}

}  // namespace daybook::reactor
