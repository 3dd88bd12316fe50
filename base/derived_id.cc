#include "base/derived_id.h"

#include <array>

#include "base/sha256.h"

namespace daybook {
namespace {

void add(Sha256& digest, std::uint64_t number) {
  std::array<std::uint8_t, 8> bytes{};
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    bytes[i] = static_cast<std::uint8_t>(number >> (8 * i));
  }
  digest.update(bytes);
}

void add(Sha256& digest, std::span<const std::uint8_t> bytes) {
  add(digest, std::uint64_t{bytes.size()});
  digest.update(bytes);
}

}  // namespace

DerivedId derive_id(std::span<const std::uint8_t> seed, std::string_view purpose,
                    std::uint64_t index) {
  Sha256 digest;
  add(digest, seed);
  add(digest, {reinterpret_cast<const std::uint8_t*>(purpose.data()), purpose.size()});
  add(digest, index);
  const Hash hash = digest.finish();
  const SendingId raw = SendingId::from_bytes(hash.data());
  constexpr std::uint64_t kVersionMask = 0xf000;
  constexpr std::uint64_t kVersion8 = 0x8000;
  constexpr std::uint64_t kVariantMask = 0xc000'0000'0000'0000ULL;
  constexpr std::uint64_t kVariant = 0x8000'0000'0000'0000ULL;
  return {(raw.high & ~kVersionMask) | kVersion8, (raw.low & ~kVariantMask) | kVariant};
}

}  // namespace daybook
