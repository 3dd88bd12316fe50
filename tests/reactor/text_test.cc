#include "components/reactor/text.h"

#include <rapidcheck.h>

#include <gtest/gtest.h>

#include "base/utf8.h"

namespace daybook::reactor {
namespace {

constexpr std::size_t kPlenty = 1000;

std::string text_of(const std::u32string& points) {
  std::string out;
  for (const char32_t c : points) {
    if (c < 0x80) {
      out += static_cast<char>(c);
    } else if (c < 0x800) {
      out += static_cast<char>(0xc0 | c >> 6);
      out += static_cast<char>(0x80 | (c & 0x3f));
    } else if (c < 0x10000) {
      out += static_cast<char>(0xe0 | c >> 12);
      out += static_cast<char>(0x80 | (c >> 6 & 0x3f));
      out += static_cast<char>(0x80 | (c & 0x3f));
    } else {
      out += static_cast<char>(0xf0 | c >> 18);
      out += static_cast<char>(0x80 | (c >> 12 & 0x3f));
      out += static_cast<char>(0x80 | (c >> 6 & 0x3f));
      out += static_cast<char>(0x80 | (c & 0x3f));
    }
  }
  return out;
}

std::string upper(std::string_view text) {
  return reactor::upper(text, kPlenty).value_or("nothing");
}
std::string lower(std::string_view text) {
  return reactor::lower(text, kPlenty).value_or("nothing");
}

TEST(Text, CountsAndSlicesCodePoints) {
  EXPECT_EQ(length(""), 0U);
  EXPECT_EQ(length("aä€😀"), 4U);
  EXPECT_EQ(slice("aä€😀b", 1, 2), "ä€");
  EXPECT_EQ(slice("aä€😀b", 3), "😀b");
  EXPECT_EQ(slice("aä€", 0, 0), "");
  EXPECT_EQ(slice("aä€", 2, 100), "€");
  EXPECT_EQ(slice("aä€", 3), "");
  EXPECT_EQ(slice("aä€", 100, 5), "");
  EXPECT_EQ(slice("Bearer x", 7), "x");
}

TEST(Text, FindsByCodePoint) {
  EXPECT_EQ(index_of("aä€b€", "€"), 2U);
  EXPECT_EQ(index_of("aä€b€", "€", 3), 4U);
  EXPECT_EQ(index_of("aä€b€", "€", 5), std::nullopt);
  EXPECT_EQ(index_of("aä", ""), 0U);
  EXPECT_EQ(index_of("aä", "", 9), 2U);
  EXPECT_EQ(index_of("aä", "x"), std::nullopt);
  EXPECT_TRUE(contains("aä€", "ä€"));
  EXPECT_FALSE(contains("aä€", "Ä"));
}

TEST(Text, TrimsEveryUnicodeWhiteSpace) {
  EXPECT_EQ(trim(" \t\r\n\v\fa b \n"), "a b");
  EXPECT_EQ(trim("\u00a0\u1680\u2003\u2028\u2029\u202f\u205f\u3000\u0085x\u3000\u00a0"), "x");
  // A zero-width space is no white space.
  EXPECT_EQ(trim("\u200bx"), "\u200bx");
  EXPECT_EQ(trim(" \u3000 "), "");
  EXPECT_EQ(trim(""), "");
  EXPECT_EQ(trim_start("  a  "), "a  ");
  EXPECT_EQ(trim_end("  a  "), "  a");
}

TEST(Text, MapsCasesOfEveryScript) {
  EXPECT_EQ(upper("aäöß éçñ жя ωσς ǆ"), "AÄÖß ÉÇÑ ЖЯ ΩΣΣ Ǆ");
  EXPECT_EQ(lower("AÄÖẞ ÉÇÑ ЖЯ ΩΣ Ǆ"), "aäöß éçñ жя ωσ ǆ");
  EXPECT_EQ(upper("𐐨"), "𐐀");
  EXPECT_EQ(lower("İ"), "i");
  EXPECT_EQ(upper("ı"), "I");
  EXPECT_EQ(upper("\u0250"), "\u2c6f");
}

TEST(Text, CasesStopAtTheLimit) {
  EXPECT_EQ(reactor::upper("abc", 3), "ABC");
  EXPECT_EQ(reactor::upper("abc", 2), std::nullopt);
  // Two bytes become three.
  EXPECT_EQ(reactor::upper("\u0250", 2), std::nullopt);
  EXPECT_EQ(reactor::lower("ABC", 2), std::nullopt);
}

TEST(Text, ExplodesAtEverySeparator) {
  using Pieces = std::vector<std::string_view>;
  EXPECT_EQ(explode("a-b-c", "-", kPlenty), (Pieces{"a", "b", "c"}));
  EXPECT_EQ(explode("-a--", "-", kPlenty), (Pieces{"", "a", "", ""}));
  EXPECT_EQ(explode("aa", "aa", kPlenty), (Pieces{"", ""}));
  EXPECT_EQ(explode("", "-", kPlenty), (Pieces{""}));
  EXPECT_EQ(explode("abc", "", kPlenty), (Pieces{"abc"}));
  EXPECT_EQ(explode("a-b-c", "-", 3), (Pieces{"a", "b", "c"}));
  EXPECT_EQ(explode("a-b-c", "-", 2), std::nullopt);
}

TEST(Text, ReplacesFromTheLeftWithinTheLimit) {
  EXPECT_EQ(replace("aaa", "aa", "b", kPlenty), "ba");
  EXPECT_EQ(replace("a\"b", "\"", "\"\"", kPlenty), "a\"\"b");
  EXPECT_EQ(replace("abc", "", "x", kPlenty), "abc");
  EXPECT_EQ(replace("abc", "b", "", kPlenty), "ac");
  EXPECT_EQ(replace("aa", "a", "xy", 4), "xyxy");
  EXPECT_EQ(replace("aa", "a", "xy", 3), std::nullopt);
  EXPECT_EQ(replace("abc", "x", "", 2), std::nullopt);
}

TEST(Text, PadsToAWidthWithinTheLimit) {
  EXPECT_EQ(pad_left("7", 3, "0", kPlenty), "007");
  EXPECT_EQ(pad_right("ä", 3, "€", kPlenty), "ä€€");
  EXPECT_EQ(pad_left("abcd", 3, "0", kPlenty), "abcd");
  EXPECT_EQ(pad_left("7", 3, "", kPlenty), "7");
  EXPECT_EQ(pad_left("7", 3, "0", 3), "007");
  EXPECT_EQ(pad_left("7", 3, "0", 2), std::nullopt);
  EXPECT_EQ(pad_right("7", 3, "€", 6), std::nullopt);
  EXPECT_EQ(pad_left("7", static_cast<std::size_t>(-1), "0000", kPlenty), std::nullopt);
  EXPECT_EQ(pad_right("abc", 1, "0", 2), std::nullopt);
}

rc::Gen<std::u32string> some_points() {
  return rc::gen::container<std::u32string>(rc::gen::oneOf(
      rc::gen::inRange<char32_t>(0, 0x80), rc::gen::inRange<char32_t>(0x80, 0xd800),
      rc::gen::inRange<char32_t>(0xe000, 0x110000), rc::gen::element<char32_t>(U' ', U'\u3000')));
}

TEST(TextProperty, CountsLikeAnArrayOfCodePoints) {
  EXPECT_TRUE(rc::check([] {
    const auto points = *some_points();
    const std::string text = text_of(points);
    const auto from = *rc::gen::inRange<std::size_t>(0, points.size() + 1);
    const auto count = *rc::gen::inRange<std::size_t>(0, points.size() + 2);
    RC_ASSERT(length(text) == points.size());
    const std::string part = text_of(points.substr(from, count));
    RC_ASSERT(slice(text, from, count) == part);
    const auto at = points.find(points.substr(from, count));
    RC_ASSERT(index_of(text, part) == at);
    RC_ASSERT(text.find(trim(text)) != std::string::npos);
    RC_ASSERT(!find_bad_utf8(trim(text)));
    for (const auto& mapped :
         {reactor::upper(text, 4 * text.size()), reactor::lower(text, 4 * text.size())}) {
      RC_ASSERT(mapped.has_value());
      RC_ASSERT(!find_bad_utf8(*mapped));
      RC_ASSERT(length(*mapped) == points.size());
    }
    RC_ASSERT(length(*pad_left(text, count, "€", kPlenty * 10)) == std::max(count, points.size()));
  }));
}

TEST(TextProperty, ExplodedPiecesJoinAgain) {
  EXPECT_TRUE(rc::check([] {
    const auto piece = rc::gen::container<std::string>(rc::gen::element('a', 'b', '-'));
    const std::string text = *piece;
    const std::string separator = *rc::gen::nonEmpty(piece);
    const auto pieces = explode(text, separator, kPlenty);
    RC_ASSERT(pieces.has_value());
    std::string joined(pieces->front());
    std::string replaced(pieces->front());
    for (std::size_t i = 1; i < pieces->size(); ++i) {
      joined.append(separator).append((*pieces)[i]);
      replaced.append("xyz").append((*pieces)[i]);
    }
    RC_ASSERT(joined == text);
    RC_ASSERT(replace(text, separator, "xyz", kPlenty * 10) == replaced);
  }));
}

TEST(TextProperty, AnyBytesAreSafe) {
  EXPECT_TRUE(rc::check([] {
    const auto text = *rc::gen::arbitrary<std::string>();
    RC_ASSERT(slice(text, 0) == text);
    RC_ASSERT(trim(text).size() <= text.size());
    RC_ASSERT(reactor::upper(text, 4 * text.size() + 4).has_value());
    RC_ASSERT(slice(text, 1, 3).size() <= text.size());
  }));
}

}  // namespace
}  // namespace daybook::reactor
