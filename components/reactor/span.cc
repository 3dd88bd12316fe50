#include "components/reactor/span.h"

#include <algorithm>
#include <array>

namespace daybook::reactor {
namespace {

using Unit = Span::Unit;

constexpr std::int64_t kSecond = 1'000'000;
constexpr std::int64_t kDay = 86'400 * kSecond;
constexpr int kTicksPerMicrosecond = 10;

struct UnitRow {
  std::string_view name;
  std::int64_t size;  // in months, or in microseconds; ticks, the smaller ones, aside
};

constexpr std::array<UnitRow, 9> kUnits = {{{"years", 12},
                                            {"months", 1},
                                            {"weeks", 7 * kDay},
                                            {"days", kDay},
                                            {"hours", 3600 * kSecond},
                                            {"minutes", 60 * kSecond},
                                            {"seconds", kSecond},
                                            {"milliseconds", 1000},
                                            {"ticks", 1}}};

const UnitRow& row(Unit unit) {
  return kUnits[static_cast<std::size_t>(unit)];
}

// The longest unit from `first` on of which the amount is a whole number; zero is one of all.
Unit longest_exact(Unit first, std::int64_t amount) {
  auto at = static_cast<std::size_t>(first);
  while (amount % kUnits[at].size != 0) {
    ++at;
  }
  return static_cast<Unit>(at);
}

Span calendar_span(std::int64_t months) {
  return {longest_exact(Unit::years, months), months};
}

// One designator of ISO 8601 and the unit that it stands for.
struct Designator {
  char letter;
  bool time;
  Unit unit;
};

constexpr std::array kDesignators = {
    Designator{'Y', false, Unit::years}, Designator{'M', false, Unit::months},
    Designator{'W', false, Unit::weeks}, Designator{'D', false, Unit::days},
    Designator{'H', true, Unit::hours},  Designator{'M', true, Unit::minutes},
    Designator{'S', true, Unit::seconds}};

std::size_t number_size(std::string_view text) {
  const std::size_t size = text.find_first_not_of("0123456789.");
  return size == std::string_view::npos ? text.size() : size;
}

// Adds up the parts behind 'P'.
class IsoParser {
 public:
  explicit IsoParser(std::string_view text) : text_(text) {}

  std::optional<Span> parse() {
    while (!text_.empty()) {
      if (!in_time_ && text_.front() == 'T') {
        in_time_ = true;
        text_.remove_prefix(1);
        if (text_.empty()) {
          return std::nullopt;
        }
      }
      if (!part()) {
        return std::nullopt;
      }
    }
    if (!any_) {
      return std::nullopt;
    }
    return total_.unit == Unit::months ? calendar_span(total_.amount) : clock_span(total_.amount);
  }

 private:
  bool part() {
    const std::size_t size = number_size(text_);
    if (fraction_ || size == text_.size()) {
      return false;
    }
    const std::string_view number = text_.substr(0, size);
    fraction_ = number.find('.') != std::string_view::npos;
    const auto unit = designated(text_[size]);
    const auto count = Decimal::parse(number);
    const auto part = unit && count ? make_span(*count, *unit) : std::nullopt;
    if (!part) {
      return false;
    }
    const Unit smallest = is_calendar(*unit) ? Unit::months : Unit::ticks;
    if (!any_) {
      total_.unit = smallest;
    }
    const auto sum = add(total_, {smallest, part->amount});
    if (!sum) {
      return false;
    }
    total_ = *sum;
    any_ = true;
    text_.remove_prefix(size + 1);
    return true;
  }

  // Each letter once, in their order.
  std::optional<Unit> designated(char letter) {
    for (; next_ < kDesignators.size(); ++next_) {
      const Designator& d = kDesignators[next_];
      if (d.letter == letter && d.time == in_time_) {
        ++next_;
        return d.unit;
      }
    }
    return std::nullopt;
  }

  std::string_view text_;
  std::size_t next_ = 0;
  bool in_time_ = false;
  bool fraction_ = false;
  bool any_ = false;
  Span total_;
};

void append_part(std::string& out, std::uint64_t& rest, std::uint64_t size, char letter) {
  if (rest >= size) {
    out += std::to_string(rest / size) + letter;
    rest %= size;
  }
}

}  // namespace

std::string_view unit_name(Unit unit) {
  return row(unit).name;
}

std::optional<Unit> parse_unit(std::string_view name) {
  if (name == "ms") {
    return Unit::milliseconds;
  }
  for (std::size_t i = 0; i < kUnits.size(); ++i) {
    if (kUnits[i].name == name) {
      return static_cast<Unit>(i);
    }
  }
  return std::nullopt;
}

std::optional<Span> make_span(const Decimal& count, Unit unit) {
  auto amount = multiply(count, Decimal::of(row(unit).size));
  if (amount && unit == Unit::ticks) {
    amount = divide(*amount, Decimal::of(kTicksPerMicrosecond));
  }
  if (amount && !is_calendar(unit)) {
    amount = round(*amount, 0);
  }
  const auto whole = amount ? to_int64(*amount) : std::nullopt;
  return whole ? std::optional(Span{unit, *whole}) : std::nullopt;
}

bool is_whole_days(const Span& span) {
  return !is_calendar(span.unit) && span.amount % kDay == 0;
}

std::string_view why_no_span(const Decimal& count, Unit unit) {
  const auto months =
      is_calendar(unit) ? multiply(count, Decimal::of(row(unit).size)) : std::nullopt;
  return months && *months != floor(*months)
             ? "a part of a month has no length: months are whole, and twelfths of years"
             : "this length of time does not fit";
}

Decimal count(const Span& span) {
  const Decimal amount = Decimal::of(span.amount);
  const auto result = span.unit == Unit::ticks ? multiply(amount, Decimal::of(kTicksPerMicrosecond))
                                               : divide(amount, Decimal::of(row(span.unit).size));
  // 64 bits times ten, and 64 bits over anything, fit.
  return result.value_or(Decimal{});
}

std::optional<Span> convert(const Span& span, Unit unit) {
  if (is_calendar(span.unit) != is_calendar(unit)) {
    return std::nullopt;
  }
  return Span{unit, span.amount};
}

Span clock_span(std::int64_t microseconds) {
  return {microseconds == 0 ? Unit::seconds : longest_exact(Unit::days, microseconds),
          microseconds};
}

std::optional<Span> add(const Span& a, const Span& b) {
  std::int64_t amount = 0;
  if (is_calendar(a.unit) != is_calendar(b.unit) ||
      __builtin_add_overflow(a.amount, b.amount, &amount)) {
    return std::nullopt;
  }
  return Span{std::max(a.unit, b.unit), amount};
}

std::optional<Span> subtract(const Span& a, const Span& b) {
  std::int64_t amount = 0;
  if (is_calendar(a.unit) != is_calendar(b.unit) ||
      __builtin_sub_overflow(a.amount, b.amount, &amount)) {
    return std::nullopt;
  }
  return Span{std::max(a.unit, b.unit), amount};
}

std::optional<Span> negate(const Span& span) {
  return subtract({span.unit, 0}, span);
}

std::optional<Decimal> ratio(const Span& a, const Span& b) {
  if (is_calendar(a.unit) != is_calendar(b.unit)) {
    return std::nullopt;
  }
  return divide(Decimal::of(a.amount), Decimal::of(b.amount));
}

std::optional<std::strong_ordering> compare(const Span& a, const Span& b) {
  if (is_calendar(a.unit) != is_calendar(b.unit)) {
    return std::nullopt;
  }
  return a.amount <=> b.amount;
}

std::string format_span(const Span& span) {
  const Decimal in_unit = count(span);
  if (make_span(in_unit, span.unit) == span) {
    return in_unit.json_text() + " " + std::string(unit_name(span.unit));
  }
  const Unit first = is_calendar(span.unit) ? Unit::years : Unit::weeks;
  const Span exact{longest_exact(first, span.amount), span.amount};
  return count(exact).json_text() + " " + std::string(unit_name(exact.unit));
}

std::string iso_span(const Span& span) {
  std::string out = span.amount < 0 ? "-P" : "P";
  std::uint64_t rest = span.amount < 0 ? -static_cast<std::uint64_t>(span.amount)
                                       : static_cast<std::uint64_t>(span.amount);
  if (is_calendar(span.unit)) {
    append_part(out, rest, 12, 'Y');
    append_part(out, rest, 1, 'M');
    return span.amount == 0 ? "P0M" : out;
  }
  append_part(out, rest, static_cast<std::uint64_t>(kDay), 'D');
  if (rest != 0 || span.amount == 0) {
    out += 'T';
    append_part(out, rest, 3600 * static_cast<std::uint64_t>(kSecond), 'H');
    append_part(out, rest, 60 * static_cast<std::uint64_t>(kSecond), 'M');
    if (rest != 0 || span.amount == 0) {
      out += Decimal{static_cast<Int128>(rest), 6}.json_text() + "S";
    }
  }
  return out;
}

std::optional<Span> parse_span(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (text.substr(negative ? 1 : 0).starts_with('P')) {
    const auto span = IsoParser(text.substr(negative ? 2 : 1)).parse();
    return span && negative ? negate(*span) : span;
  }
  const std::size_t space = text.find(' ');
  if (space == std::string_view::npos) {
    return std::nullopt;
  }
  const std::size_t name = text.find_first_not_of(' ', space);
  const auto count = Decimal::parse(text.substr(0, space));
  const auto unit = name == std::string_view::npos ? std::nullopt : parse_unit(text.substr(name));
  return count && unit ? make_span(*count, *unit) : std::nullopt;
}

}  // namespace daybook::reactor
