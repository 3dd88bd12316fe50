// What the events are made of: borrowed texts, JSON texts and small enumerations.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/transport.h"

namespace daybook::events {

using Text = std::string_view;

// A text that is itself a JSON document; empty means absent.
struct Json {
  Text text;
  bool operator==(const Json&) const = default;
};

enum class Runtime : std::uint8_t { kReactor = 1, kExec = 2, kHttp = 3, kWorker = 4 };
enum class ExpiryCause : std::uint8_t { kLease = 1, kTimeout = 2, kRestart = 3 };
enum class RemovalReason : std::uint8_t { kRetention = 1, kDeleted = 2 };
enum class ClockStep : std::uint8_t { kBack = 1, kForward = 2, kAway = 3, kSlew = 4 };

}  // namespace daybook::events
