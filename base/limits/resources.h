// What a resource, a job and its parts may hold: every bound with the reason for its number (I14).
// A test hits each of them.
#pragma once

#include <cstddef>

namespace daybook {

// Identifiers (api.md: `[A-Za-z0-9][A-Za-z0-9._-]{0,127}`); component ids are paths, so they get
// twice that.
inline constexpr std::size_t kIdBytesMax = 128;
inline constexpr std::size_t kComponentIdBytesMax = 256;
inline constexpr std::size_t kDisplayNameBytesMax = 256;
inline constexpr std::size_t kDescriptionBytesMax = 4096;
// One job: parameters and results are documents, not files; a file belongs in a store that the job
// names.
inline constexpr std::size_t kParametersBytesMax = 256 * 1024;
inline constexpr std::size_t kResultBytesMax = 1024 * 1024;
// What queries and calls of one run answered, recorded with its end so that a replay can repeat it.
inline constexpr std::size_t kAnswersBytesMax = 1024 * 1024;
inline constexpr std::size_t kErrorMessageBytesMax = 16 * 1024;
inline constexpr std::size_t kErrorDetailsBytesMax = 64 * 1024;
inline constexpr std::size_t kTagsMax = 16;
inline constexpr std::size_t kTagBytesMax = 64;
inline constexpr std::size_t kUniqueKeyBytesMax = 128;
inline constexpr std::size_t kIdempotencyKeyBytesMax = 128;
// Component code; the largest component of the original's cookbook has under 20 KiB.
inline constexpr std::size_t kComponentCodeBytesMax = 1024 * 1024;
// A component's whole description: code of the largest size, JSON escapes included, in one event.
inline constexpr std::size_t kSpecBytesMax = 3 * 1024 * 1024;
// Which parameters a component takes, as text: 32 of them, whose types may list what they take.
inline constexpr std::size_t kContractBytesMax = 64 * 1024;
// So many derived contracts are recorded at once: one batch stays far from what one may hold.
inline constexpr std::size_t kContractsPerCommandMax = 16;
// Effects of one attempt, all in one batch with its result.
inline constexpr std::size_t kEffectsMax = 256;

}  // namespace daybook
