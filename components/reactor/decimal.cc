#include "components/reactor/decimal.h"

#include <algorithm>
#include <array>
#include <bit>

namespace daybook::reactor {
namespace {

constexpr UInt128 kEnd = static_cast<UInt128>(kMantissaEnd);
// The largest power of ten in 64 bits.
constexpr int kStepMax = 19;
// A remainder below 2^96 times 10^9 stays below 2^128.
constexpr int kDivideStep = 9;
// Exponents beyond this make every number zero or too large.
constexpr std::int64_t kExponentMax = 1'000'000'000;

constexpr std::array<UInt128, kScaleMax + 1> kTens = [] {
  std::array<UInt128, kScaleMax + 1> tens{};
  tens[0] = 1;
  for (std::size_t i = 1; i < tens.size(); ++i) {
    tens[i] = tens[i - 1] * 10;
  }
  return tens;
}();

constexpr UInt128 ten_to(int power) {
  return kTens[static_cast<std::size_t>(power)];
}

constexpr UInt128 magnitude(const Decimal& a) {
  return static_cast<UInt128>(a.mantissa < 0 ? -a.mantissa : a.mantissa);
}

Decimal signed_decimal(bool negative, UInt128 mantissa, int scale) {
  const auto value = static_cast<Int128>(mantissa);
  return {negative ? -value : value, static_cast<std::uint8_t>(scale)};
}

// An unsigned number of 256 bits, least limb first: the product of two mantissas, or a mantissa
// times 10^28, and their sums.
struct Wide {
  std::array<std::uint64_t, 4> limbs{};

  static Wide of(UInt128 n) {
    return {{static_cast<std::uint64_t>(n), static_cast<std::uint64_t>(n >> 64), 0, 0}};
  }
  // Both below 2^96.
  static Wide product(UInt128 a, UInt128 b) {
    const auto a_low = static_cast<std::uint64_t>(a);
    const auto b_low = static_cast<std::uint64_t>(b);
    const UInt128 low = static_cast<UInt128>(a_low) * b_low;
    const UInt128 middle = (a >> 64) * b_low + (b >> 64) * a_low + (low >> 64);
    const UInt128 high = (a >> 64) * (b >> 64) + (middle >> 64);
    return {{static_cast<std::uint64_t>(low), static_cast<std::uint64_t>(middle),
             static_cast<std::uint64_t>(high), static_cast<std::uint64_t>(high >> 64)}};
  }

  // Divides in place and answers the remainder.
  std::uint64_t divide(std::uint64_t divisor) {
    UInt128 rest = 0;
    for (std::size_t i = limbs.size(); i-- > 0;) {
      rest = rest << 64 | limbs[i];
      limbs[i] = static_cast<std::uint64_t>(rest / divisor);
      rest %= divisor;
    }
    return static_cast<std::uint64_t>(rest);
  }

  void add(const Wide& other) {
    UInt128 carry = 0;
    for (std::size_t i = 0; i < limbs.size(); ++i) {
      carry += static_cast<UInt128>(limbs[i]) + other.limbs[i];
      limbs[i] = static_cast<std::uint64_t>(carry);
      carry >>= 64;
    }
  }

  // `other` is not larger.
  void subtract(const Wide& other) {
    std::uint64_t borrow = 0;
    for (std::size_t i = 0; i < limbs.size(); ++i) {
      const UInt128 taken = static_cast<UInt128>(other.limbs[i]) + borrow;
      borrow = taken > limbs[i] ? 1 : 0;
      limbs[i] = static_cast<std::uint64_t>(limbs[i] - taken);
    }
  }

  std::strong_ordering compare(const Wide& other) const {
    return std::lexicographical_compare_three_way(limbs.rbegin(), limbs.rend(),
                                                  other.limbs.rbegin(), other.limbs.rend());
  }

  int bits() const {
    for (std::size_t i = limbs.size(); i-- > 0;) {
      if (limbs[i] != 0) {
        return static_cast<int>(i) * 64 + static_cast<int>(std::bit_width(limbs[i]));
      }
    }
    return 0;
  }

  UInt128 low() const { return static_cast<UInt128>(limbs[1]) << 64 | limbs[0]; }
};

// Digits that must go at least for `bits` to become 96; one more may turn out to be needed.
int digits_over(int bits) {
  // 77/256 is just below the logarithm of 2; exact for every number of bits that occurs.
  return bits <= 96 ? 0 : ((bits - 97) * 77 >> 8) + 1;
}

// The nearest Decimal of wide / 10^scale, which keeps as many digits as fit.
std::optional<Decimal> reduce(Wide wide, bool negative, int scale) {
  std::uint64_t divisor = 1;
  std::uint64_t rest = 0;
  bool sticky = false;  // something was cut before `rest`
  int drop = std::max(scale - kScaleMax, digits_over(wide.bits()));
  for (;;) {
    if (drop > scale) {
      return std::nullopt;
    }
    while (drop > 0) {
      const int step = std::min(drop, kStepMax);
      sticky = sticky || rest != 0;
      divisor = static_cast<std::uint64_t>(ten_to(step));
      rest = wide.divide(divisor);
      scale -= step;
      drop -= step;
    }
    if (wide.bits() <= 96) {
      const std::uint64_t half = divisor / 2;
      const bool tie_up = rest == half && (sticky || (wide.limbs[0] & 1) != 0);
      if (divisor > 1 && (rest > half || tie_up)) {
        wide.add(Wide::of(1));
        // Only 2^96 itself, whose last digit goes next, can be too large now.
        rest = 0;
        sticky = false;
      }
      if (wide.bits() <= 96) {
        return signed_decimal(negative, wide.low(), scale);
      }
    }
    drop = 1;
  }
}

// |a| at the given scale, which is not below its own.
Wide scaled(const Decimal& a, int scale) {
  return Wide::product(magnitude(a), ten_to(scale - a.scale));
}

// The mantissa / 10^drop, rounded.
UInt128 cut(UInt128 mantissa, int drop, Rounding rounding) {
  const UInt128 power = ten_to(drop);
  const UInt128 quotient = mantissa / power;
  const UInt128 rest = mantissa % power;
  const UInt128 half = power / 2;
  const bool tie_up = rest == half && (rounding == Rounding::half_away || (quotient & 1) != 0);
  return quotient + (rest > half || tie_up ? 1 : 0);
}

// Takes trailing zeros of the fraction away.
void strip(UInt128& mantissa, int& scale) {
  for (const int step : {16, 8, 4, 2, 1}) {
    // 10^n divides only what 2^n divides.
    const UInt128 mask = (static_cast<UInt128>(1) << step) - 1;
    while (scale >= step && (mantissa & mask) == 0 && mantissa % ten_to(step) == 0) {
      mantissa /= ten_to(step);
      scale -= step;
    }
  }
}

// A quotient under construction: (quotient + rest / divisor) / 10^scale.
struct Quotient {
  UInt128 quotient;
  UInt128 rest;
  UInt128 divisor;
  int scale;

  // Moves `step` digits from the fraction to the quotient; false, and no change, when they do not
  // fit.
  bool shift(int step) {
    const UInt128 power = ten_to(step);
    if (quotient > (kEnd - 1) / power) {
      return false;
    }
    const UInt128 next = quotient * power + rest * power / divisor;
    if (next >= kEnd) {
      return false;
    }
    quotient = next;
    rest = rest * power % divisor;
    scale += step;
    return true;
  }

  // Moves as many digits as fit, at most kDivideStep; false when none does.
  bool shift_most() {
    int step = std::min(kDivideStep, kScaleMax - scale);
    while (step > 0 && !shift(step)) {
      --step;
    }
    return step > 0;
  }
};

std::int64_t take_exponent(std::string_view& text) {
  const bool negative = !text.empty() && text.front() == '-';
  if (!text.empty() && (text.front() == '-' || text.front() == '+')) {
    text.remove_prefix(1);
  }
  std::int64_t value = 0;
  while (!text.empty() && text.front() >= '0' && text.front() <= '9') {
    value = std::min(value * 10 + (text.front() - '0'), kExponentMax);
    text.remove_prefix(1);
  }
  return negative ? -value : value;
}

std::string_view take_digits(std::string_view& text) {
  std::size_t size = 0;
  while (size < text.size() && text[size] >= '0' && text[size] <= '9') {
    ++size;
  }
  const std::string_view digits = text.substr(0, size);
  text.remove_prefix(size);
  return digits;
}

// The digits of a number as one row.
struct Digits {
  std::string_view whole;
  std::string_view fraction;

  std::size_t size() const { return whole.size() + fraction.size(); }
  unsigned at(std::size_t i) const {
    const char c = i < whole.size() ? whole[i] : fraction[i - whole.size()];
    return static_cast<unsigned>(c - '0');
  }
  std::size_t leading_zeros() const {
    std::size_t n = 0;
    while (n < size() && at(n) == 0) {
      ++n;
    }
    return n;
  }
};

// A number as it is read; `exact` unless digits were lost.
struct Read {
  std::optional<Decimal> number;
  bool exact = false;
};

// digits / 10^scale
Read rounded(const Digits& digits, bool negative, std::int64_t scale) {
  const std::size_t first = digits.leading_zeros();
  const auto cut_off = static_cast<std::size_t>(std::max<std::int64_t>(scale - kScaleMax, 0));
  const std::size_t keep_end = std::max(digits.size() - std::min(cut_off, digits.size()), first);
  UInt128 mantissa = 0;
  std::size_t at = first;
  for (; at < keep_end; ++at) {
    const UInt128 next = mantissa * 10 + digits.at(at);
    if (next >= kEnd) {
      break;
    }
    mantissa = next;
  }
  bool lost = false;
  for (std::size_t i = at; i < digits.size() && !lost; ++i) {
    lost = digits.at(i) != 0;
  }
  // Zeros between the last kept place and the digits: nothing there to round up.
  const bool far_below = cut_off > digits.size() - first && at == first;
  bool up = false;
  if (at < digits.size() && !far_below) {
    bool more = digits.at(at) > 5;
    for (std::size_t i = at + 1; i < digits.size() && !more; ++i) {
      more = digits.at(i) != 0;
    }
    up = digits.at(at) > 5 || (digits.at(at) == 5 && (more || (mantissa & 1) != 0));
  }
  scale -= static_cast<std::int64_t>(far_below ? cut_off : digits.size() - at);
  if (up && ++mantissa == kEnd) {
    mantissa = cut(mantissa, 1, Rounding::half_even);
    --scale;
  }
  for (; scale < 0 && mantissa != 0; ++scale) {
    mantissa *= 10;
    if (mantissa >= kEnd) {
      return {};
    }
  }
  return {signed_decimal(negative, mantissa, static_cast<int>(std::max<std::int64_t>(scale, 0))),
          !lost};
}

Read read(std::string_view text) {
  const bool negative = !text.empty() && text.front() == '-';
  text.remove_prefix(negative ? 1 : 0);
  Digits digits;
  digits.whole = take_digits(text);
  if (digits.whole.empty()) {
    return {};
  }
  if (!text.empty() && text.front() == '.') {
    text.remove_prefix(1);
    digits.fraction = take_digits(text);
    if (digits.fraction.empty()) {
      return {};
    }
  }
  std::int64_t exponent = 0;
  if (!text.empty() && (text.front() == 'e' || text.front() == 'E')) {
    text.remove_prefix(1);
    const char last = text.empty() ? 'e' : text.back();
    if (last < '0' || last > '9') {
      return {};
    }
    exponent = take_exponent(text);
  }
  if (!text.empty()) {
    return {};
  }
  return rounded(digits, negative, static_cast<std::int64_t>(digits.fraction.size()) - exponent);
}

}  // namespace

namespace detail {

std::optional<Decimal> add_wide(const Decimal& a, const Decimal& b) {
  const int scale = std::max(a.scale, b.scale);
  Wide left = scaled(a, scale);
  const Wide right = scaled(b, scale);
  const bool negative = a.mantissa < 0;
  if (negative == (b.mantissa < 0)) {
    left.add(right);
    return reduce(left, negative, scale);
  }
  if (std::is_gteq(left.compare(right))) {
    left.subtract(right);
    return reduce(left, negative, scale);
  }
  Wide difference = right;
  difference.subtract(left);
  return reduce(difference, !negative, scale);
}

std::optional<Decimal> multiply_wide(const Decimal& a, const Decimal& b) {
  return reduce(Wide::product(magnitude(a), magnitude(b)), (a.mantissa < 0) != (b.mantissa < 0),
                a.scale + b.scale);
}

std::strong_ordering compare_wide(const Decimal& a, const Decimal& b) {
  const bool negative = a.mantissa < 0;
  if (negative != (b.mantissa < 0)) {
    return negative ? std::strong_ordering::less : std::strong_ordering::greater;
  }
  const int scale = std::max(a.scale, b.scale);
  const Wide left = scaled(a, scale);
  const Wide right = scaled(b, scale);
  return negative ? right.compare(left) : left.compare(right);
}

}  // namespace detail

std::optional<Decimal> Decimal::parse(std::string_view text) {
  return read(text).number;
}

std::optional<Decimal> Decimal::parse_exact(std::string_view text) {
  const Read out = read(text);
  return out.exact ? out.number : std::nullopt;
}

std::string Decimal::text() const {
  // Digits from the last to the first, in parts that 64 bits hold.
  std::array<char, 48> out{};
  std::size_t at = out.size();
  int written = 0;
  UInt128 rest = magnitude(*this);
  do {
    const UInt128 part_end = ten_to(kStepMax);
    const bool last = rest < part_end;
    auto part = static_cast<std::uint64_t>(last ? rest : rest % part_end);
    rest = last ? 0 : rest / part_end;
    for (const int end = written + kStepMax; last ? part != 0 || written <= scale : written < end;
         ++written) {
      if (written == scale && scale != 0) {
        out[--at] = '.';
      }
      out[--at] = static_cast<char>('0' + part % 10);
      part /= 10;
    }
  } while (rest != 0);
  if (mantissa < 0) {
    out[--at] = '-';
  }
  return std::string(out.data() + at, out.size() - at);
}

std::string Decimal::json_text() const {
  return normalise(*this).text();
}

std::optional<Decimal> divide(const Decimal& a, const Decimal& b) {
  if (is_zero(b)) {
    return std::nullopt;
  }
  const UInt128 dividend = magnitude(a);
  const UInt128 divisor = magnitude(b);
  Quotient q{dividend / divisor, dividend % divisor, divisor, a.scale - b.scale};
  const bool even = q.rest == 0 && q.scale >= 0;
  while (q.scale < 0 || q.rest != 0) {
    const int missing = std::min(-q.scale, kDivideStep);
    const bool moved = q.rest == 0 ? q.shift(missing) : q.shift_most();
    if (!moved && q.scale < 0) {
      return std::nullopt;
    }
    if (!moved) {
      break;
    }
  }
  // Twice a remainder below 2^96 fits.
  const UInt128 twice = q.rest * 2;
  if (twice > divisor || (twice == divisor && (q.quotient & 1) != 0)) {
    ++q.quotient;
  }
  if (q.quotient == kEnd) {
    if (q.scale == 0) {
      return std::nullopt;
    }
    q.quotient = cut(q.quotient, 1, Rounding::half_even);
    --q.scale;
  }
  if (!even) {
    strip(q.quotient, q.scale);
  }
  return signed_decimal((a.mantissa < 0) != (b.mantissa < 0), q.quotient, q.scale);
}

std::optional<Decimal> remainder(const Decimal& a, const Decimal& b) {
  if (is_zero(b)) {
    return std::nullopt;
  }
  const UInt128 dividend = magnitude(a);
  const UInt128 divisor = magnitude(b);
  const bool negative = a.mantissa < 0;
  if (a.scale >= b.scale) {
    const Wide wide = scaled(b, a.scale);
    // A divisor that is larger than every mantissa leaves the dividend.
    const UInt128 rest = wide.bits() > 96 ? dividend : dividend % wide.low();
    return signed_decimal(negative, rest, a.scale);
  }
  UInt128 rest = dividend % divisor;
  for (int left = b.scale - a.scale; left > 0;) {
    const int step = std::min(left, kDivideStep);
    rest = rest * ten_to(step) % divisor;
    left -= step;
  }
  return signed_decimal(negative, rest, b.scale);
}

Decimal round(const Decimal& a, int digits, Rounding rounding) {
  digits = std::max(digits, 0);
  if (a.scale <= digits) {
    return a;
  }
  return signed_decimal(a.mantissa < 0, cut(magnitude(a), a.scale - digits, rounding), digits);
}

Decimal truncate(const Decimal& a) {
  return {a.mantissa / static_cast<Int128>(ten_to(a.scale)), 0};
}

Decimal floor(const Decimal& a) {
  const Decimal whole = truncate(a);
  const bool below =
      a.mantissa < 0 && whole.mantissa * static_cast<Int128>(ten_to(a.scale)) != a.mantissa;
  return {whole.mantissa - (below ? 1 : 0), 0};
}

Decimal ceiling(const Decimal& a) {
  return negate(floor(negate(a)));
}

Decimal normalise(const Decimal& a) {
  UInt128 mantissa = magnitude(a);
  int scale = a.scale;
  if (mantissa == 0) {
    return {};
  }
  strip(mantissa, scale);
  return signed_decimal(a.mantissa < 0, mantissa, scale);
}

std::optional<std::int64_t> to_int64(const Decimal& a) {
  const Decimal whole = normalise(a);
  if (whole.scale != 0 || !detail::fits_int64(whole.mantissa)) {
    return std::nullopt;
  }
  return static_cast<std::int64_t>(whole.mantissa);
}

}  // namespace daybook::reactor
