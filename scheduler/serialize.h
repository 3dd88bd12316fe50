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
// attempts that are delayed and attempts that do not count; format 5 contracts of components.
// Format 6 has live jobs in a form of its own (serialize_jobs.cc): each as its difference to the
// one before, without the parameters, which stand in the log, and with a hash of its unique key;
// what formats 2 to 5 added follows, be there any or not. Format 7 added tokens and owners. A state
// without what a format added (without live jobs, for format 6) has the form of the format before
// it, so its hash is what it always was.
inline constexpr std::uint32_t kStateFormat1 = 1;
inline constexpr std::uint32_t kStateFormat2 = 2;
inline constexpr std::uint32_t kStateFormat3 = 3;
inline constexpr std::uint32_t kStateFormat4 = 4;
inline constexpr std::uint32_t kStateFormat5 = 5;
inline constexpr std::uint32_t kStateFormat6 = 6;
inline constexpr std::uint32_t kStateFormat = 7;

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

// Whether parameters that are kept follow the form: they do in a snapshot. No part of the hash, for
// when they are taken over from the log is nobody's business.
enum class Kept : std::uint8_t { kWithout, kWith };

// Hands the form to `sink` in pieces of about 64 KiB; stops at the first failure.
Status serialize(const State& state,
                 const std::function<Status(std::span<const std::uint8_t>)>& sink,
                 Kept kept = Kept::kWithout);

// Reads it back, with what is kept where that follows; kCorrupt when the bytes are not such a form.
// log_first: where the log begins; of jobs that were created before it the parameters are kept,
// when the form is of a format that has them.
Result<State> deserialize(std::span<const std::uint8_t> bytes, FormRead* read = nullptr,
                          Seq log_first = Seq{1});

Hash state_hash(const State& state);

}  // namespace daybook::scheduler
