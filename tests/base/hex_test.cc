#include "base/hex.h"

#include <gtest/gtest.h>

namespace daybook {
namespace {

TEST(Hex, DigitsInEitherCaseHaveTheirValue) {
  EXPECT_EQ(hex_digit('0'), 0);
  EXPECT_EQ(hex_digit('9'), 9);
  EXPECT_EQ(hex_digit('a'), 10);
  EXPECT_EQ(hex_digit('F'), 15);
  for (const char c : {'g', 'G', '/', ':', '@', '`', ' ', '\0'}) {
    EXPECT_EQ(hex_digit(c), -1) << c;
  }
}

TEST(Hex, HashesGoThereAndBack) {
  Hash hash{};
  for (std::size_t i = 0; i < hash.size(); ++i) {
    hash[i] = static_cast<std::uint8_t>(i * 37);
  }
  const std::string text = to_hex(hash);
  ASSERT_EQ(text.size(), 64U);
  EXPECT_EQ(parse_hash(text), hash);
}

TEST(Hex, AHashIsExactly64Digits) {
  const std::string text(64, 'a');
  EXPECT_TRUE(parse_hash(text).has_value());
  EXPECT_FALSE(parse_hash(text.substr(1)).has_value());
  EXPECT_FALSE(parse_hash(text + "a").has_value());
  EXPECT_FALSE(parse_hash(std::string(63, 'a') + "g").has_value());
  EXPECT_FALSE(parse_hash("").has_value());
}

}  // namespace
}  // namespace daybook
