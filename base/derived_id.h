// Ids that are not drawn but derived: the same seed, purpose and index give the same id, so what
// makes them may run again. A version 8 UUID (RFC 9562): the first 128 bits of
//   SHA-256(u64 seed bytes | seed | u64 purpose bytes | purpose | u64 index)
// (numbers little-endian) with the version and variant bits set.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/ids.h"

namespace daybook {

struct DerivedId {
  std::uint64_t high = 0;
  std::uint64_t low = 0;

  std::string text() const { return sending().text(); }
  constexpr SendingId sending() const { return {high, low}; }
  constexpr bool operator==(const DerivedId&) const = default;
};

// `purpose` keeps ids of different kinds apart ("sending", "newid", …), `index` those of one kind.
DerivedId derive_id(std::span<const std::uint8_t> seed, std::string_view purpose,
                    std::uint64_t index);

}  // namespace daybook
