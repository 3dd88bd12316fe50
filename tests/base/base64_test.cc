#include "base/base64.h"

#include <gtest/gtest.h>

namespace daybook {
namespace {

std::vector<std::uint8_t> vector_of(std::string_view text) {
  return {text.begin(), text.end()};
}

// RFC 4648 section 10.
TEST(Base64, GivesTheTextsOfTheRfc) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"", ""},
      {"f", "Zg=="},
      {"fo", "Zm8="},
      {"foo", "Zm9v"},
      {"foob", "Zm9vYg=="},
      {"fooba", "Zm9vYmE="},
      {"foobar", "Zm9vYmFy"},
  };
  for (const auto& [plain, coded] : cases) {
    std::string out;
    append_base64(out, vector_of(plain));
    EXPECT_EQ(out, coded);
    EXPECT_EQ(parse_base64(coded), vector_of(plain));
  }
}

TEST(Base64, EveryByteGoesThereAndBackAtEveryLength) {
  std::vector<std::uint8_t> bytes;
  for (int i = 0; i < 260; ++i) {
    std::string text;
    append_base64(text, bytes);
    EXPECT_EQ(text.size(), (bytes.size() + 2) / 3 * 4);
    EXPECT_EQ(parse_base64(text), bytes);
    bytes.push_back(static_cast<std::uint8_t>(i * 7 + 250));
  }
}

TEST(Base64, AnyOtherTextIsRefused) {
  for (const std::string_view bad :
       {"Z", "Zg", "Zg=", "Zg==Zg==", "Z===", "====", "Zh==", "Zm9=", "Zm9v\n", " Zm9v", "Zm-v",
        "Zm_v", "Zm9vZ", "=m9v", "Z=9v", "Zm=v"}) {
    EXPECT_FALSE(parse_base64(bad)) << bad;
  }
}

}  // namespace
}  // namespace daybook
