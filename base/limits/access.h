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

// How long a token may be good for, when it says how long; a hundred years, which is for ever.
inline constexpr std::int64_t kTokenLifeMaxUs = 36'525LL * 86'400 * 1'000'000;
// Tokens that were not valid from one address in a minute, before it is told to wait: more than
// somebody mistypes, and no use against 160 random bits anyway.
inline constexpr std::uint32_t kLoginFailuresMax = 20;
inline constexpr std::int64_t kLoginWindowUs = 60LL * 1'000'000;
// Addresses whose failures are counted: 100 bytes each.
inline constexpr std::size_t kLoginPeersMax = 10'000;

}  // namespace daybook
