// HTTP: what requests may make the server do before they are taken, and what they hold while they
// wait for it: every bound with the reason for its number (I14). A test hits each of them.
#pragma once

#include <cstddef>

namespace daybook {

// The body of a lease or a heartbeat, which is names and tokens: what the largest takes, escapes
// included.
inline constexpr std::size_t kHttpSmallBodyBytesMax = 256 * 1024;
// Of what may wait to be compiled: a component of the largest size and what is said of it.
inline constexpr std::size_t kHttpComponentBodyBytesMax = 2 * 1024 * 1024;
// Of those that may wait to compile a component (kHttpCompilesMax), to store it, so
// many of one address.
inline constexpr std::size_t kHttpPeerCompilesMax = 48;
// Those that wait for a check only: each holds a body of up to 8 MiB meanwhile.
inline constexpr std::size_t kHttpChecksMax = 16;
inline constexpr std::size_t kHttpPeerChecksMax = 12;

}  // namespace daybook
