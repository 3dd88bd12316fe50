// The decision state: every bound with the reason for its number (I14). A test hits each of them.
#pragma once

#include <cstddef>
#include <cstdint>

namespace daybook {

// Decision state.
inline constexpr std::size_t kDefinitionsMax = 100'000;
inline constexpr std::size_t kComponentsMax = 100'000;
// Who names a component that is changed or deleted: so many of each kind are looked at, to say what
// it breaks.
inline constexpr std::size_t kComponentUsersMax = 16;
// Attempts of one job, those that do not count included: as many as 21 bits of its row hold. A
// definition allows kAttemptsMax, and kLostAttemptsMax between each two of them.
inline constexpr std::uint32_t kJobAttemptsMax = (1U << 21) - 1;
// Reports whose answer is remembered, so that a repeated report gets the first answer (about 64
// thousand, 24 B each).
inline constexpr std::size_t kReportMemory = 65'536;
// Idempotency keys are kept for this long (contract.md promises 24 hours or more).
inline constexpr std::int64_t kIdempotencyWindowUs = 25LL * 3600 * 1'000'000;
// How many, unless a server says otherwise: 110 a second around the clock, in about 0.7 GB.
inline constexpr std::size_t kIdempotencyKeysDefault = 10'000'000;
inline constexpr std::size_t kIdempotencyKeysLeast = 1'000;
inline constexpr std::size_t kIdempotencyKeysMost = 1'000'000'000;
// Beside those: of requests that delete what may be put again under its id. Forgotten, such a key
// would delete the new one when it is repeated.
inline constexpr std::size_t kIdempotencyKeysForDeletions = 10'000;
// Of the newest so many the whole text is remembered.
inline constexpr std::size_t kKeysTold = 65'536;

}  // namespace daybook
