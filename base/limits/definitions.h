// Ranges of a definition's fields: every bound with the reason for its number (I14). A test hits
// each of them.
#pragma once

#include <cstddef>
#include <cstdint>

namespace daybook {

// Definitions: ranges of their fields.
inline constexpr std::uint32_t kAttemptsMax = 1000;
// Attempts in a row that a stop of the server ended and that do not count towards maxAttempts: a
// restart or a deploy is no fault of the job, but a job that kills the server is.
inline constexpr std::uint32_t kLostAttemptsMax = 10;
inline constexpr std::int64_t kBackoffMaxUs = 7LL * 86'400 * 1'000'000;
inline constexpr std::int64_t kTimeoutMaxUs = 7LL * 86'400 * 1'000'000;
inline constexpr std::int64_t kLeaseDefaultUs = 60'000'000;
inline constexpr std::int64_t kLeaseMinUs = 1'000'000;
inline constexpr std::int64_t kLeaseMaxUs = 86'400LL * 1'000'000;
inline constexpr std::uint32_t kConcurrencyMax = 100'000;
inline constexpr int kPriorityMin = -100;
inline constexpr int kPriorityMax = 100;
inline constexpr std::int64_t kRetentionDefaultUs = 14LL * 86'400 * 1'000'000;
inline constexpr std::int64_t kRetentionMaxUs = 3650LL * 86'400 * 1'000'000;
// What a definition asks for when a job fails for good: a mail, a post and a job, with some to
// spare, in an event that is written for each change of the definition.
inline constexpr std::size_t kOnFailureEffectsMax = 16;
inline constexpr std::size_t kOnFailureBytesMax = 64 * 1024;
// A job may be scheduled this far ahead: ten years.
inline constexpr std::int64_t kRunAtAheadMaxUs = 3650LL * 86'400 * 1'000'000;

}  // namespace daybook
