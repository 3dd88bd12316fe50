#include "access/token_text.h"

#include <algorithm>
#include <array>

#include <openssl/crypto.h>

#include "base/sha256.h"

namespace daybook::access {
namespace {

constexpr std::string_view kTokenPrefix = "db_";
constexpr std::string_view kBase32 = "0123456789abcdefghjkmnpqrstvwxyz";
constexpr std::string_view kIdBytes = "0123456789abcdefghijklmnopqrstuvwxyz-";
constexpr std::size_t kMadeIdDigits = 12;

// Which bytes are of an alphabet.
using ByteSet = std::array<bool, 256>;

constexpr ByteSet byte_set(std::string_view alphabet) {
  ByteSet out{};
  for (const char c : alphabet) {
    out[static_cast<unsigned char>(c)] = true;
  }
  return out;
}

constexpr ByteSet kIsDigit = byte_set(kBase32);
constexpr ByteSet kIsIdByte = byte_set(kIdBytes);

// Looks at each byte, whatever the others are: where a search for a wrong one stops, and how long
// it takes for each, would tell of the secret.
bool holds_only(std::string_view text, const ByteSet& set) {
  unsigned sound = 1;
  for (const char c : text) {
    sound &= static_cast<unsigned>(set[static_cast<unsigned char>(c)]);
  }
  return sound != 0;
}

bool is_token_id(std::string_view id) {
  return !id.empty() && id.size() <= kTokenIdBytesMax && id.front() != '-' &&
         holds_only(id, kIsIdByte);
}

std::string random_digits(Entropy& entropy, std::size_t count) {
  constexpr std::size_t kDigitBits = 5;
  constexpr std::size_t kDigitsPerWord = 64 / kDigitBits;
  std::string out;
  std::uint64_t word = 0;
  for (std::size_t i = 0; i < count; ++i) {
    word = i % kDigitsPerWord == 0 ? entropy.next() : word >> kDigitBits;
    out += kBase32[word % kBase32.size()];
  }
  return out;
}

}  // namespace

Secret Secret::make(Entropy& entropy) {
  Secret out;
  out.digits = random_digits(entropy, kSecretDigits);
  out.hash = hash_of_secret(out.digits);
  return out;
}

Status check_token_id(std::string_view id, std::string_view field) {
  if (!is_token_id(id)) {
    return fail(Code::kInvalid, "BAD_TOKEN_ID",
                "the id of a token has 1 to 32 of a-z, 0-9 and '-', and does not start with '-'",
                field);
  }
  if (id == "local" || id == "system") {
    return fail(Code::kInvalid, "BAD_TOKEN_ID",
                "'" + std::string(id) + "' is the name of an actor without a token", field);
  }
  return {};
}

std::string make_token_id(Entropy& entropy) {
  return random_digits(entropy, kMadeIdDigits);
}

std::string token_text(std::string_view id, std::string_view secret) {
  std::string out(kTokenPrefix);
  out += id;
  out += '_';
  out += secret;
  return out;
}

std::optional<TokenText> parse_token(std::string_view text) {
  const std::size_t around = kTokenPrefix.size() + 1 + kSecretDigits;
  if (!text.starts_with(kTokenPrefix) || text.size() <= around) {
    return std::nullopt;
  }
  // A secret has always as many digits, so the '_' needs no search.
  TokenText out;
  out.id = text.substr(kTokenPrefix.size(), text.size() - around);
  out.secret = text.substr(text.size() - kSecretDigits);
  const bool parted = text[text.size() - kSecretDigits - 1] == '_';
  return parted && is_token_id(out.id) && holds_only(out.secret, kIsDigit) ? std::optional(out)
                                                                           : std::nullopt;
}

bool holds_token(std::string_view text) {
  for (std::size_t at = text.find(kTokenPrefix); at != std::string_view::npos;
       at = text.find(kTokenPrefix, at + 1)) {
    // An id holds no '_', so the next one ends it.
    const std::size_t parting = text.find('_', at + kTokenPrefix.size());
    if (parting == std::string_view::npos) {
      return false;
    }
    if (parse_token(text.substr(at, parting + 1 + kSecretDigits - at))) {
      return true;
    }
  }
  return false;
}

Hash hash_of_secret(std::string_view secret) {
  return sha256(secret);
}

bool same_hash(const Hash& a, const Hash& b) {
  return CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace daybook::access
