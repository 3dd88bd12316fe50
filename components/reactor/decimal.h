// Exact decimal numbers: a whole mantissa below 2^96 over a power of ten, as System.Decimal of .NET
// has them (ECMA-335 partition VI calls the type Decimal; the rounding is that of its runtime).
//
// A result that needs more than 28 fraction digits, or a mantissa of 2^96 or more, loses its last
// digits, rounded half to even; one that does not fit even without fraction is no value. Scales
// carry meaning in text only: 1.50 and 1.5 are equal. Any thread; nothing throws.
#pragma once

#include <compare>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

namespace daybook::reactor {

__extension__ using Int128 = __int128;
__extension__ using UInt128 = unsigned __int128;

// 2^96: mantissas lie strictly between it and its negative.
inline constexpr Int128 kMantissaEnd = static_cast<Int128>(1) << 96;
inline constexpr int kScaleMax = 28;

// mantissa / 10^scale
struct Decimal {
  Int128 mantissa = 0;
  std::uint8_t scale = 0;

  static constexpr Decimal of(std::int64_t whole) { return {whole, 0}; }
  // [-]digits[.digits][(e|E)[+|-]digits], all of the text; digits beyond the precision are rounded.
  // Nothing when it is not of that form, or out of range.
  static std::optional<Decimal> parse(std::string_view text);
  // The same without rounding: nothing, too, when the number has more digits than fit.
  static std::optional<Decimal> parse_exact(std::string_view text);

  // "-12.50": no exponent, as many fraction digits as the scale says.
  std::string text() const;
  // The same value without trailing zeros of the fraction: a JSON number.
  std::string json_text() const;
};

enum class Rounding {
  half_even,  // 2.5 → 2, 3.5 → 4: what Math.Round of .NET does unless told otherwise
  half_away,  // 2.5 → 3, -2.5 → -3
};

// What the header leaves to decimal.cc: operands of any size.
namespace detail {
std::optional<Decimal> add_wide(const Decimal& a, const Decimal& b);
std::optional<Decimal> multiply_wide(const Decimal& a, const Decimal& b);
std::strong_ordering compare_wide(const Decimal& a, const Decimal& b);

constexpr bool fits_int64(Int128 n) {
  return n == static_cast<std::int64_t>(n);
}
constexpr bool fits_mantissa(Int128 n) {
  return n < kMantissaEnd && n > -kMantissaEnd;
}
inline constexpr std::int64_t kPowers[19] = {1,
                                             10,
                                             100,
                                             1'000,
                                             10'000,
                                             100'000,
                                             1'000'000,
                                             10'000'000,
                                             100'000'000,
                                             1'000'000'000,
                                             10'000'000'000,
                                             100'000'000'000,
                                             1'000'000'000'000,
                                             10'000'000'000'000,
                                             100'000'000'000'000,
                                             1'000'000'000'000'000,
                                             10'000'000'000'000'000,
                                             100'000'000'000'000'000,
                                             1'000'000'000'000'000'000};
// A 64-bit number times 10^9 stays below 2^93.
inline constexpr int kAlignMax = 9;
}  // namespace detail

constexpr bool is_zero(const Decimal& a) {
  return a.mantissa == 0;
}
constexpr Decimal negate(const Decimal& a) {
  return {-a.mantissa, a.scale};
}
constexpr Decimal abs(const Decimal& a) {
  return a.mantissa < 0 ? negate(a) : a;
}

// The sum; its scale is the larger one, unless digits had to go.
inline std::optional<Decimal> add(const Decimal& a, const Decimal& b) {
  if (a.scale == b.scale) {
    if (const Int128 sum = a.mantissa + b.mantissa; detail::fits_mantissa(sum)) [[likely]] {
      return Decimal{sum, a.scale};
    }
  } else if (detail::fits_int64(a.mantissa) && detail::fits_int64(b.mantissa)) {
    const int more = a.scale - b.scale;
    if (more > 0 && more <= detail::kAlignMax) {
      return Decimal{a.mantissa + b.mantissa * detail::kPowers[more], a.scale};
    }
    if (more < 0 && more >= -detail::kAlignMax) {
      return Decimal{a.mantissa * detail::kPowers[-more] + b.mantissa, b.scale};
    }
  }
  return detail::add_wide(a, b);
}

inline std::optional<Decimal> subtract(const Decimal& a, const Decimal& b) {
  return add(a, negate(b));
}

// The product; its scale is the sum of both, unless digits had to go.
inline std::optional<Decimal> multiply(const Decimal& a, const Decimal& b) {
  if (detail::fits_int64(a.mantissa) && detail::fits_int64(b.mantissa) &&
      a.scale + b.scale <= kScaleMax) [[likely]] {
    const Int128 product = static_cast<Int128>(static_cast<std::int64_t>(a.mantissa)) *
                           static_cast<std::int64_t>(b.mantissa);
    if (detail::fits_mantissa(product)) [[likely]] {
      return Decimal{product, static_cast<std::uint8_t>(a.scale + b.scale)};
    }
  }
  return detail::multiply_wide(a, b);
}

// The quotient to as many digits as fit, without trailing zeros unless the mantissas divide evenly
// (1.00 / 2 = 0.50); nothing too when `b` is zero.
std::optional<Decimal> divide(const Decimal& a, const Decimal& b);
// a - b * truncate(a / b), which has the sign of `a`; nothing when `b` is zero.
std::optional<Decimal> remainder(const Decimal& a, const Decimal& b);

// By value.
inline std::strong_ordering compare(const Decimal& a, const Decimal& b) {
  if (a.scale == b.scale) {
    return a.mantissa <=> b.mantissa;
  }
  if (detail::fits_int64(a.mantissa) && detail::fits_int64(b.mantissa)) {
    const int more = a.scale - b.scale;
    if (more > 0 && more < 19) {
      return a.mantissa <=> b.mantissa * detail::kPowers[more];
    }
    if (more < 0 && more > -19) {
      return a.mantissa * detail::kPowers[-more] <=> b.mantissa;
    }
  }
  return detail::compare_wide(a, b);
}
inline bool operator==(const Decimal& a, const Decimal& b) {
  return std::is_eq(compare(a, b));
}

// To `digits` fraction digits; a number with fewer stays as it is.
Decimal round(const Decimal& a, int digits, Rounding rounding = Rounding::half_even);
// The next whole number below, above, or towards zero; scale 0.
Decimal floor(const Decimal& a);
Decimal ceiling(const Decimal& a);
Decimal truncate(const Decimal& a);
// The same value with the smallest scale: equal numbers become identical.
Decimal normalise(const Decimal& a);
// Nothing unless the number is whole and fits.
std::optional<std::int64_t> to_int64(const Decimal& a);

}  // namespace daybook::reactor
