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

TEST(Utf8, PrintableTextKeepsWhatCanBeShown) {
  EXPECT_EQ(printable("gr\xc3\xbc\xc3\x9f\t\r\n", 100), "gr\xc3\xbc\xc3\x9f\t\r\n");
  EXPECT_EQ(printable(std::string_view("a\0\x1b[31m\x7f", 8), 100), "a\\x00\\x1b[31m\\x7f");
  EXPECT_EQ(printable("\xc2\x9b\xc2\xa0", 100), "\\x9b\xc2\xa0");
  for (const std::uint32_t mark : {0x61cU, 0x200eU, 0x200fU, 0x202aU, 0x202eU, 0x2066U, 0x2069U}) {
    EXPECT_EQ(printable(encode(mark), 100).substr(0, 2), "\\u") << std::hex << mark;
  }
  EXPECT_EQ(printable(encode(0x2068) + encode(0x206a), 100), "\\u2068" + encode(0x206a));
  EXPECT_EQ(printable("a\xff\xc3z", 100), "a\xef\xbf\xbd\xef\xbf\xbdz");
}

TEST(Utf8, PrintableTextIsCutAtACharactersBorder) {
  const std::string text = "\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc";
  EXPECT_EQ(printable(text, 8), text);
  EXPECT_EQ(printable(text, 7), "\xc3\xbc\xc3\xbc…");
  EXPECT_EQ(printable(text, 6), "\xc3\xbc…");
  EXPECT_EQ(printable(text, 3), "…");
  EXPECT_EQ(printable(text, 2), "");
  for (std::size_t max = 0; max < 12; ++max) {
    EXPECT_LE(printable("a\x1b" + text, max).size(), max);
  }
}

TEST(Utf8, ALineHoldsNeitherControlsNorLineEndsNorMarksOfDirection) {
  const auto unfit = [](std::uint32_t c) {
    return c < 0x20 || (c >= 0x7f && c <= 0x9f) || c == 0x61c || c == 0x200e || c == 0x200f ||
           (c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
  };
  for (std::uint32_t c = 1; c <= 0x10ffff; ++c) {
    if (c >= 0xd800 && c <= 0xdfff) {
      continue;
    }
    const Status fits = check_line("a" + encode(c) + "b", 10, "tag");
    ASSERT_EQ(fits.has_value(), !unfit(c)) << std::hex << c;
    if (!fits) {
      EXPECT_EQ(fits.error().reason, "CONTROL_CHARACTER");
      EXPECT_EQ(fits.error().field, "tag");
    }
  }
  EXPECT_EQ(check_line("abcd", 3, "f").error().reason, "TOO_LONG");
  EXPECT_EQ(check_line("\xff", 3, "f").error().reason, "BAD_UTF8");
}

}  // namespace
}  // namespace daybook
