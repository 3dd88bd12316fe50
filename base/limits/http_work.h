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
// Pipelining: requests of one connection that are under way at once, and begin in one go, so that
// others on its thread wait for no more than these. Reads hold a place in the line of all reads.
inline constexpr std::size_t kHttpPipelinedMax = 64;
inline constexpr std::size_t kHttpPipelinedReadsMax = 4;
// Answers that go out in one write, and the largest that is copied for it.
inline constexpr std::size_t kHttpGatherBytes = 32 * 1024;
// gzip of answers: smaller ones stay as they are, since they are a packet or two anyway; larger
// ones are packed on a thread of its own, at most so many waiting, and of one address, beyond which
// they stay as they are. A level above the first costs twice as much for a tenth less.
inline constexpr std::size_t kHttpGzipBytesMin = 4 * 1024;
inline constexpr std::size_t kHttpInlineGzipBytesMax = 16 * 1024;
inline constexpr std::size_t kHttpGzipsMax = 64;
inline constexpr std::size_t kHttpPeerGzipsMax = 48;
inline constexpr int kHttpGzipLevel = 1;

}  // namespace daybook
