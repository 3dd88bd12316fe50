#include "components/reactor/regex.h"

#include <rapidcheck.h>

#include <thread>

#include <gtest/gtest.h>

#include "base/limits/components.h"
#include "components/reactor/text.h"

namespace daybook::reactor {
namespace {

using Pieces = std::vector<std::string_view>;
constexpr std::size_t kPlenty = 10'000;

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

TEST(Regex, MatchesAnywhereOrAsAWhole) {
  EXPECT_TRUE(regex("b+").matches("abbc"));
  EXPECT_FALSE(regex("b+").matches_whole("abbc"));
  EXPECT_TRUE(regex("a|abbc").matches_whole("abbc"));
  EXPECT_FALSE(regex("x").matches("abc"));
  EXPECT_TRUE(regex("").matches(""));
  EXPECT_TRUE(regex("^$").matches(std::string_view()));
  EXPECT_TRUE(regex("^ä.€$").matches("ä😀€"));
}

TEST(Regex, FlagsChangeWhatMatches) {
  EXPECT_FALSE(regex("É").matches("é"));
  EXPECT_TRUE(regex("É", "i").matches("é"));
  EXPECT_FALSE(regex("^b$").matches("a\nb\nc"));
  EXPECT_TRUE(regex("^b$", "m").matches("a\nb\nc"));
  EXPECT_FALSE(regex("a.b").matches("a\nb"));
  EXPECT_TRUE(regex("a.b", "s").matches("a\nb"));
  EXPECT_TRUE(regex("x|^B.C$", "smi").matches("a\nb\nc"));
  EXPECT_FALSE(regex("b$").matches("b\n"));
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
  EXPECT_EQ(refusal("((a{100}){100}){100}").substr(0, 23), "The pattern is refused:");
  EXPECT_EQ(refusal("(\\pL{100}){10}", "", 64 * 1024),
            "The pattern is refused: pattern too large - compile failed.");
  const std::string deep = std::string(2000, '(') + "a" + std::string(2000, ')');
  EXPECT_TRUE(regex(deep).matches_whole("a"));
  EXPECT_GT(regex("a{50}").program_size(), 50U);
}

TEST(Regex, FindsTheFirstMatchAndItsGroups) {
  EXPECT_EQ(regex("(\\d+)-(\\d+)").find("x 12-34 5-6"), (Pieces{"12-34", "12", "34"}));
  const auto found = regex("(a)|(b)").find("b");
  ASSERT_TRUE(found);
  EXPECT_EQ((*found)[1].data(), nullptr);
  EXPECT_EQ((*found)[2], "b");
  EXPECT_EQ(regex("x").find("abc"), std::nullopt);
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
    EXPECT_EQ(regex(pattern).replace(text, replacement, kPlenty), result) << pattern;
  }
}

TEST(Regex, ReplacingStopsAtTheLimit) {
  EXPECT_EQ(regex("a").replace("aaa", "bb", 6), "bbbbbb");
  EXPECT_EQ(regex("a").replace("aaa", "bb", 5), std::nullopt);
  EXPECT_EQ(regex("a").replace("abc", "", 1), std::nullopt);
  EXPECT_EQ(regex("(a+)").replace(std::string(1000, 'a'), "$1$1$1$1$1$1$1$1$1$1$1", kPlenty),
            std::nullopt);
}

TEST(Regex, SplitsAtEveryMatch) {
  EXPECT_EQ(regex("\\s*,\\s*").split("a , b,c", kPlenty), (Pieces{"a", "b", "c"}));
  EXPECT_EQ(regex(",").split(",a,", kPlenty), (Pieces{"", "a", ""}));
  EXPECT_EQ(regex(",").split("", kPlenty), (Pieces{""}));
  EXPECT_EQ(regex("").split("ab", kPlenty), (Pieces{"", "a", "b", ""}));
  EXPECT_EQ(regex("(,)").split("a,b", kPlenty), (Pieces{"a", "b"}));
  EXPECT_EQ(regex(",").split("a,b,c", 3), (Pieces{"a", "b", "c"}));
  EXPECT_EQ(regex(",").split("a,b,c", 2), std::nullopt);
  EXPECT_EQ(regex(",").split("a", 0), std::nullopt);
}

TEST(Regex, NestedRepetitionTakesNoExponentialTime) {
  // A backtracking engine would need two to the power of thousands of steps.
  const std::string text(5000, 'a');
  EXPECT_FALSE(regex("(a+)+(b+)+$").matches(text));
  EXPECT_EQ(regex("(a|aa)*b").replace(text, "", kPlenty), text);
}

TEST(Regex, ManyThreadsShareOne) {
  const Regex shared = regex("(\\pL+)\\d(?:x|y)*");
  std::vector<std::thread> threads;
  std::vector<int> wrong(4, 0);
  for (int& count : wrong) {
    threads.emplace_back([&count, copy = shared] {
      for (int i = 0; i < 500; ++i) {
        const std::string text = "ab" + std::to_string(i) + "xyx";
        count +=
            copy.find(text)->at(1) == "ab" && copy.replace("a1x", "$1", kPlenty) == "a" ? 0 : 1;
      }
    });
  }
  for (auto& thread : threads) {
    thread.join();
  }
  EXPECT_EQ(wrong, std::vector<int>(4, 0));
}

TEST(RegexProperty, ALiteralPatternDoesWhatTextDoes) {
  EXPECT_TRUE(rc::check([] {
    const auto letters = rc::gen::container<std::string>(rc::gen::element('a', 'b', '-'));
    const std::string text = *letters;
    const std::string what = *rc::gen::nonEmpty(letters);
    const std::string with = *letters;
    const Regex pattern = *Regex::compile(what);
    RC_ASSERT(pattern.matches(text) == contains(text, what));
    RC_ASSERT(pattern.split(text, kPlenty) == explode(text, what, kPlenty));
    RC_ASSERT(pattern.replace(text, with, kPlenty) == reactor::replace(text, what, with, kPlenty));
    RC_ASSERT(pattern.replace(text, "$0", kPlenty) == text);
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
      compiled->find(text);
      const auto pieces = compiled->split(text, kPlenty);
      RC_ASSERT(pieces.has_value());
      compiled->replace(text, replacement, kPlenty);
    }
  }));
}

}  // namespace
}  // namespace daybook::reactor
