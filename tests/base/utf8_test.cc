#include "base/utf8.h"

#include <string>

#include <gtest/gtest.h>

namespace daybook {
namespace {

// One character as UTF-8, with no regard to what is allowed.
std::string encode(std::uint32_t c) {
  const auto byte = [](std::uint32_t v) { return static_cast<char>(v); };
  if (c < 0x80) {
    return {byte(c)};
  }
  if (c < 0x800) {
    return {byte(0xc0 | (c >> 6)), byte(0x80 | (c & 0x3f))};
  }
  if (c < 0x10000) {
    return {byte(0xe0 | (c >> 12)), byte(0x80 | ((c >> 6) & 0x3f)), byte(0x80 | (c & 0x3f))};
  }
  return {byte(0xf0 | (c >> 18)), byte(0x80 | ((c >> 12) & 0x3f)), byte(0x80 | ((c >> 6) & 0x3f)),
          byte(0x80 | (c & 0x3f))};
}

TEST(Utf8, EveryCharacterIsAcceptedAndNoSurrogate) {
  for (std::uint32_t c = 0; c <= 0x10ffff; ++c) {
    const bool surrogate = c >= 0xd800 && c <= 0xdfff;
    ASSERT_EQ(find_bad_utf8(encode(c)).has_value(), surrogate) << std::hex << c;
  }
}

TEST(Utf8, TheOffsetOfTheFirstBadByteIsNamed) {
  const std::string good = "gr\xc3\xbc\xc3\x9f";
  for (const std::string_view bad :
       {"\x80", "\xbf", "\xc0\xaf", "\xc1\xbf", "\xe0\x9f\xbf", "\xed\xa0\x80", "\xf0\x8f\xbf\xbf",
        "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff", "\xc3", "\xe2\x82", "\xf0\x9f\x98", "\xc3(",
        "\xe2(\xa1", "\xe2\x82("}) {
    EXPECT_EQ(find_bad_utf8(good + std::string(bad)), good.size());
  }
  EXPECT_EQ(find_bad_utf8(good), std::nullopt);
  EXPECT_EQ(find_bad_utf8(""), std::nullopt);
}

TEST(Utf8, TextIsCheckedForLengthEncodingAndControls) {
  EXPECT_TRUE(check_text("a\tb\r\nc", 6, "f"));
  EXPECT_EQ(check_text("abcd", 3, "f").error().reason, "TOO_LONG");
  EXPECT_EQ(check_text("\xff", 3, "f").error().reason, "BAD_UTF8");
  EXPECT_EQ(check_text("a\x1b[0m", 10, "f").error().reason, "CONTROL_CHARACTER");
  EXPECT_EQ(check_text(std::string_view("a\0b", 3), 10, "f").error().reason, "CONTROL_CHARACTER");
  EXPECT_EQ(check_text("\x7f", 10, "tag").error().field, "tag");
}

}  // namespace
}  // namespace daybook
