#include "components/mail_body.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace daybook::components {
namespace {

std::string encoded(std::string_view text) {
  const std::string part = mail_part({"text/plain", text});
  const std::size_t at = part.find("\r\n\r\n");
  return part.substr(at + 4);
}

std::size_t longest_line(std::string_view text) {
  std::size_t line = 0;
  std::size_t out = 0;
  for (const char c : text) {
    line = c == '\n' ? 0 : line + (c == '\r' ? 0 : 1);
    out = std::max(out, line);
  }
  return out;
}

TEST(MailBody, OneTextIsTheMailItself) {
  EXPECT_EQ(mail_body("hi", "", "1"),
            "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=UTF-8\r\n"
            "Content-Transfer-Encoding: quoted-printable\r\n\r\nhi\r\n");
  EXPECT_EQ(mail_body("", "<p>", "1"),
            "MIME-Version: 1.0\r\nContent-Type: text/html; charset=UTF-8\r\n"
            "Content-Transfer-Encoding: quoted-printable\r\n\r\n<p>\r\n");
  EXPECT_THAT(mail_body("", "", "1"), testing::HasSubstr("text/plain"));
}

TEST(MailBody, TwoTextsAreAlternatives) {
  EXPECT_EQ(mail_body("a", "b", "7"),
            "MIME-Version: 1.0\r\nContent-Type: multipart/alternative;\r\n boundary=\"=_7\"\r\n\r\n"
            "--=_7\r\nContent-Type: text/plain; charset=UTF-8\r\n"
            "Content-Transfer-Encoding: quoted-printable\r\n\r\na\r\n"
            "--=_7\r\nContent-Type: text/html; charset=UTF-8\r\n"
            "Content-Transfer-Encoding: quoted-printable\r\n\r\nb\r\n--=_7--\r\n");
}

TEST(MailPart, WhatIsNotPlainIsEscaped) {
  EXPECT_EQ(encoded("Grüße an alle, die noch warten = alle"),
            "Gr=C3=BC=C3=9Fe an alle, die noch warten =3D alle\r\n");
  EXPECT_EQ(encoded("one, two, three and so on \r\nfour, and five\t"),
            "one, two, three and so on=20\r\nfour, and five=09\r\n");
  EXPECT_EQ(encoded(std::string_view("a lonely return \r here", 22)),
            "a lonely return =0D here\r\n");
}

TEST(MailPart, LinesAreFoldedAndNeverTooLong) {
  const std::string text(300, 'x');
  EXPECT_EQ(encoded(text.substr(0, 76)), text.substr(0, 76) + "\r\n");
  EXPECT_EQ(encoded(text.substr(0, 77)), text.substr(0, 75) + "=\r\nxx\r\n");
  for (std::size_t before = 70; before < 80; ++before) {
    const std::string around = text.substr(0, before) + "=" + text.substr(0, before);
    EXPECT_LE(longest_line(encoded(around)), 76U) << before;
    EXPECT_LE(longest_line(encoded(around.substr(0, before + 1))), 76U) << before;
  }
}

TEST(MailPart, WhatWouldBeMostlyEscapesIsBase64) {
  std::string text;
  for (int i = 0; i < 100; ++i) {
    text += "日本";
  }
  const std::string part = mail_part({"text/plain", text});
  EXPECT_THAT(part, testing::HasSubstr("Content-Transfer-Encoding: base64\r\n\r\n5pel5pys"));
  EXPECT_EQ(longest_line(encoded(text)), 76U);
}

}  // namespace
}  // namespace daybook::components
