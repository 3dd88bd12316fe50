#include "components/reactor/format.h"

#include "components/reactor/regex.h"

namespace daybook::reactor {
namespace {

constexpr std::size_t kShownTextMax = 60;
constexpr std::string_view kHex = "0123456789abcdef";

int hex_digit(char c) {
  return c >= '0' && c <= '9'   ? c - '0'
         : c >= 'a' && c <= 'f' ? c - 'a' + 10
         : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                : -1;
}

bool is_dash_place(std::size_t i) {
  return i == 8 || i == 13 || i == 18 || i == 23;
}

}  // namespace

std::string uuid_text(std::string_view bytes) {
  std::string out;
  for (const char c : bytes) {
    if (is_dash_place(out.size())) {
      out += '-';
    }
    const auto byte = static_cast<unsigned char>(c);
    out += kHex[byte >> 4];
    out += kHex[byte & 15U];
  }
  return out;
}

std::string parse_uuid(std::string_view text) {
  std::string out;
  if (text.size() != 36) {
    return out;
  }
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (is_dash_place(i)) {
      if (text[i] != '-') {
        return {};
      }
      continue;
    }
    const int high = hex_digit(text[i]);
    const int low = hex_digit(text[++i]);
    if (high < 0 || low < 0) {
      return {};
    }
    out += static_cast<char>(high << 4 | low);
  }
  return out;
}

bool plain_text(const Value& value, std::string& out) {
  switch (value.tag) {
    case Tag::kNothing:
      return true;
    case Tag::kBool:
      out += value.boolean() ? "true" : "false";
      return true;
    case Tag::kNumber:
    case Tag::kDecimal:
      out += value.to_decimal().text();
      return true;
    case Tag::kText:
      out += value.text();
      return true;
    case Tag::kUuid:
      out += uuid_text(value.text());
      return true;
    case Tag::kInstant:
      out += format_instant(value.instant());
      return true;
    case Tag::kDate:
      out += format_date(value.date());
      return true;
    case Tag::kSpan:
      out += format_span(value.span());
      return true;
    default:
      return false;
  }
}

std::string source_text(const Value& value) {
  std::string out;
  switch (value.tag) {
    case Tag::kNothing:
      return "nothing";
    case Tag::kText:
      out = "'";
      out += value.text().substr(0, kShownTextMax);
      out += value.size > kShownTextMax ? "…'" : "'";
      return out;
    case Tag::kRegex:
      return "/" + std::string(value.regex->pattern()) + "/";
    default:
      return plain_text(value, out) ? out : std::string(kind_text(value));
  }
}

std::string_view kind_text(const Value& value) {
  switch (value.tag) {
    case Tag::kNothing:
      return "nothing";
    case Tag::kBool:
      return "a bool";
    case Tag::kNumber:
    case Tag::kDecimal:
      return "a number";
    case Tag::kText:
      return "a text";
    case Tag::kUuid:
      return "a uuid";
    case Tag::kInstant:
      return "an instant";
    case Tag::kDate:
      return "a date";
    case Tag::kSpan:
      return "a duration";
    case Tag::kBytes:
      return "bytes";
    case Tag::kRegex:
      return "a regular expression";
    case Tag::kList:
    case Tag::kSequence:
      return "a list";
    case Tag::kTuple:
      return "a tuple";
    case Tag::kMap:
      return "a map";
    case Tag::kRecord:
      return value.record->shape->nominal.empty() ? "a record" : value.record->shape->nominal;
    case Tag::kFunction:
      return "a function";
  }
  return "a value";
}

std::string described(const Value& value) {
  const bool known = value.is(Tag::kNothing) && value.size > 0;
  return std::string(kind_text(value)) + (known ? " (" + std::string(value.text()) + ")" : "");
}

}  // namespace daybook::reactor
