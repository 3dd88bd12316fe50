// What commands have in common: jobs and sendings that are asked for, and failures.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "events/types.h"

namespace daybook::scheduler {

struct NewJob {
  std::string definition;
  std::string parameters;                // JSON object text; empty means {}
  std::optional<Micros> run_at;          // absent or past: now
  std::optional<std::int32_t> priority;  // absent: the definition's
  std::vector<std::string> tags;
  std::string unique_key;  // at most one live job per definition holds it
  JobId parent;
};

// Schedules a job when the attempt completes; `at` is a fixed time.
struct ScheduleEffect {
  NewJob job;
  std::optional<Duration> after{};
  std::optional<Micros> since{};  // logical: what `after` counts from; absent: now
};

// Something to be sent; content is the whole request (docs/events.md).
struct NewSending {
  SendingId id;
  Transport transport = Transport::kEmail;
  std::string recipient;
  std::string category;
  std::string content;  // JSON text
};

using Effect = std::variant<ScheduleEffect, NewSending>;

// Where a program asked for each effect of a command, as JSON members; empty: nobody knows.
using EffectPlaces = std::vector<std::string>;

// The details of a refused effect, a JSON object: "field", where it was asked for, "message".
std::string refusal_details(const Error& error, const EffectPlaces& places, std::size_t effect);

struct Failed {
  std::string code;
  std::string message;
  std::string details;  // JSON text, may be empty
  bool retryable = true;
};

}  // namespace daybook::scheduler
