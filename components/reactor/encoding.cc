#include "components/reactor/encoding.h"

#include <algorithm>
#include <span>

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "base/base64.h"
#include "base/check.h"
#include "base/hex.h"
#include "base/sha256.h"
#include "base/utf8.h"

namespace daybook::reactor {
namespace {

// RFC 2104: a key is at most one block of the digest.
constexpr std::size_t kBlock = 64;

std::span<const std::uint8_t> span_of(std::string_view bytes) {
  return {reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()};
}

std::string string_of(const Hash& hash) {
  return {hash.begin(), hash.end()};
}

}  // namespace

std::string encode_base64(std::string_view bytes) {
  std::string out;
  append_base64(out, span_of(bytes));
  return out;
}

std::optional<std::string> decode_base64(std::string_view text) {
  const auto bytes = parse_base64(text);
  return bytes ? std::optional(std::string(bytes->begin(), bytes->end())) : std::nullopt;
}

std::string encode_base64_url(std::string_view bytes) {
  std::string out = encode_base64(bytes);
  out.erase(std::min(out.find('='), out.size()));
  std::replace(out.begin(), out.end(), '+', '-');
  std::replace(out.begin(), out.end(), '/', '_');
  return out;
}

std::optional<std::string> decode_base64_url(std::string_view text) {
  if (text.find_first_of("+/=") != std::string_view::npos) {
    return std::nullopt;
  }
  std::string standard(text);
  std::replace(standard.begin(), standard.end(), '-', '+');
  std::replace(standard.begin(), standard.end(), '_', '/');
  standard.append((4 - standard.size() % 4) % 4, '=');
  return decode_base64(standard);
}

std::string encode_hex(std::string_view bytes) {
  return to_hex(span_of(bytes));
}

std::optional<std::string> decode_hex(std::string_view text) {
  if (text.size() % 2 != 0) {
    return std::nullopt;
  }
  std::string out;
  out.reserve(text.size() / 2);
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const int high = hex_digit(text[i]);
    const int low = hex_digit(text[i + 1]);
    if (high < 0 || low < 0) {
      return std::nullopt;
    }
    out += static_cast<char>(high * 16 + low);
  }
  return out;
}

bool is_encoding(std::string_view word) {
  return word == "base64" || word == "base64Url" || word == "hex" || word == "text";
}

bool is_text(std::string_view bytes) {
  return !find_bad_utf8(bytes);
}

std::string sha256_bytes(std::string_view bytes) {
  return string_of(sha256(bytes));
}

std::string hmac_sha256_bytes(std::string_view key, std::string_view bytes) {
  // A longer key stands for its digest, and so the size fits OpenSSL's int.
  const std::string used = key.size() > kBlock ? sha256_bytes(key) : std::string(key);
  Hash digest{};
  unsigned int size = 0;
  const auto* done = HMAC(EVP_sha256(), used.data(), static_cast<int>(used.size()),
                          span_of(bytes).data(), bytes.size(), digest.data(), &size);
  DAYBOOK_CHECK(done != nullptr && size == digest.size(), "HMAC-SHA256 is always there");
  return string_of(digest);
}

}  // namespace daybook::reactor
