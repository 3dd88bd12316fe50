#include "base/json_value.h"

#include <array>
#include <charconv>
#include <cmath>

#include "base/hex.h"
#include "base/json_scan.h"

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

// The text was checked: what is open is closed before its end. Of one that was cut all the same
// nothing behind its end is read.

const char* skip_space(const char* at, const char* end) {
  while (at < end && is_space(*at)) {
    ++at;
  }
  return at;
}

// What a character does to the end of an object or an array that is passed over.
enum class Bears : std::uint8_t { kNothing, kQuote, kOpen, kClose };

constexpr std::array<Bears, 256> kBears = [] {
  std::array<Bears, 256> out{};
  out['"'] = Bears::kQuote;
  out['{'] = out['['] = Bears::kOpen;
  out['}'] = out[']'] = Bears::kClose;
  return out;
}();

// One past the object or array that begins at `at`.
const char* nested_end(const char* at, const char* end) {
  int depth = 0;
  while (at < end) {
    switch (kBears[static_cast<unsigned char>(*at)]) {
      case Bears::kNothing:
        break;
      case Bears::kQuote:
        at = json_string_end(at, end);
        continue;
      case Bears::kOpen:
        ++depth;
        break;
      case Bears::kClose:
        if (--depth == 0) {
          return at + 1;
        }
        break;
    }
    ++at;
  }
  return end;
}

// One past the value that begins at `at`.
const char* value_end(const char* at, const char* end) {
  if (at < end && *at == '"') {
    return json_string_end(at, end);
  }
  if (at < end && (*at == '{' || *at == '[')) {
    return nested_end(at, end);
  }
  while (at < end && *at != ',' && *at != ']' && *at != '}' && !is_space(*at)) {
    ++at;
  }
  return at;
}

std::string_view between(const char* begin, const char* end) {
  return {begin, static_cast<std::size_t>(end - begin)};
}

// Past the white space, the sign between two parts, and the white space behind that; where another
// character stands it is at that.
const char* skip_sign(char sign, const char* at, const char* end) {
  at = skip_space(at, end);
  return at < end && *at == sign ? skip_space(at + 1, end) : at;
}

// Where the first part of an object or array stands, or what closes it.
const char* first_part(std::string_view nested) {
  const char* const end = nested.data() + nested.size();
  return nested.empty() ? end : skip_space(nested.data() + 1, end);
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

// There is one value in it: what is not white space.
JsonValue::JsonValue(std::string_view text) {
  const char* const begin = skip_space(text.data(), text.data() + text.size());
  const char* end = text.data() + text.size();
  while (end != begin && is_space(end[-1])) {
    --end;
  }
  text_ = between(begin, end);
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
  constexpr std::size_t kFew = 8;  // of most objects: all of them in one piece of memory
  std::vector<Member> out;
  const char* const end = text_.data() + text_.size();
  for (const char* at = first_part(text_); at < end && *at != '}';) {
    if (out.empty()) {
      out.reserve(kFew);
    }
    const char* const key_end = json_string_end(at, end);
    auto key = unescape(between(at, key_end));
    at = skip_sign(':', key_end, end);
    const char* const past = value_end(at, end);
    out.emplace_back(std::move(key), JsonValue(between(at, past)));
    at = skip_sign(',', past, end);
  }
  return out;
}

std::vector<JsonValue> JsonValue::elements() const {
  std::vector<JsonValue> out;
  const char* const end = text_.data() + text_.size();
  for (const char* at = first_part(text_); at < end && *at != ']';) {
    const char* const past = value_end(at, end);
    if (past == at) {
      break;  // no value stands there
    }
    out.push_back(JsonValue(between(at, past)));
    at = skip_sign(',', past, end);
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
