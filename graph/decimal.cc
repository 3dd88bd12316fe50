// Exact decimals by their digits: compared, never computed with, so no digit is ever lost.
#include <algorithm>

#include "base/ascii.h"
#include "graph/limits.h"
#include "graph/value.h"

namespace daybook::graph {
namespace {

std::size_t take_digits(std::string_view text, std::size_t at, std::string& out) {
  while (at < text.size() && is_digit(text[at])) {
    out += text[at++];
  }
  return at;
}

}  // namespace

Decimal::Decimal(std::int64_t number) : Decimal(*parse(std::to_string(number))) {}

std::optional<Decimal> Decimal::parse(std::string_view text) {
  if (text.empty() || text.size() > kFilterDigitsMax) {
    return std::nullopt;
  }
  Decimal out{Raw{}};
  out.text_ = text;
  std::size_t at = text.front() == '-' ? 1 : 0;
  std::string digits;
  at = take_digits(text, at, digits);
  const std::size_t whole = digits.size();
  if (whole == 0 || (whole > 1 && digits.front() == '0')) {
    return std::nullopt;
  }
  if (at < text.size() && text[at] == '.') {
    at = take_digits(text, at + 1, digits);
    if (digits.size() == whole) {
      return std::nullopt;
    }
  }
  std::int64_t exponent = 0;
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    ++at;
    const bool down = at < text.size() && text[at] == '-';
    at += at < text.size() && (text[at] == '-' || text[at] == '+') ? 1U : 0U;
    std::string figures;
    at = take_digits(text, at, figures);
    if (figures.empty() || figures.size() > 6) {
      return std::nullopt;
    }
    exponent = std::stoll(figures) * (down ? -1 : 1);
  }
  if (at != text.size()) {
    return std::nullopt;
  }
  out.settle(digits, static_cast<std::int64_t>(whole) + exponent, text.front() == '-');
  return out;
}

void Decimal::settle(std::string_view digits, std::int64_t point, bool negative) {
  const std::size_t first = digits.find_first_not_of('0');
  if (first == std::string_view::npos) {
    return;  // zero has no sign
  }
  const std::size_t last = digits.find_last_not_of('0');
  digits_ = digits.substr(first, last - first + 1);
  point_ = point - static_cast<std::int64_t>(first);
  negative_ = negative;
}

std::strong_ordering Decimal::operator<=>(const Decimal& other) const {
  const auto sign = [](const Decimal& d) { return d.digits_.empty() ? 0 : d.negative_ ? -1 : 1; };
  if (sign(*this) != sign(other) || digits_.empty()) {
    return sign(*this) <=> sign(other);
  }
  const Decimal& low = negative_ ? other : *this;
  const Decimal& high = negative_ ? *this : other;
  // Digits begin with one that is not zero, so the point decides first, then the digits as text.
  return low.point_ != high.point_ ? low.point_ <=> high.point_
                                   : low.digits_.compare(high.digits_) <=> 0;
}

}  // namespace daybook::graph
