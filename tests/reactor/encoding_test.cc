#include "components/reactor/encoding.h"

#include <rapidcheck.h>

#include <gtest/gtest.h>

namespace daybook::reactor {
namespace {

using std::string_literals::operator""s;

TEST(Encoding, Base64HasTheTextsOfTheRfc) {
  EXPECT_EQ(encode_base64(""), "");
  EXPECT_EQ(encode_base64("fo"), "Zm8=");
  EXPECT_EQ(encode_base64("\xfb\xff\xfe"), "+//+");
  EXPECT_EQ(decode_base64("Zm9vYg=="), "foob");
  for (const std::string_view text : {"Zg", "Zg=", "Zh==", "Z===", "Zm9v\n", "-__-", "Zg==Zg=="}) {
    EXPECT_FALSE(decode_base64(text)) << text;
  }
}

TEST(Encoding, Base64UrlHasNoPadding) {
  EXPECT_EQ(encode_base64_url(""), "");
  EXPECT_EQ(encode_base64_url("f"), "Zg");
  EXPECT_EQ(encode_base64_url("fo"), "Zm8");
  EXPECT_EQ(encode_base64_url("\xfb\xff\xfe"), "-__-");
  EXPECT_EQ(decode_base64_url("-__-"), "\xfb\xff\xfe");
  EXPECT_EQ(decode_base64_url(R"(eyJhbGciOiJIUzI1NiJ9)"), R"({"alg":"HS256"})");
  for (const std::string_view text : {"Zg==", "Zm8=", "+//+", "Z", "Zh", "Zm9vY", "Z g"}) {
    EXPECT_FALSE(decode_base64_url(text)) << text;
  }
}

TEST(Encoding, HexTakesEitherCase) {
  EXPECT_EQ(encode_hex("\x00\xab\x10"s), "00ab10");
  EXPECT_EQ(decode_hex("00Ab10"), "\x00\xab\x10"s);
  EXPECT_EQ(decode_hex(""), "");
  for (const std::string_view text : {"0", "0g", "0x", " 00", "00 "}) {
    EXPECT_FALSE(decode_hex(text)) << text;
  }
}

TEST(Encoding, OnlyUtf8IsText) {
  EXPECT_TRUE(is_text("aä€😀"));
  EXPECT_TRUE(is_text(""));
  EXPECT_TRUE(is_text("\0"s));
  EXPECT_FALSE(is_text("\xff"));
  EXPECT_FALSE(is_text("\xed\xa0\x80"));
  EXPECT_FALSE(is_text("\xc0\x80"));
}

TEST(Encoding, DigestsAreThoseOfTheStandards) {
  // FIPS 180-4, and RFC 4231 cases 1, 2, 3 and 6.
  EXPECT_EQ(encode_hex(sha256_bytes("abc")),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(encode_hex(hmac_sha256_bytes(std::string(20, '\x0b'), "Hi There")),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  EXPECT_EQ(encode_hex(hmac_sha256_bytes("Jefe", "what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(encode_hex(hmac_sha256_bytes(std::string(20, '\xaa'), std::string(50, '\xdd'))),
            "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe");
  EXPECT_EQ(encode_hex(hmac_sha256_bytes(std::string(131, '\xaa'),
                                         "Test Using Larger Than Block-Size Key - Hash Key First")),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
  EXPECT_EQ(encode_hex(hmac_sha256_bytes({}, {})),
            "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

TEST(EncodingProperty, EveryFormReadsBackAndNoTextStandsForTwoValues) {
  EXPECT_TRUE(rc::check([] {
    const auto bytes = *rc::gen::arbitrary<std::string>();
    RC_ASSERT(decode_base64(encode_base64(bytes)) == bytes);
    RC_ASSERT(decode_base64_url(encode_base64_url(bytes)) == bytes);
    RC_ASSERT(decode_hex(encode_hex(bytes)) == bytes);
    const auto text =
        *rc::gen::container<std::string>(rc::gen::element('A', 'Q', 'g', 'Z', '-', '_', '/', '='));
    if (const auto decoded = decode_base64(text)) {
      RC_ASSERT(encode_base64(*decoded) == text);
    }
    if (const auto decoded = decode_base64_url(text)) {
      RC_ASSERT(encode_base64_url(*decoded) == text);
    }
  }));
}

}  // namespace
}  // namespace daybook::reactor
