#include "components/reactor/decimal.h"

#include <gtest/gtest.h>

namespace daybook::reactor {
namespace {

using Strings = std::initializer_list<std::string_view>;

constexpr std::string_view kLargest = "79228162514264337593543950335";

Decimal number(std::string_view text) {
  const auto parsed = Decimal::parse(text);
  EXPECT_TRUE(parsed) << text;
  return parsed.value_or(Decimal{});
}

std::string shown(const std::optional<Decimal>& number) {
  return number ? number->text() : "nothing";
}

struct Case {
  std::string_view a;
  std::string_view b;
  std::string_view result;
};

TEST(Decimal, ParsesAndPrintsWithItsScale) {
  for (const std::string_view text :
       {"0", "7", "-12.50", "0.00", "0.05", "79228162514264337593543950335",
        "-79228162514264337593543950335", "7.9228162514264337593543950335",
        "0.0000000000000000000000000001", "-9223372036854775808.5"}) {
    EXPECT_EQ(number(text).text(), text);
  }
  for (const auto& [text, is] : {std::pair("007", "7"),
                                 {"-0", "0"},
                                 {"-0.0", "0.0"},
                                 {"1e3", "1000"},
                                 {"1E+3", "1000"},
                                 {"1.50e1", "15.0"},
                                 {"125e-2", "1.25"},
                                 {"0e9", "0"},
                                 {"0e99999999999999999999", "0"},
                                 {"1e28", "10000000000000000000000000000"},
                                 {"1e-28", "0.0000000000000000000000000001"}}) {
    EXPECT_EQ(number(text).text(), is) << text;
  }
}

TEST(Decimal, RoundsDigitsBeyondThePrecisionHalfToEven) {
  constexpr std::string_view kZero = "0.0000000000000000000000000000";
  for (const auto& [text, is] :
       {std::pair<std::string_view, std::string_view>("0.00000000000000000000000000005", kZero),
        {"5.0e-29", kZero},
        {"0.00000000000000000000000000015", "0.0000000000000000000000000002"},
        {"0.000000000000000000000000000050001", "0.0000000000000000000000000001"},
        {"0.0000000000000000000000000000099", kZero},
        {"1e-400", kZero},
        {"9e-29", "0.0000000000000000000000000001"},
        {"1.00000000000000000000000000005", "1.0000000000000000000000000000"},
        {"1.00000000000000000000000000015", "1.0000000000000000000000000002"},
        {"8.12345678901234567890123456785", "8.123456789012345678901234568"},
        {"79228162514264337593543950334.5", "79228162514264337593543950334"},
        {"7.92281625142643375935439503355", "7.922816251426433759354395034"}}) {
    EXPECT_EQ(number(text).text(), is) << text;
  }
}

TEST(Decimal, ParsesExactlyOrNotAtAll) {
  for (const std::string_view text : Strings{
           "0", "1.50", "-7e-28", "1e28", "7.9228162514264337593543950335",
           "1.000000000000000000000000000000000000", "0e-400", "0.00000000000000000000000000010"}) {
    EXPECT_TRUE(Decimal::parse_exact(text) == number(text)) << text;
  }
  for (const std::string_view text : Strings{
           "0.12345678901234567890123456789", "1e-29", "5e-400", "79228162514264337593543950334.5",
           "-1.00000000000000000000000000001", "79228162514264337593543950336", "1.", "x"}) {
    EXPECT_FALSE(Decimal::parse_exact(text)) << text;
  }
}

TEST(Decimal, RefusesWhatIsOutOfRange) {
  for (const std::string_view text :
       {"79228162514264337593543950336", "-79228162514264337593543950336", "1e29",
        "79228162514264337593543950335.5", "1e400", "1e99999999999999999999", "8e28"}) {
    EXPECT_FALSE(Decimal::parse(text)) << text;
  }
}

TEST(Decimal, RefusesWhatIsNoNumber) {
  for (const std::string_view text :
       Strings{"",      "-",   "+1",    ".5",       "5.",    "1.e3", "1e",
               "1e+",   "1e-", "1e1.5", "1 ",       " 1",    "0x1",  "1_000",
               "1,000", "--1", "NaN",   "Infinity", "1e--3", "1e3-", std::string_view("1\0", 2)}) {
    EXPECT_FALSE(Decimal::parse(text)) << text;
  }
}

TEST(Decimal, JsonTextHasNoTrailingZeros) {
  for (const auto& [text, is] : {std::pair("1.50", "1.5"),
                                 {"100", "100"},
                                 {"100.00", "100"},
                                 {"-0.000", "0"},
                                 {"0.10", "0.1"},
                                 {"-2.000000000000000000000000000", "-2"}}) {
    EXPECT_EQ(number(text).json_text(), is) << text;
  }
}

TEST(Decimal, AddKeepsTheLargerScale) {
  for (const auto& [a, b, result] :
       {Case{"1", "2", "3"}, Case{"1.10", "2.9", "4.00"}, Case{"-1", "1.00", "0.00"},
        Case{"9223372036854775807", "9223372036854775807", "18446744073709551614"},
        Case{"1", "0.0000000000000000000000000001", "1.0000000000000000000000000001"},
        // The last digits do not fit beside the first.
        Case{"12345678901234567890", "0.0000000000000000000000000001",
             "12345678901234567890.000000000"},
        Case{kLargest, "0.4", kLargest},
        Case{"79228162514264337593543950334", "0.5", "79228162514264337593543950334"},
        Case{kLargest, "0.5", "nothing"}, Case{kLargest, "1", "nothing"},
        Case{"7.9228162514264337593543950335", "0.0000000000000000000000000001",
             "7.922816251426433759354395034"}}) {
    EXPECT_EQ(shown(add(number(a), number(b))), result) << a << " + " << b;
    EXPECT_EQ(shown(add(number(b), number(a))), result) << b << " + " << a;
    EXPECT_EQ(shown(subtract(number(a), negate(number(b)))), result) << a << " - -" << b;
  }
}

TEST(Decimal, MultiplyAddsTheScales) {
  for (const auto& [a, b, result] :
       {Case{"2", "3", "6"}, Case{"1.50", "2.0", "3.000"}, Case{"-0.1", "0.1", "-0.01"},
        Case{"9223372036854775807", "8", "73786976294838206456"},
        Case{"100000000000000", "100000000000000", "10000000000000000000000000000"},
        Case{"1000000000000000", "100000000000000", "nothing"},
        Case{kLargest, "-1", "-79228162514264337593543950335"}, Case{kLargest, "2", "nothing"},
        Case{"0.00000000000001", "0.00000000000001", "0.0000000000000000000000000001"},
        Case{"0.00000000000001", "0.000000000000005", "0.0000000000000000000000000000"},
        Case{"0.00000000000003", "0.000000000000005", "0.0000000000000000000000000002"},
        Case{"3.3333333333333333333333333333", "3", "10.000000000000000000000000000"},
        Case{"3.3333333333333333333333333333", "3.3333333333333333333333333333",
             "11.111111111111111111111111111"}}) {
    EXPECT_EQ(shown(multiply(number(a), number(b))), result) << a << " * " << b;
    EXPECT_EQ(shown(multiply(number(b), number(a))), result) << b << " * " << a;
  }
}

TEST(Decimal, DivideGivesTwentyEightDigitsAndNoTrailingZeros) {
  for (const auto& [a, b, result] :
       {Case{"10", "20.5", "0.4878048780487804878048780488"},
        Case{"1", "3", "0.3333333333333333333333333333"},
        Case{"2", "3", "0.6666666666666666666666666667"},
        Case{"-2", "3", "-0.6666666666666666666666666667"},
        Case{"200", "3", "66.666666666666666666666666667"}, Case{"1", "8", "0.125"},
        Case{"1.0", "4", "0.25"}, Case{"10", "0.5", "20"},
        // Mantissas that divide evenly keep their zeros.
        Case{"1.00", "2", "0.50"}, Case{"6.0", "3.0", "2"}, Case{"0.00", "7", "0.00"},
        Case{"1", "0.0000000000000000000000000001", "10000000000000000000000000000"},
        Case{kLargest, "0.1", "nothing"}, Case{"8", "0.0000000000000000000000000001", "nothing"},
        Case{kLargest, kLargest, "1"}, Case{"1", kLargest, "0"}, Case{"1", "0", "nothing"},
        Case{"0", "0.00", "nothing"}}) {
    EXPECT_EQ(shown(divide(number(a), number(b))), result) << a << " / " << b;
  }
}

TEST(Decimal, RemainderHasTheSignOfTheDividend) {
  for (const auto& [a, b, result] :
       {Case{"7", "3", "1"}, Case{"-7", "3", "-1"}, Case{"7", "-3", "1"}, Case{"7.5", "2", "1.5"},
        Case{"7", "0.4", "0.2"}, Case{"1.00", "0.3", "0.10"},
        Case{kLargest, "0.0000000000000000000000000011", "0.0000000000000000000000000008"},
        Case{"0.0000000000000000000000000001", kLargest, "0.0000000000000000000000000001"},
        Case{"1", "0", "nothing"}}) {
    EXPECT_EQ(shown(remainder(number(a), number(b))), result) << a << " % " << b;
  }
}

TEST(Decimal, ComparesByValue) {
  EXPECT_EQ(number("1.50"), number("1.5"));
  EXPECT_EQ(number("0.000"), number("-0"));
  EXPECT_TRUE(compare(number("-1"), number("0.0000000000000000000000000001")) < 0);
  EXPECT_TRUE(compare(number("-2.5"), number("-2.49")) < 0);
  EXPECT_TRUE(compare(number(kLargest), number("7.9228162514264337593543950335")) > 0);
  EXPECT_TRUE(compare(number("-79228162514264337593543950335"), number("-0.1")) < 0);
  EXPECT_TRUE(compare(number("10000000000"), number("0.9999999999999999999999999999")) > 0);
}

struct RoundCase {
  std::string_view number;
  int digits;
  std::string_view even;
  std::string_view away;
};

TEST(Decimal, RoundsHalfToEvenOrAway) {
  for (const auto& [text, digits, even, away] :
       {RoundCase{"2.5", 0, "2", "3"}, RoundCase{"3.5", 0, "4", "4"},
        RoundCase{"-2.5", 0, "-2", "-3"}, RoundCase{"2.51", 0, "3", "3"},
        RoundCase{"1.005", 2, "1.00", "1.01"}, RoundCase{"1.5", 3, "1.5", "1.5"},
        RoundCase{"0.4", 0, "0", "0"}, RoundCase{"12.5", -3, "12", "13"},
        RoundCase{"7.9228162514264337593543950335", 27, "7.922816251426433759354395034",
                  "7.922816251426433759354395034"}}) {
    EXPECT_EQ(round(number(text), digits).text(), even) << text;
    EXPECT_EQ(round(number(text), digits, Rounding::half_away).text(), away) << text;
  }
}

TEST(Decimal, FloorCeilingAndTruncateGiveWholeNumbers) {
  EXPECT_EQ(floor(number("-1.5")).text(), "-2");
  EXPECT_EQ(floor(number("1.5")).text(), "1");
  EXPECT_EQ(floor(number("-2.00")).text(), "-2");
  EXPECT_EQ(ceiling(number("-1.5")).text(), "-1");
  EXPECT_EQ(ceiling(number("1.01")).text(), "2");
  EXPECT_EQ(truncate(number("-1.9")).text(), "-1");
  EXPECT_EQ(abs(number("-1.90")).text(), "1.90");
  EXPECT_EQ(normalise(number("1200.3400")).text(), "1200.34");
}

TEST(Decimal, BecomesAnIntegerOnlyWhenWholeAndInRange) {
  EXPECT_EQ(to_int64(number("12.00")), 12);
  EXPECT_EQ(to_int64(number("-9223372036854775808")), INT64_MIN);
  EXPECT_EQ(to_int64(number("9223372036854775807.0")), INT64_MAX);
  EXPECT_EQ(to_int64(number("9223372036854775808")), std::nullopt);
  EXPECT_EQ(to_int64(number("1.5")), std::nullopt);
  EXPECT_EQ(Decimal::of(INT64_MIN).text(), "-9223372036854775808");
}

}  // namespace
}  // namespace daybook::reactor
