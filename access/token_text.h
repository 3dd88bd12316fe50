// A token as its holder has it: "db_<id>_<secret>".
//
// The id has 1 to 32 of [a-z0-9-], beginning with a letter or digit; the secret has 32 digits of
// Crockford's base 32 in lower case (0-9, a-z without i l o u): 160 random bits. Pure but for
// make().
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/entropy.h"
#include "base/ids.h"
#include "base/result.h"

namespace daybook::access {

inline constexpr std::size_t kTokenIdBytesMax = 32;
inline constexpr std::size_t kSecretDigits = 32;

// A secret that is freshly made, and what is kept of it.
struct Secret {
  std::string digits;
  Hash hash{};
  static Secret make(Entropy& entropy);
};

// The parts of a token, borrowed.
struct TokenText {
  std::string_view id;
  std::string_view secret;
};

// kInvalid "BAD_TOKEN_ID" naming `field`; "local" and "system" are refused, for they are actors
// already.
Status check_token_id(std::string_view id, std::string_view field);
// An id for a token whose maker names none: 12 such digits.
std::string make_token_id(Entropy& entropy);
std::string token_text(std::string_view id, std::string_view secret);
// Nothing when it is not of that form.
std::optional<TokenText> parse_token(std::string_view text);
// Whether the text has what looks like a token in it, as it is, not percent-encoded: for refusing
// one in a URL.
bool holds_token(std::string_view text);

// What is kept of a secret.
Hash hash_of_secret(std::string_view secret);
// In constant time.
bool same_hash(const Hash& a, const Hash& b);

}  // namespace daybook::access
