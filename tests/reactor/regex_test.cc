#include "components/reactor/regex.h"

#include <rapidcheck.h>

#include <thread>

#include <gtest/gtest.h>

#include "base/limits/components.h"
#include "components/reactor/limits.h"
#include "components/reactor/text.h"

namespace daybook::reactor {
namespace {

constexpr std::size_t kPlenty = 10'000;

struct TooLong {
  std::size_t bytes_max;
};

// Counts what it pays for.
class Meter final : public MatchMeter {
 public:
  explicit Meter(std::size_t bytes_max = std::size_t{1} << 40) : bytes_max_(bytes_max) {}
  void went_over(std::size_t bytes) override {
    bytes_ += bytes;
    if (bytes_ > bytes_max_) {
      throw Spent{};
    }
  }
  void too_long(std::size_t bytes_max) override { throw TooLong{bytes_max}; }
  std::size_t bytes() const { return bytes_; }

  struct Spent {};

 private:
  const std::size_t bytes_max_;
  std::size_t bytes_ = 0;
};

bool matches(const Regex& regex, std::string_view text) {
  Meter meter;
  return regex.matches(text, meter);
}

std::optional<std::string> replaced(const Regex& regex, std::string_view text,
                                    std::string_view with, std::size_t bytes_max = kPlenty) {
  Meter meter;
  return regex.replace(text, with, bytes_max, meter);
}

std::size_t paid(const Regex& regex, std::string_view text) {
  Meter meter;
  regex.matches(text, meter);
  return meter.bytes();
}

std::size_t paid_to_replace(const Regex& regex, std::string_view text, std::string_view with) {
  Meter meter;
  regex.replace(text, with, 1U << 24, meter);
  return meter.bytes();
}

Regex regex(std::string_view pattern, std::string_view flags = {}) {
  auto compiled = Regex::compile(pattern, flags);
  EXPECT_TRUE(compiled) << pattern;
  return *compiled;
}

std::string refusal(std::string_view pattern, std::string_view flags = {},
                    std::int64_t memory_max = kRegexMemoryBytesMax) {
  const auto compiled = Regex::compile(pattern, flags, memory_max, "line 3");
  if (compiled) {
    return "none";
  }
  EXPECT_EQ(compiled.error().reason, "BAD_REGEX");
  EXPECT_EQ(compiled.error().field, "line 3");
  return compiled.error().message;
}

TEST(Regex, MatchesAnywhere) {
  EXPECT_TRUE(matches(regex("b+"), "abbc"));
  EXPECT_FALSE(matches(regex("x"), "abc"));
  EXPECT_TRUE(matches(regex(""), ""));
  EXPECT_TRUE(matches(regex("^$"), std::string_view()));
  EXPECT_TRUE(matches(regex("^ä.€$"), "ä😀€"));
}

TEST(Regex, FlagsChangeWhatMatches) {
  EXPECT_FALSE(matches(regex("É"), "é"));
  EXPECT_TRUE(matches(regex("É", "i"), "é"));
  EXPECT_FALSE(matches(regex("^b$"), "a\nb\nc"));
  EXPECT_TRUE(matches(regex("^b$", "m"), "a\nb\nc"));
  EXPECT_FALSE(matches(regex("a.b"), "a\nb"));
  EXPECT_TRUE(matches(regex("a.b", "s"), "a\nb"));
  EXPECT_TRUE(matches(regex("x|^B.C$", "smi"), "a\nb\nc"));
  EXPECT_FALSE(matches(regex("b$"), "b\n"));
}

TEST(Regex, RefusalsSayWhy) {
  EXPECT_EQ(refusal("a(b"), "The pattern is refused: missing ): a(b.");
  EXPECT_EQ(refusal("(?=a)"), "The pattern is refused: invalid perl operator: (?=.");
  EXPECT_EQ(refusal("a{2000}"), "The pattern is refused: invalid repetition size: {2000}.");
  EXPECT_EQ(refusal(R"((a)\1)"), R"(The pattern is refused: invalid escape sequence: \1.)");
  EXPECT_EQ(refusal("a\xff"), "The pattern is not UTF-8 at byte 1.");
  EXPECT_EQ(refusal("a", "r"), "The flag 'r' (from right to left) is not supported.");
  EXPECT_EQ(refusal("a", "x"), "There is no flag 'x'; the flags are i, m and s.");
  EXPECT_EQ(refusal("a", "imi"), "The flag 'i' stands twice.");
}

TEST(Regex, PatternsAndTheirMemoryAreBounded) {
  EXPECT_EQ(refusal(std::string(kRegexPatternBytesMax, 'a')), "none");
  EXPECT_EQ(refusal(std::string(kRegexPatternBytesMax + 1, 'a')),
            "The pattern has 4097 bytes; at most 4096 are allowed.");
  EXPECT_EQ(refusal("((a{100}){100}){100}").substr(0, 25), "The pattern is too large:");
  EXPECT_EQ(refusal("(a{40}){40}").substr(0, 23), "The pattern is refused:");
  EXPECT_EQ(refusal("(\\pL{10}){10}", "", 64 * 1024),
            "The pattern is refused: pattern too large - compile failed.");
  EXPECT_EQ(refusal("\\pL{300}"),
            "The pattern is too large: with its repetitions and its classes it has some 375300 "
            "instructions; at most 131072 are allowed.");
  const std::string deep = std::string(2000, '(') + "a" + std::string(2000, ')');
  EXPECT_TRUE(matches(regex(deep), "a"));
  EXPECT_GT(regex("a{50}").program_size(), 50U);
}

struct ReplaceCase {
  std::string_view pattern;
  std::string_view text;
  std::string_view replacement;
  std::string_view result;
};

TEST(Regex, ReplacesEveryMatchInTheStyleOfDotNet) {
  for (const auto& [pattern, text, replacement, result] :
       {ReplaceCase{"\"", "say \"x\"", "\"\"", "say \"\"x\"\""},
        ReplaceCase{"(\\w+)@(\\w+)", "me@here, you@there", "$2:$1", "here:me, there:you"},
        ReplaceCase{"(?P<user>\\w+)@", "me@here", "${user} ${1} at ", "me me at here"},
        ReplaceCase{"b", "abc", "[$&$0]", "a[bb]c"},
        ReplaceCase{"b", "abc", "$$1 $2 $x ${y} ${ $", "a$1 $2 $x ${y} ${ $c"},
        ReplaceCase{"(a)|(b)", "ab", "<$1$2>", "<a><b>"}, ReplaceCase{"x*", "abc", "-", "-a-b-c-"},
        ReplaceCase{"a*", "baaac", "-", "-b--c-"}, ReplaceCase{"", "ä€", "-", "-ä-€-"},
        ReplaceCase{"^", "ab", ">", ">ab"}, ReplaceCase{"$", "ab", "<", "ab<"},
        ReplaceCase{"\\b", "a b", "|", "|a| |b|"}, ReplaceCase{"x", "", "y", ""},
        ReplaceCase{"x", "abc", "y", "abc"}}) {
    EXPECT_EQ(replaced(regex(pattern), text, replacement, kPlenty), result) << pattern;
  }
}

TEST(Regex, ReplacingStopsAtTheLimit) {
  EXPECT_EQ(replaced(regex("a"), "aaa", "bb", 6), "bbbbbb");
  EXPECT_EQ(replaced(regex("a"), "aaa", "bb", 5), std::nullopt);
  EXPECT_EQ(replaced(regex("a"), "abc", "", 1), std::nullopt);
  EXPECT_EQ(replaced(regex("(a+)"), std::string(1000, 'a'), "$1$1$1$1$1$1$1$1$1$1$1", kPlenty),
            std::nullopt);
}

TEST(Regex, NestedRepetitionTakesNoExponentialTime) {
  // A backtracking engine would need two to the power of thousands of steps.
  const std::string text(5000, 'a');
  EXPECT_FALSE(matches(regex("(a+)+(b+)+$"), text));
  EXPECT_EQ(replaced(regex("(a|aa)*b"), text, "", kPlenty), text);
}

TEST(Regex, ManyThreadsShareOne) {
  const Regex shared = regex("(\\pL+)\\d(?:x|y)*");
  std::vector<std::thread> threads;
  std::vector<int> wrong(4, 0);
  for (int& count : wrong) {
    threads.emplace_back([&count, copy = shared] {
      for (int i = 0; i < 500; ++i) {
        const std::string text = "ab" + std::to_string(i) + "xyx";
        count += matches(copy, text) && replaced(copy, "a1x", "$1") == "a" ? 0 : 1;
      }
    });
  }
  for (auto& thread : threads) {
    thread.join();
  }
  EXPECT_EQ(wrong, std::vector<int>(4, 0));
}

TEST(RegexCost, CountsPlacesAndInstructions) {
  struct Case {
    std::string_view pattern;
    std::size_t units;
    bool looks_ahead;
  };
  for (const auto& [pattern, units, looks_ahead] : {Case{"abc", 3, false},
                                                    Case{"[a-z]+x", 9, false},
                                                    Case{"a(b|c){3}d", 8, false},
                                                    Case{"\\d{4}-\\d{2}", 49, false},
                                                    Case{".{0,10}", 80, false},
                                                    Case{"a{2,}", 2, false},
                                                    Case{"a{,2}", 5, false},
                                                    Case{"a{2", 3, false},
                                                    Case{"[]a]+[^]b]", 16, false},
                                                    Case{"\\Qa+b\\E+", 3, false},
                                                    Case{"(?i)ab(?P<n>.)", 10, false},
                                                    Case{"^\\b$", 0, false},
                                                    Case{"\\x{61}\\x61\\pL\\p{Greek}", 18, false},
                                                    Case{"(", 0, false},
                                                    Case{"", 0, false},
                                                    Case{"ä*ö", 2, false},
                                                    Case{"[[:alpha:]\\]]", 8, false},
                                                    Case{"a(.*b)?", 10, true},
                                                    Case{"x|y.*z", 11, true},
                                                    Case{"(ab)*", 2, true},
                                                    Case{"(?:a.*){1}b", 10, false},
                                                    Case{"\\s*,\\s*", 17, false},
                                                    Case{"(?:a{999}){999}", 999 * 999, false}}) {
    const RegexCost cost = cost_of_regex(pattern);
    EXPECT_EQ(cost.units, units) << pattern;
    EXPECT_EQ(cost.looks_ahead, looks_ahead) << pattern;
  }
}

// What is refused before it is compiled must not be much larger in truth: the estimate is never
// under a quarter of it.
TEST(RegexCost, TheEstimateIsNotFarBelowWhatRE2Makes) {
  for (const std::string_view pattern : {"\\pL",
                                         "\\PL{20}",
                                         "[\\pL\\pN_-]{1,40}",
                                         "[^\\pL]",
                                         "(?i)\\p{Ll}{9}",
                                         ".{500}",
                                         "[^a]{400}",
                                         "a{900}",
                                         "((a{10}){10}){9}",
                                         "(?:ab|cd|.){100}",
                                         "\\d+(\\.\\d+)?",
                                         "[à-ž]{50}",
                                         "(?i)[a-zà-ž]{50}",
                                         "[\\x{100}-\\x{10ffff}]{50}",
                                         "\\W{50}",
                                         "\\D\\S",
                                         "(((((a)))))",
                                         "[[:^alpha:]]{20}",
                                         "ä{200}",
                                         "(?i)stra\\x{df}e{50}"}) {
    EXPECT_GE(cost_of_regex(pattern).instructions * 4 + 16, regex(pattern).program_size())
        << pattern;
  }
}

TEST(RegexCost, AMatchIsPaidByItsTextAndItsPlaces) {
  const std::string text(10'000, 'a');
  EXPECT_EQ(paid(regex("\\pL+x"), text), 10'000U);  // few places
  EXPECT_EQ(paid(regex("(a|b).{900}c"), text.substr(0, 4000)), 4000U * 900U);
}

TEST(RegexCost, OneCallIsBounded) {
  const Regex wide = regex("(a|b).{900}[cd]b|b.{900}[cd]a|.{950}e");
  const std::size_t most = wide.text_bytes_max();
  EXPECT_LT(most, 2000U);
  EXPECT_GT(most * 2800 * 8, kRegexMatchUnits);
  Meter meter;
  EXPECT_FALSE(wide.matches(std::string(most, 'x'), meter));
  EXPECT_THROW(wide.matches(std::string(most + 1, 'x'), meter), TooLong);
  EXPECT_THROW(wide.replace(std::string(most + 1, 'x'), "", kPlenty, meter), TooLong);
  // Groups are found by a slower way.
  EXPECT_THROW(regex("(.*)").replace(std::string(1U << 20, 'a'), "$1", 1U << 24, meter), TooLong);
  EXPECT_TRUE(regex("(.*)").replace(std::string(1U << 20, 'a'), "$0", 1U << 24, meter));
}

TEST(RegexCost, ManyMatchesThatLookAheadArePaidEach) {
  const std::string text(1000, 'a');
  EXPECT_GE(paid_to_replace(regex("a(.*b)?"), text, "y"), 1000U * 1000 / 2);
  EXPECT_LE(paid_to_replace(regex("a+b?|a"), text, "y"), 10'000U);
  // Others by what they go over, however many.
  std::string words;
  for (int i = 0; i < 1000; ++i) {
    words += "word  ";
  }
  EXPECT_LE(paid_to_replace(regex("\\s+"), words, " "), 1000U * 512);
  // A parts list is gone through for each match.
  std::string empty_groups;
  for (int i = 0; i < 1000; ++i) {
    empty_groups += "$1";
  }
  EXPECT_GE(paid_to_replace(regex("a(b?)"), text, empty_groups), 1000U * 1000);
}

TEST(RegexCost, ReplacingStopsBetweenMatches) {
  Meter meter(50'000);
  EXPECT_THROW(regex("a(.*b)?").replace(std::string(100'000, 'a'), "y", 1U << 20, meter),
               Meter::Spent);
  EXPECT_LE(meter.bytes(), 50'000U + 100'000U + 256);
}

TEST(RegexProperty, ALiteralPatternDoesWhatTextDoes) {
  EXPECT_TRUE(rc::check([] {
    const auto letters = rc::gen::container<std::string>(rc::gen::element('a', 'b', '-'));
    const std::string text = *letters;
    const std::string what = *rc::gen::nonEmpty(letters);
    const std::string with = *letters;
    const Regex pattern = *Regex::compile(what);
    RC_ASSERT(matches(pattern, text) == contains(text, what));
    RC_ASSERT(replaced(pattern, text, with) == reactor::replace(text, what, with, kPlenty));
    RC_ASSERT(replaced(pattern, text, "$0") == text);
  }));
}

TEST(RegexProperty, AnyPatternOnAnyTextIsSafe) {
  EXPECT_TRUE(rc::check([] {
    const auto pattern = *rc::gen::container<std::string>(rc::gen::element(
        'a', 'b', '(', ')', '|', '*', '+', '?', '[', ']', '^', '$', '\\', '.', '{', '2', '}', 'd'));
    const auto text = *rc::gen::arbitrary<std::string>();
    const auto replacement =
        *rc::gen::container<std::string>(rc::gen::element('$', '{', '}', '1', '&', 'x'));
    if (const auto compiled = Regex::compile(pattern)) {
      matches(*compiled, text);
      RC_ASSERT(replaced(*compiled, text, "$0") == text);
      replaced(*compiled, text, replacement);
    }
  }));
}

}  // namespace
}  // namespace daybook::reactor
