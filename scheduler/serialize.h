// The canonical form of the state: one sequence of bytes per state, in sorted order, integers as
// little-endian varints (LEB128) or fixed words. Snapshot files hold it; its SHA-256 is the state
// hash. Layout: docs/log-format.md.
#pragma once

#include <cstdint>
#include <functional>
#include <span>

#include "base/ids.h"
#include "base/result.h"
#include "scheduler/state.h"

namespace daybook::scheduler {

// Format 2 added imports, rule depths, sendings and rules behind what format 1 has; format 3 the
// starts that rate limits count, what definitions ask for when a job fails, what retried jobs were
// created for, and idempotency keys that are not told in full; format 4 how the clocks stand, first
// attempts that are delayed and attempts that do not count; format 5 contracts of components. A
// state without what a format added has the form of the format before it, so its hash is what it
// always was.
inline constexpr std::uint32_t kStateFormat1 = 1;
inline constexpr std::uint32_t kStateFormat2 = 2;
inline constexpr std::uint32_t kStateFormat3 = 3;
inline constexpr std::uint32_t kStateFormat4 = 4;
inline constexpr std::uint32_t kStateFormat = 5;

// How a form was read.
struct FormRead {
  std::uint32_t format = 0;
  // Formats 1 and 2 knew of a rate limit's starts only how many there were since when, and not what
  // a job that was started had been created for: the state differs from a fold of the log as long
  // as there are any.
  bool coarse = false;
};

// The format that the state's form has.
std::uint32_t format_of(const State& state);

// Hands the form to `sink` in pieces of about 64 KiB; stops at the first failure.
Status serialize(const State& state,
                 const std::function<Status(std::span<const std::uint8_t>)>& sink);

// Reads it back; kCorrupt when the bytes are not such a form.
Result<State> deserialize(std::span<const std::uint8_t> bytes, FormRead* read = nullptr);

Hash state_hash(const State& state);

}  // namespace daybook::scheduler
