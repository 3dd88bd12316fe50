#include "base/derived_id.h"

#include <set>
#include <vector>

#include <gtest/gtest.h>

#include "base/sha256.h"

namespace daybook {
namespace {

std::vector<std::uint8_t> bytes(std::string_view text) {
  return {text.begin(), text.end()};
}

TEST(DerivedId, IsTheDigestOfSeedPurposeAndIndexAsAVersion8Uuid) {
  const std::string input("\x04\0\0\0\0\0\0\0seed\x05\0\0\0\0\0\0\0newid\x03\0\0\0\0\0\0\0", 33);
  const Hash digest = sha256(input);
  auto expected = SendingId::from_bytes(digest.data()).bytes();
  expected[6] = static_cast<std::uint8_t>((expected[6] & 0x0fU) | 0x80U);
  expected[8] = static_cast<std::uint8_t>((expected[8] & 0x3fU) | 0x80U);
  const DerivedId id = derive_id(bytes("seed"), "newid", 3);
  EXPECT_EQ(id.sending().bytes(), expected);
  EXPECT_EQ(id.text()[14], '8');
  EXPECT_NE(std::string("89ab").find(id.text()[19]), std::string::npos);
}

TEST(DerivedId, SameInputsGiveTheSameIdAndOthersAnother) {
  EXPECT_EQ(derive_id(bytes("s"), "p", 1), derive_id(bytes("s"), "p", 1));
  std::set<std::string> seen;
  for (const char* seed : {"s", "t", "sp"}) {
    for (const char* purpose : {"p", "q", ""}) {
      for (const std::uint64_t index : {0UL, 1UL, 256UL}) {
        EXPECT_TRUE(seen.insert(derive_id(bytes(seed), purpose, index).text()).second);
      }
    }
  }
}

}  // namespace
}  // namespace daybook
