// Bytes as text and back, and the digests that components sign and check with.
//
// Bytes lie in a std::string, text in the same; decoding takes exactly what encoding gives, so that
// each text stands for one value. Sizes are those of the formats: base64 takes four thirds, hex
// twice. Any thread; nothing throws but for want of memory.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/ids.h"

namespace daybook::reactor {

// RFC 4648 section 4: the standard alphabet with padding.
std::string encode_base64(std::string_view bytes);
std::optional<std::string> decode_base64(std::string_view text);
// RFC 4648 section 5: '-' and '_', without padding.
std::string encode_base64_url(std::string_view bytes);
std::optional<std::string> decode_base64_url(std::string_view text);
// Lower case; decoding takes either.
std::string encode_hex(std::string_view bytes);
std::optional<std::string> decode_hex(std::string_view text);

// The ways of `encode` and `decode`: base64, base64Url, hex, text.
bool is_encoding(std::string_view word);

// Whether bytes are a text: UTF-8 without errors.
bool is_text(std::string_view bytes);

// The 32 bytes of SHA-256 (FIPS 180-4), and of HMAC with it (RFC 2104), under a key of any size.
std::string sha256_bytes(std::string_view bytes);
std::string hmac_sha256_bytes(std::string_view key, std::string_view bytes);

}  // namespace daybook::reactor
