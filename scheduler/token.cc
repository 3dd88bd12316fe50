#include <charconv>

#include "base/derived_id.h"
#include "base/hex.h"
#include "scheduler/commands.h"

namespace daybook::scheduler {
namespace {

constexpr std::size_t kSecretDigits = 32;

void append_digits(std::string& out, std::uint64_t word) {
  static constexpr char kDigits[] = "0123456789abcdef";
  for (int shift = 60; shift >= 0; shift -= 4) {
    out += kDigits[(word >> shift) & 0xf];
  }
}

}  // namespace

std::string Token::text() const {
  std::string out = std::to_string(started.value);
  out += '.';
  append_digits(out, secret.high);
  append_digits(out, secret.low);
  return out;
}

SendingId derive_sending_id(const Token& token, std::size_t index) {
  const std::string seed = token.text();
  return derive_id({reinterpret_cast<const std::uint8_t*>(seed.data()), seed.size()}, "sending",
                   index)
      .sending();
}

Result<Token> Token::parse(std::string_view text, std::string_view field) {
  const auto bad = [&] {
    return fail(Code::kInvalid, "BAD_TOKEN", "a token is what the lease gave: <number>.<32 digits>",
                field);
  };
  Token token;
  const std::size_t dot = text.find('.');
  if (dot == std::string_view::npos || text.size() != dot + 1 + kSecretDigits) {
    return bad();
  }
  const auto [end, error] = std::from_chars(text.data(), text.data() + dot, token.started.value);
  if (error != std::errc() || end != text.data() + dot || token.started.value == 0) {
    return bad();
  }
  for (std::size_t i = 0; i < kSecretDigits; ++i) {
    const int digit = hex_digit(text[dot + 1 + i]);
    if (digit < 0) {
      return bad();
    }
    std::uint64_t& word = i < kSecretDigits / 2 ? token.secret.high : token.secret.low;
    word = (word << 4) | static_cast<std::uint64_t>(digit);
  }
  return token;
}

}  // namespace daybook::scheduler
