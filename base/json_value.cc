#include "base/json_value.h"

#include <charconv>
#include <cmath>

#include "base/hex.h"

namespace daybook {
namespace {

// "1e3", "10.0". Beyond 2^53 a double is not the number that was written any more.
std::optional<std::int64_t> whole(std::string_view text) {
  constexpr double kExact = 9'007'199'254'740'992.0;
  double value = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool fits = error == std::errc() && std::abs(value) <= kExact && value == std::trunc(value);
  return fits ? std::optional(static_cast<std::int64_t>(value)) : std::nullopt;
}

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

std::size_t skip_space(std::string_view text, std::size_t at) {
  while (at < text.size() && is_space(text[at])) {
    ++at;
  }
  return at;
}

// One past the closing quote of the string that begins at `at`.
std::size_t string_end(std::string_view text, std::size_t at) {
  for (++at; text[at] != '"'; ++at) {
    at += text[at] == '\\' ? 1U : 0U;
  }
  return at + 1;
}

// One past the value that begins at `at`.
std::size_t value_end(std::string_view text, std::size_t at) {
  if (text[at] == '"') {
    return string_end(text, at);
  }
  if (text[at] != '{' && text[at] != '[') {
    const auto end = text.find_first_of(",]} \t\r\n", at);
    return end == std::string_view::npos ? text.size() : end;
  }
  int depth = 0;
  for (;;) {
    if (text[at] == '"') {
      at = string_end(text, at);
      continue;
    }
    depth += text[at] == '{' || text[at] == '[' ? 1 : 0;
    depth -= text[at] == '}' || text[at] == ']' ? 1 : 0;
    ++at;
    if (depth == 0) {
      return at;
    }
  }
}

unsigned read_unit(std::string_view text, std::size_t at) {
  unsigned unit = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    unit = unit * 16 + static_cast<unsigned>(hex_digit(text[at + i]));
  }
  return unit;
}

void append_utf8(std::string& out, unsigned point) {
  const auto byte = [&](unsigned value) {
    out += static_cast<char>(static_cast<unsigned char>(value));
  };
  if (point < 0x80) {
    byte(point);
  } else if (point < 0x800) {
    byte(0xc0 | (point >> 6));
    byte(0x80 | (point & 0x3f));
  } else if (point < 0x10000) {
    byte(0xe0 | (point >> 12));
    byte(0x80 | ((point >> 6) & 0x3f));
    byte(0x80 | (point & 0x3f));
  } else {
    byte(0xf0 | (point >> 18));
    byte(0x80 | ((point >> 12) & 0x3f));
    byte(0x80 | ((point >> 6) & 0x3f));
    byte(0x80 | (point & 0x3f));
  }
}

// Appends the character of the escape whose letter stands at `at`; returns one past the escape.
std::size_t append_escape(std::string& out, std::string_view text, std::size_t at) {
  static constexpr std::string_view kLetters = "bfnrt";
  static constexpr std::string_view kMeant = "\b\f\n\r\t";
  if (text[at] != 'u') {
    const auto i = kLetters.find(text[at]);
    out += i == std::string_view::npos ? text[at] : kMeant[i];
    return at + 1;
  }
  unsigned point = read_unit(text, at + 1);
  at += 5;
  if (point >= 0xd800 && point < 0xdc00) {  // the low half follows: check_json saw to it
    point = 0x10000 + ((point - 0xd800) << 10) + (read_unit(text, at + 2) - 0xdc00);
    at += 6;
  }
  append_utf8(out, point);
  return at;
}

// `quoted` with its quotes.
std::string unescape(std::string_view quoted) {
  const auto inside = quoted.substr(1, quoted.size() - 2);
  if (inside.find('\\') == std::string_view::npos) {
    return std::string(inside);
  }
  std::string out;
  out.reserve(inside.size());
  for (std::size_t at = 0; at < inside.size();) {
    if (inside[at] == '\\') {
      at = append_escape(out, inside, at + 1);
    } else {
      out += inside[at++];
    }
  }
  return out;
}

}  // namespace

JsonValue::JsonValue(std::string_view text) {
  const auto begin = skip_space(text, 0);
  text_ = text.substr(begin, value_end(text, begin) - begin);
}

JsonValue::Kind JsonValue::kind() const {
  switch (text_.front()) {
    case 'n':
      return Kind::kNull;
    case 't':
    case 'f':
      return Kind::kBool;
    case '"':
      return Kind::kString;
    case '[':
      return Kind::kArray;
    case '{':
      return Kind::kObject;
    default:
      return Kind::kNumber;
  }
}

std::vector<JsonValue::Member> JsonValue::members() const {
  std::vector<Member> out;
  auto at = skip_space(text_, 1);
  while (text_[at] != '}') {
    const auto key_end = string_end(text_, at);
    auto key = unescape(text_.substr(at, key_end - at));
    at = skip_space(text_, skip_space(text_, key_end) + 1);  // past the colon
    const auto end = value_end(text_, at);
    out.emplace_back(std::move(key), JsonValue(text_.substr(at, end - at)));
    at = skip_space(text_, end);
    at = text_[at] == ',' ? skip_space(text_, at + 1) : at;
  }
  return out;
}

std::vector<JsonValue> JsonValue::elements() const {
  std::vector<JsonValue> out;
  auto at = skip_space(text_, 1);
  while (text_[at] != ']') {
    const auto end = value_end(text_, at);
    out.push_back(JsonValue(text_.substr(at, end - at)));
    at = skip_space(text_, end);
    at = text_[at] == ',' ? skip_space(text_, at + 1) : at;
  }
  return out;
}

std::string JsonValue::string() const {
  return unescape(text_);
}

std::optional<std::int64_t> JsonValue::integer() const {
  std::int64_t value = 0;
  const auto* end = text_.data() + text_.size();
  const auto [stop, error] = std::from_chars(text_.data(), end, value);
  if (error == std::errc() && stop == end) {
    return value;
  }
  return text_.find_first_of(".eE") == std::string_view::npos ? std::nullopt : whole(text_);
}

double JsonValue::number() const {
  double value = 0;
  std::from_chars(text_.data(), text_.data() + text_.size(), value);
  return value;
}

}  // namespace daybook
