#include "components/reactor/json_events.h"

#include "base/ascii.h"
#include "base/hex.h"
#include "base/utf8.h"

namespace daybook::reactor {
namespace {

void append_utf8(std::string& out, unsigned point) {
  const auto byte = [&out](unsigned value) { out += static_cast<char>(value); };
  if (point < 0x80) {
    byte(point);
  } else if (point < 0x800) {
    byte(0xc0 | point >> 6);
    byte(0x80 | (point & 0x3f));
  } else if (point < 0x10000) {
    byte(0xe0 | point >> 12);
    byte(0x80 | (point >> 6 & 0x3f));
    byte(0x80 | (point & 0x3f));
  } else {
    byte(0xf0 | point >> 18);
    byte(0x80 | (point >> 12 & 0x3f));
    byte(0x80 | (point >> 6 & 0x3f));
    byte(0x80 | (point & 0x3f));
  }
}

}  // namespace

char JsonScanner::peek() {
  while (at_ < text_.size() &&
         (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\r' || text_[at_] == '\t')) {
    ++at_;
  }
  return at_ < text_.size() ? text_[at_] : '\0';
}

bool JsonScanner::take(char c) {
  const bool there = at_ < text_.size() && text_[at_] == c;
  at_ += there ? 1U : 0U;
  return there;
}

bool JsonScanner::literal(std::string_view word) {
  if (!text_.substr(at_).starts_with(word)) {
    return refuse("a value is expected");
  }
  at_ += word.size();
  return true;
}

std::size_t JsonScanner::digits() {
  const std::size_t begin = at_;
  while (at_ < text_.size() && is_digit(text_[at_])) {
    ++at_;
  }
  return at_ - begin;
}

bool JsonScanner::number(std::optional<Decimal>& out, std::string_view& text) {
  const std::size_t begin = at_;
  const bool negative = take('-');
  const bool zero = at_ < text_.size() && text_[at_] == '0';
  const std::size_t whole = digits();
  if (whole == 0) {
    return refuse(negative ? "a digit is expected" : "a value is expected");
  }
  if (zero && whole > 1) {
    at_ = begin;
    return refuse("a number has no leading zeros");
  }
  if (take('.') && digits() == 0) {
    return refuse("a digit is expected");
  }
  if (take('e') || take('E')) {
    if (!take('+')) {
      take('-');
    }
    if (digits() == 0) {
      return refuse("a digit is expected");
    }
  }
  text = text_.substr(begin, at_ - begin);
  out = Decimal::parse_exact(text);
  return true;
}

bool JsonScanner::string(std::string& out) {
  take('"');
  for (;;) {
    const std::size_t begin = at_;
    while (at_ < text_.size() && text_[at_] != '"' && text_[at_] != '\\' &&
           static_cast<unsigned char>(text_[at_]) >= 0x20) {
      ++at_;
    }
    out.append(text_, begin, at_ - begin);
    if (take('"')) {
      return true;
    }
    if (at_ == text_.size()) {
      return refuse("the string does not end");
    }
    if (!take('\\')) {
      return refuse("a control character in a string must be escaped");
    }
    if (!escape(out)) {
      return false;
    }
  }
}

bool JsonScanner::escape(std::string& out) {
  static constexpr std::string_view kLetters = "\"\\/bfnrt";
  static constexpr std::string_view kMeanings = "\"\\/\b\f\n\r\t";
  const char letter = at_ < text_.size() ? text_[at_] : '\0';
  const std::size_t known = kLetters.find(letter);
  if (known != std::string_view::npos) {
    out += kMeanings[known];
    ++at_;
    return true;
  }
  if (!take('u')) {
    return refuse("there is no such escape");
  }
  unsigned point = 0;
  if (!hex4(point)) {
    return false;
  }
  if (point >= 0xd800 && point < 0xe000) {
    unsigned low = 0;
    if (point >= 0xdc00 || !take('\\') || !take('u')) {
      return refuse("half of a surrogate pair is no character");
    }
    if (!hex4(low)) {
      return false;
    }
    if (low < 0xdc00 || low >= 0xe000) {
      return refuse("half of a surrogate pair is no character");
    }
    point = 0x10000 + ((point - 0xd800) << 10) + (low - 0xdc00);
  }
  append_utf8(out, point);
  return true;
}

bool JsonScanner::hex4(unsigned& out) {
  for (int i = 0; i < 4; ++i) {
    const int digit = at_ < text_.size() ? hex_digit(text_[at_]) : -1;
    if (digit < 0) {
      return refuse("four hexadecimal digits are expected");
    }
    out = out << 4 | static_cast<unsigned>(digit);
    ++at_;
  }
  return true;
}

bool JsonScanner::end() {
  peek();
  return at_ == text_.size() || refuse("nothing may follow the value");
}

bool JsonScanner::refuse(std::string_view what) {
  problem_ = "Not a JSON text at byte " + std::to_string(at_) + ": " + std::string(what) + ".";
  return false;
}

namespace detail {

Status check_json_bytes(std::string_view text, const JsonLimits& limits, std::string_view field) {
  if (text.size() > limits.bytes_max) {
    return fail(Code::kTooLarge, "JSON_TOO_LARGE",
                "The JSON text has " + std::to_string(text.size()) + " bytes; at most " +
                    std::to_string(limits.bytes_max) + " are allowed.",
                field);
  }
  if (const auto at = find_bad_utf8(text)) {
    return fail(Code::kMalformed, "BAD_JSON",
                "Not a JSON text at byte " + std::to_string(*at) + ": it is not UTF-8.", field);
  }
  return {};
}

}  // namespace detail

}  // namespace daybook::reactor
