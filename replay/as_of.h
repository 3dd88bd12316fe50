// The decision state as it was at some point of the log, for people: as JSON, and as a difference
// between two points.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "log/log.h"
#include "scheduler/state.h"

namespace daybook::replay {

// A point of the log: a sequence number, or a time (the last event not after it).
using Point = std::variant<Seq, Micros>;

// "1234" or an ISO 8601 time. kInvalid "BAD_POINT".
Result<Point> parse_point(std::string_view text, std::string_view field);
// The sequence number of a point; 0 when the log begins after it. Beyond the end means the end.
// Binary search over the log, because time never decreases in it (I5).
Result<Seq> find_seq(log::Log& log, const Point& point);

// The fold of the log up to the point. `snapshots` (may be empty) is where snapshots of the
// decision state are: the newest one not past the point saves the events before it, and is needed
// when those were trimmed. kNotFound "LOG_TRIMMED" when neither reaches back far enough.
Result<scheduler::State> state_as_of(log::Log& log, const Point& point,
                                     const std::filesystem::path& snapshots = {});

// Canonical JSON: members and entries in a fixed order, one entry per line, equal texts for equal
// states.
// {"seq","time","epoch","hash","counts":{…},"components":[…],"definitions":[…],"jobs":[…]}.
// Attempts' secrets are left out. What jobs were created with is read from the log, of which the
// state is; "parameters" is null where an event was trimmed and the state does not keep them.
Result<std::string> state_json(const scheduler::State& state, log::Log& log);

enum class ChangeKind : std::uint8_t { kAdded, kRemoved, kChanged };
struct Change {
  ChangeKind kind;
  std::string_view what;  // "component", "definition", "job", "sending", "rule"
  std::string id;
  std::string before;  // the entry as JSON; empty when added
  std::string after;   // empty when removed
};

// What differs between the two, by kind and id; each entry once. Both are of the log.
Result<std::vector<Change>> diff(const scheduler::State& a, const scheduler::State& b,
                                 log::Log& log);
// {"added":[…],"removed":[…],"changed":[{"what","id","before","after"},…]}, one entry per line.
std::string diff_json(const std::vector<Change>& changes);

}  // namespace daybook::replay
