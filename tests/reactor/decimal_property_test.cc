// Decimal against its definition in rational numbers of unlimited size (Boost.Multiprecision).
#include <rapidcheck.h>

#include <algorithm>

#include <boost/multiprecision/cpp_int.hpp>
#include <gtest/gtest.h>

#include "components/reactor/decimal.h"

namespace daybook::reactor {
namespace {

using Big = boost::multiprecision::cpp_int;

Big power(int n) {
  return boost::multiprecision::pow(Big(10), static_cast<unsigned>(n));
}

Big big(Int128 n) {
  const bool negative = n < 0;
  const auto size = static_cast<UInt128>(negative ? -n : n);
  Big out = static_cast<std::uint64_t>(size >> 64);
  out = (out << 64) + static_cast<std::uint64_t>(size);
  return negative ? Big(-out) : out;
}

// numerator / denominator, to the nearest whole number, halves to the even one.
Big nearest(const Big& numerator, const Big& denominator) {
  const Big top = boost::multiprecision::abs(numerator);
  const Big bottom = boost::multiprecision::abs(denominator);
  Big whole = top / bottom;
  const Big twice = (top % bottom) * 2;
  if (twice > bottom || (twice == bottom && whole % 2 == 1)) {
    ++whole;
  }
  return (numerator < 0) != (denominator < 0) ? Big(-whole) : whole;
}

// The text of numerator / denominator with the largest scale, up to `scale`, whose mantissa fits.
std::string expected(const Big& numerator, const Big& denominator, int scale) {
  for (int s = scale; s >= 0; --s) {
    const Big mantissa = nearest(numerator * power(s), denominator);
    if (boost::multiprecision::abs(mantissa) < (Big(1) << 96)) {
      std::string digits = Big(boost::multiprecision::abs(mantissa)).str();
      if (digits.size() <= static_cast<std::size_t>(s)) {
        digits.insert(0, static_cast<std::size_t>(s) + 1 - digits.size(), '0');
      }
      if (s > 0) {
        digits.insert(digits.size() - static_cast<std::size_t>(s), 1, '.');
      }
      return (mantissa < 0 ? "-" : "") + digits;
    }
  }
  return "nothing";
}

std::string text_or_nothing(const std::optional<Decimal>& number) {
  return number ? number->text() : "nothing";
}

std::string stripped(std::string text) {
  if (text.find('.') != std::string::npos) {
    text.erase(text.find_last_not_of('0') + 1);
    if (text.back() == '.') {
      text.pop_back();
    }
  }
  return text == "-0" ? "0" : text;
}

// Any size of mantissa is as likely as any other; often near a power of two or ten.
Decimal some() {
  const auto high = static_cast<UInt128>(*rc::gen::arbitrary<std::uint32_t>()) << 64;
  UInt128 mantissa = high | *rc::gen::arbitrary<std::uint64_t>();
  mantissa |= static_cast<UInt128>(*rc::gen::inRange(0, 2)) << 95;
  switch (*rc::gen::inRange(0, 8)) {
    case 0:
      mantissa = static_cast<UInt128>(kMantissaEnd) - 1 - *rc::gen::inRange<unsigned>(0, 12);
      break;
    case 1:
      mantissa = 1;
      for (int n = *rc::gen::inRange(0, 28); n > 0; --n) {
        mantissa *= 10;
      }
      mantissa += *rc::gen::inRange<unsigned>(0, 7);
      break;
    default:
      mantissa >>= *rc::gen::inRange(0, 97);
  }
  const auto signed_mantissa = static_cast<Int128>(mantissa);
  const auto scale = static_cast<std::uint8_t>(*rc::gen::inRange(0, 29));
  return {*rc::gen::arbitrary<bool>() ? -signed_mantissa : signed_mantissa, scale};
}

void check(const char* what, void (*property)(const Decimal& a, const Decimal& b)) {
  // A property holds for 40 pairs per case of the generator.
  EXPECT_TRUE(rc::check(what, [property] {
    for (int i = 0; i < 40; ++i) {
      const Decimal a = some();
      const Decimal b = some();
      RC_LOG() << a.text() << " and " << b.text() << '\n';
      property(a, b);
    }
  }));
}

TEST(DecimalProperty, SumsAndDifferencesAreTheNearestThatFit) {
  check("sum", [](const Decimal& a, const Decimal& b) {
    const int scale = std::max(a.scale, b.scale);
    const Big left = big(a.mantissa) * power(scale - a.scale);
    const Big right = big(b.mantissa) * power(scale - b.scale);
    RC_ASSERT(text_or_nothing(add(a, b)) == expected(left + right, power(scale), scale));
    RC_ASSERT(text_or_nothing(subtract(a, b)) == expected(left - right, power(scale), scale));
    RC_ASSERT((compare(a, b) == 0) == (left == right));
    RC_ASSERT((compare(a, b) < 0) == (left < right));
  });
}

TEST(DecimalProperty, ProductsAreTheNearestThatFit) {
  check("product", [](const Decimal& a, const Decimal& b) {
    const int scale = a.scale + b.scale;
    RC_ASSERT(text_or_nothing(multiply(a, b)) == expected(big(a.mantissa) * big(b.mantissa),
                                                          power(scale),
                                                          std::min(scale, kScaleMax)));
  });
}

TEST(DecimalProperty, QuotientsAreTheNearestThatFit) {
  check("quotient", [](const Decimal& a, const Decimal& b) {
    if (is_zero(b)) {
      RC_ASSERT(!divide(a, b));
      return;
    }
    const bool even = a.scale >= b.scale && a.mantissa % b.mantissa == 0;
    const std::string ideal =
        expected(big(a.mantissa) * power(b.scale), big(b.mantissa) * power(a.scale),
                 even ? a.scale - b.scale : kScaleMax);
    RC_ASSERT(text_or_nothing(divide(a, b)) ==
              (even || ideal == "nothing" ? ideal : stripped(ideal)));
  });
}

TEST(DecimalProperty, RemaindersAreExact) {
  check("remainder", [](const Decimal& a, const Decimal& b) {
    if (is_zero(b)) {
      RC_ASSERT(!remainder(a, b));
      return;
    }
    const int scale = std::max(a.scale, b.scale);
    const Big rest =
        (big(a.mantissa) * power(scale - a.scale)) % (big(b.mantissa) * power(scale - b.scale));
    RC_ASSERT(text_or_nothing(remainder(a, b)) == expected(rest, power(scale), scale));
  });
}

TEST(DecimalProperty, RoundingIsToTheNearestAndTextReadsBack) {
  check("round", [](const Decimal& a, const Decimal&) {
    const int digits = *rc::gen::inRange(0, 29);
    RC_ASSERT(round(a, digits).text() ==
              expected(big(a.mantissa), power(a.scale), std::min<int>(digits, a.scale)));
    const Decimal below = floor(a);
    RC_ASSERT((compare(below, a) <= 0 && compare(a, below) >= 0));
    RC_ASSERT((compare(a, Decimal{below.mantissa + 1, 0}) < 0));
    RC_ASSERT((compare(ceiling(a), a) >= 0));
    const auto again = Decimal::parse(a.text());
    RC_ASSERT(again.has_value());
    RC_ASSERT(again->mantissa == a.mantissa && again->scale == a.scale);
    RC_ASSERT(a.json_text() == stripped(a.text()));
    RC_ASSERT(Decimal::parse(a.json_text()) == a);
  });
}

TEST(DecimalProperty, LongTextsAreReadAsTheNearestThatFits) {
  EXPECT_TRUE(rc::check("parse", [] {
    const auto digit = rc::gen::weightedOneOf<char>({{3, rc::gen::inRange('0', ':')},
                                                     {2, rc::gen::element('0', '5')},
                                                     {1, rc::gen::just('9')}});
    const auto whole = *rc::gen::nonEmpty(rc::gen::container<std::string>(digit));
    const auto fraction = *rc::gen::container<std::string>(digit);
    const int exponent = *rc::gen::inRange(-70, 40);
    const std::string text =
        whole + (fraction.empty() ? "" : "." + fraction) + "e" + std::to_string(exponent);
    const std::string all = whole + fraction;
    const std::size_t first = all.find_first_not_of('0');
    const Big digits(first == std::string::npos ? "0" : all.substr(first));
    const int scale = static_cast<int>(fraction.size()) - exponent;
    const Big numerator = scale < 0 ? Big(digits * power(-scale)) : digits;
    RC_ASSERT(text_or_nothing(Decimal::parse(text)) ==
              expected(numerator, power(std::max(scale, 0)), std::clamp(scale, 0, kScaleMax)));
    const auto near = Decimal::parse(text);
    const bool exact =
        near && big(near->mantissa) * power(std::max(scale, 0)) == numerator * power(near->scale);
    RC_ASSERT(Decimal::parse_exact(text).has_value() == exact);
  }));
}

}  // namespace
}  // namespace daybook::reactor
