// The decision state: every bound with the reason for its number (I14). A test hits each of them.
#pragma once

#include <cstddef>
#include <cstdint>

namespace daybook {

// Decision state.
inline constexpr std::size_t kDefinitionsMax = 100'000;
inline constexpr std::size_t kComponentsMax = 100'000;
// Reports whose answer is remembered, so that a repeated report gets the first answer (about 64
// thousand, 24 B each).
inline constexpr std::size_t kReportMemory = 65'536;
// Idempotency keys are kept for this long (contract.md promises 24 hours or more).
inline constexpr std::int64_t kIdempotencyWindowUs = 25LL * 3600 * 1'000'000;
inline constexpr std::size_t kIdempotencyKeysMax = 1'000'000;

}  // namespace daybook
