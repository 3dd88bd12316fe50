// What becomes of each job of a store: a function of the options and the job's number.
#pragma once

#include <cstdint>
#include <string>

#include "base/ids.h"
#include "bench/store/store_options.h"

namespace daybook::bench {

enum class Fate : std::uint8_t {
  kPending,    // still waits for its time
  kCompleted,  // at the first attempt
  kRetried,    // at the second
  kFailed,     // all attempts did
  kWithdrawn,  // cancelled before it started
  kStopped,    // cancelled while it ran
};

// Attempts of a job that fails, the wait before its second, and twice that before its third.
inline constexpr std::uint32_t kStoredAttempts = 3;
inline constexpr Duration kStoredBackoff = seconds(10);

struct Life {
  Fate fate = Fate::kCompleted;
  std::uint32_t definition = 0;
  std::uint32_t worker = 0;
  Micros created;
  Micros run_at;  // zero: at once
  Duration wait;  // from when it may start to when it starts; of a withdrawn one: to its end
  Duration run;   // of each attempt
};

// All jobs, pending ones among the others: 0 to lives_of() - 1, by creation.
std::uint64_t lives_of(const StoreOptions& options);
Life life_of(const StoreOptions& options, std::uint64_t i);

// JSON objects as real jobs have them: numbers, ids and words, about `bytes` long.
std::string stored_parameters(const StoreOptions& options, std::uint64_t i);
std::string stored_result(std::uint64_t i);

}  // namespace daybook::bench
