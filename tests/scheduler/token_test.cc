#include <gtest/gtest.h>

#include "scheduler/commands.h"

namespace daybook::scheduler {
namespace {

TEST(Token, TextReadsBack) {
  const Token token{Seq{18'446'744'073'709'551'615ULL}, {0x0123456789abcdefULL, 0xfULL}};
  EXPECT_EQ(token.text(), "18446744073709551615.0123456789abcdef000000000000000f");
  const auto read = Token::parse(token.text(), "token");
  ASSERT_TRUE(read);
  EXPECT_EQ(*read, token);
}

TEST(Token, UpperCaseDigitsAreTheSame) {
  const auto read = Token::parse("7.0123456789ABCDEF000000000000000F", "token");
  ASSERT_TRUE(read);
  EXPECT_EQ(*read, (Token{Seq{7}, {0x0123456789abcdefULL, 0xfULL}}));
}

TEST(Token, AnythingElseIsRefusedWithItsField) {
  const std::string digits(32, 'a');
  const std::string bad[] = {"",
                             ".",
                             "." + digits,
                             "7",
                             "7.",
                             "0." + digits,
                             "-7." + digits,
                             "+7." + digits,
                             " 7." + digits,
                             "7x." + digits,
                             "18446744073709551616." + digits,
                             "7." + digits + "a",
                             "7." + digits.substr(1),
                             "7." + digits.substr(1) + "g",
                             "7." + digits.substr(1) + ".",
                             std::string("7\0.", 3) + digits};
  for (const std::string& text : bad) {
    const auto read = Token::parse(text, "token");
    ASSERT_FALSE(read) << text;
    EXPECT_EQ(read.error().reason, "BAD_TOKEN");
    EXPECT_EQ(read.error().field, "token");
  }
}

}  // namespace
}  // namespace daybook::scheduler
