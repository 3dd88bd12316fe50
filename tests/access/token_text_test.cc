#include "access/token_text.h"

#include <set>
#include <string>

#include <gtest/gtest.h>

#include "base/hex.h"

namespace daybook::access {
namespace {

const std::string kDigits = "0123456789abcdefghjkmnpqrstvwxyz";

// The same number again and again.
class ConstantEntropy final : public Entropy {
 public:
  explicit ConstantEntropy(std::uint64_t word) : word_(word) {}
  std::uint64_t next() override { return word_; }

 private:
  std::uint64_t word_;
};

TEST(Secret, HasThirtyTwoDigitsAndTheirHash) {
  SystemEntropy entropy;
  std::set<char> seen;
  std::set<std::string> secrets;
  for (int i = 0; i < 200; ++i) {
    const Secret secret = Secret::make(entropy);
    ASSERT_EQ(secret.digits.size(), kSecretDigits);
    EXPECT_EQ(secret.digits.find_first_not_of(kDigits), std::string::npos) << secret.digits;
    EXPECT_EQ(secret.hash, hash_of_secret(secret.digits));
    EXPECT_TRUE(parse_token(token_text("a", secret.digits)));
    seen.insert(secret.digits.begin(), secret.digits.end());
    secrets.insert(secret.digits);
  }
  EXPECT_EQ(seen.size(), 32U);
  EXPECT_EQ(secrets.size(), 200U);
}

TEST(Secret, EachDigitHasFiveBitsOfItsOwn) {
  ConstantEntropy zeros(0);
  EXPECT_EQ(Secret::make(zeros).digits, std::string(32, '0'));
  ConstantEntropy ones(~0ULL);
  EXPECT_EQ(Secret::make(ones).digits, std::string(32, 'z'));
  // The lowest bits first, twelve digits of each number.
  ConstantEntropy two(1 | (2ULL << 5) | (31ULL << 55));
  EXPECT_EQ(Secret::make(two).digits, "12000000000z12000000000z12000000");
}

TEST(Secret, HashIsThePublishedSha256) {
  EXPECT_EQ(to_hex(hash_of_secret("abc")),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(SameHash, SeesEachBitOfEachByte) {
  const Hash a = hash_of_secret("a");
  EXPECT_TRUE(same_hash(a, Hash(a)));
  for (std::size_t i = 0; i < a.size(); ++i) {
    for (unsigned bit = 0; bit < 8; ++bit) {
      Hash other = a;
      other[i] = static_cast<std::uint8_t>(other[i] ^ (1U << bit));
      EXPECT_FALSE(same_hash(a, other)) << i;
    }
  }
}

TEST(TokenId, LettersDigitsAndDashesUpToThirtyTwo) {
  for (const std::string& id :
       {std::string("a"), std::string("0"), std::string("ci-2"), std::string("a-"),
        std::string("locals"), std::string(kTokenIdBytesMax, 'z')}) {
    EXPECT_TRUE(check_token_id(id, "tokenId")) << id;
  }
  for (const std::string& id :
       {std::string(), std::string("-a"), std::string("A"), std::string("a_b"), std::string("a.b"),
        std::string("a b"), std::string("\xc3\xa9"), std::string("a\0", 2), std::string("local"),
        std::string("system"), std::string(kTokenIdBytesMax + 1, 'z')}) {
    const Status status = check_token_id(id, "tokenId");
    ASSERT_FALSE(status) << id;
    EXPECT_EQ(status.error().code, Code::kInvalid);
    EXPECT_EQ(status.error().reason, "BAD_TOKEN_ID");
    EXPECT_EQ(status.error().field, "tokenId");
  }
}

TEST(TokenId, OneThatIsMadeIsSoundAndNotMadeAgain) {
  SystemEntropy entropy;
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) {
    const std::string id = make_token_id(entropy);
    EXPECT_EQ(id.size(), 12U);
    EXPECT_TRUE(check_token_id(id, "id"));
    EXPECT_TRUE(seen.insert(id).second);
  }
}

TEST(ParseToken, GivesThePartsThatWerePutTogether) {
  for (const std::string& id : {std::string("a"), std::string("ci-2"), std::string(32, 'a')}) {
    const std::string text = token_text(id, kDigits);
    EXPECT_EQ(text, "db_" + id + "_" + kDigits);
    const auto parts = parse_token(text);
    ASSERT_TRUE(parts) << text;
    EXPECT_EQ(parts->id, id);
    EXPECT_EQ(parts->secret, kDigits);
  }
}

TEST(ParseToken, AnythingElseIsNone) {
  const std::string sound = token_text("ci", kDigits);
  for (std::size_t size = 0; size < sound.size(); ++size) {
    EXPECT_FALSE(parse_token(std::string_view(sound).substr(0, size))) << size;
  }
  for (const std::string& text :
       {"db_" + kDigits, "db__" + kDigits, "db_-a_" + kDigits, "db_A_" + kDigits,
        "db_a_b_" + kDigits, "DB_ci_" + kDigits, "dbx_ci_" + kDigits, " " + sound, sound + " ",
        sound + "0", "db_" + std::string(33, 'a') + "_" + kDigits, "Bearer " + sound,
        "db_ci-" + kDigits}) {
    EXPECT_FALSE(parse_token(text)) << text;
  }
}

TEST(ParseToken, EachByteOfTheSecretIsADigit) {
  for (std::size_t place = 0; place < kSecretDigits; ++place) {
    for (int byte = 0; byte < 256; ++byte) {
      std::string secret = kDigits;
      secret[place] = static_cast<char>(byte);
      const bool digit = byte != 0 && kDigits.find(static_cast<char>(byte)) != std::string::npos;
      EXPECT_EQ(parse_token(token_text("ci", secret)).has_value(), digit) << place << " " << byte;
    }
  }
}

TEST(HoldsToken, WhereverItStands) {
  const std::string token = token_text("ci-2", kDigits);
  for (const std::string& text : {token, "/jobs?token=" + token, "/jobs/" + token + "/x",
                                  "?a=db_&b=" + token, "db_db_" + token, "xdb_x_" + token,
                                  token + "0", "?token=" + token + "&a=b", "db_" + token}) {
    EXPECT_TRUE(holds_token(text)) << text;
  }
}

TEST(HoldsToken, NotWhatIsOnlyLikeOne) {
  const std::string token = token_text("ci-2", kDigits);
  for (const std::string& text :
       {std::string(), std::string("db_"), std::string("/jobs?name=db_backup_nightly"),
        std::string("db_a_"), token.substr(0, token.size() - 1), token.substr(1),
        "db_" + std::string(33, 'a') + "_" + kDigits, "db_ci_" + std::string(32, 'u')}) {
    EXPECT_FALSE(holds_token(text)) << text;
  }
}

TEST(HoldsToken, TakesTimeForTheLengthOnly) {
  std::string text;
  for (int i = 0; i < 300'000; ++i) {
    text += "db_";
  }
  EXPECT_FALSE(holds_token(text));
  EXPECT_FALSE(holds_token("db_" + std::string(1'000'000, 'a')));
}

}  // namespace
}  // namespace daybook::access
