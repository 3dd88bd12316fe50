#include "components/mail_text.h"

#include <gtest/gtest.h>

namespace daybook::components {
namespace {

const Placeholders kDynamic(
    JsonValue(R"({"name":"Ann <b>","n":7,"none":null,"list":[1,"x"],"two":"a\r\nB: c"})")
        .members());

std::string fill_in(std::string_view text, const Placeholders& placeholders, Placing placing) {
  return placeholders.fill(text, placing, 1000).value_or("too large");
}

// The field and the text of the refusal; "" when there is none.
std::string refusal(const std::string& mail) {
  const auto filled = fill_mail(*Members::of(JsonValue(mail), ""));
  return filled ? "" : filled.error().field + ": " + filled.error().message;
}

TEST(FillIn, MembersOfDynamicReplaceTheirNames) {
  EXPECT_EQ(fill_in("Hi {name}, {n}{none}!", kDynamic, Placing::kText), "Hi Ann <b>, 7!");
  EXPECT_EQ(fill_in("{list}", kDynamic, Placing::kText), R"([1,"x"])");
}

TEST(FillIn, OtherBracesStay) {
  for (const char* text :
       {"{other}", "{", "a } b", "{a{b}", "{n", "{ name}", "{{", "{}", "p { color: red }"}) {
    EXPECT_EQ(fill_in(text, kDynamic, Placing::kText), text);
  }
  EXPECT_EQ(fill_in("{{n}}", kDynamic, Placing::kText), "{7}");
}

TEST(FillIn, WhatIsPutInIsNotFilledInAgain) {
  const Placeholders dynamic(JsonValue(R"({"a":"{b}","b":"x"})").members());
  EXPECT_EQ(fill_in("{a}", dynamic, Placing::kText), "{b}");
}

TEST(FillIn, HtmlIsEscapedButOnlyWhatIsPutIn) {
  EXPECT_EQ(fill_in("<p>{name} & {list}</p>", kDynamic, Placing::kHtml),
            "<p>Ann &lt;b&gt; & [1,&quot;x&quot;]</p>");
}

TEST(FillIn, LineHasNoLineEnds) {
  EXPECT_EQ(fill_in("x{two}", kDynamic, Placing::kLine), "xa  B: c");
}

TEST(FillIn, TextOverTheLimitIsNone) {
  const Placeholders dynamic({{"a", JsonValue(R"("xxxxx")")}});
  EXPECT_EQ(dynamic.fill("{a}{a}", Placing::kText, 10), "xxxxxxxxxx");
  EXPECT_EQ(dynamic.fill("{a}{a}", Placing::kText, 9), std::nullopt);
  EXPECT_EQ(dynamic.fill("123456", Placing::kText, 5), std::nullopt);
}

TEST(FillIn, MillionsOfBracesTakeNoTime) {
  const std::string text(4 * 1024 * 1024, '{');
  EXPECT_EQ(kDynamic.fill(text + "}", Placing::kText, text.size() + 1), text + "}");
}

TEST(FillMail, TextThatGrowsOverItsLimitIsRefusedAndNamed) {
  const std::string large(100'000, 'x');
  std::string many;
  for (int i = 0; i < 50; ++i) {
    many += "{a}";
  }
  const std::string dynamic = R"(,"dynamic":{"a":")" + large + "\"}}";
  EXPECT_EQ(refusal(R"({"subject":"s","body":{"plainText":"{a}"})" + dynamic), "");
  EXPECT_EQ(refusal(R"({"subject":"{a}","body":{})" + dynamic),
            "subject: Has more than 998 bytes once its placeholders are filled in.");
  EXPECT_EQ(refusal(R"({"subject":"s","body":{"plainText":")" + many + "\"}" + dynamic),
            "body.plainText: Has more than 4194304 bytes once its placeholders are filled in.");
  EXPECT_EQ(refusal(R"({"subject":"s","body":{"html":")" + many + "\"}" + dynamic).substr(0, 10),
            "body.html:");
}

TEST(HeaderText, PlainAsciiStaysAndOtherTextIsEncoded) {
  EXPECT_EQ(header_text("Hello, world"), "Hello, world");
  EXPECT_EQ(header_text("Grüße"), "=?UTF-8?B?R3LDvMOfZQ==?=");
  EXPECT_EQ(header_text("a\r\nb"), "=?UTF-8?B?YQ0KYg==?=");
  EXPECT_EQ(header_text("=?UTF-8?B?eA==?="), "=?UTF-8?B?PT9VVEYtOD9CP2VBPT0/PQ==?=");
}

TEST(HeaderText, LongOnesAreFoldedAndNoCharacterIsCut) {
  std::string text;
  for (int i = 0; i < 100; ++i) {
    text += "äöü€";
  }
  const std::string encoded = header_text(text);
  std::size_t line = 0;
  for (const char c : encoded) {
    line = c == '\n' ? 0 : line + 1;
    EXPECT_LE(line, 78U);
  }
  EXPECT_NE(encoded.find("?=\r\n =?UTF-8?B?"), std::string::npos);
  const std::string plain(300, 'x');
  EXPECT_NE(header_text(plain).find("\r\n "), std::string::npos);
}

TEST(HeaderMailbox, NamesAreQuotedOrEncoded) {
  EXPECT_EQ(header_mailbox("", "a@b.org"), "a@b.org");
  EXPECT_EQ(header_mailbox("Shop \"X\"", "a@b.org"), R"("Shop \"X\"" <a@b.org>)");
  EXPECT_EQ(header_mailbox("Ö", "a@b.org"), "=?UTF-8?B?w5Y=?= <a@b.org>");
}

TEST(HeaderDate, IsInUtc) {
  EXPECT_EQ(header_date(Micros{1'763'251'200'000'000}), "Sun, 16 Nov 2025 00:00:00 +0000");
}

TEST(CrlfLines, EveryLineEndsAlike) {
  EXPECT_EQ(crlf_lines("a\nb\r\nc\rd"), "a\r\nb\r\nc\r\nd");
}

}  // namespace
}  // namespace daybook::components
