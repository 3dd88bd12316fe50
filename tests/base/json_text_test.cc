#include "base/json_text.h"

#include <gtest/gtest.h>

namespace daybook {
namespace {

std::string json(std::string_view text) {
  std::string out = "x";
  append_json_string(out, text);
  return out.substr(1);
}

TEST(JsonText, EscapesQuotesBackslashesAndControls) {
  EXPECT_EQ(json(""), R"("")");
  EXPECT_EQ(json("plain \xc3\xa4/\x7f"), "\"plain \xc3\xa4/\x7f\"");
  EXPECT_EQ(json("\"a\\b\""), R"("\"a\\b\"")");
  EXPECT_EQ(json("\n\r\t\b"), R"("\n\r\t\u0008")");
  EXPECT_EQ(json(std::string_view("\0a\x1f", 3)), R"("\u0000a\u001f")");
  EXPECT_EQ(json("\x1f\n"), R"("\u001f\n")");
}

}  // namespace
}  // namespace daybook
