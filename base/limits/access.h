// Tokens and permissions: every bound with the reason for its number (I14). A test hits each of
// them.
#pragma once

#include <cstddef>
#include <cstdint>

namespace daybook {

// Live tokens: each worker, person and script of a large company has its own.
inline constexpr std::size_t kTokensMax = 10'000;
// Permissions of one token, and their texts together: enough for a list of definitions, small
// enough for each request to look at all of them.
inline constexpr std::size_t kTokenPermissionsMax = 64;
inline constexpr std::size_t kTokenPermissionsBytesMax = 8 * 1024;
// Owners of live jobs that are not the server itself: what 12 bits of a pending job's 32 bytes tell
// apart.
inline constexpr std::uint32_t kOwnersMax = 4095;
// Expired tokens that are noted in one command.
inline constexpr std::size_t kTokensExpiredPerCommandMax = 256;

}  // namespace daybook
