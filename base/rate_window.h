// The starts of one definition that a rate limit still counts: at most `count` in any span of
// `per`, wherever it begins. (A window that stands still lets twice as many through around its
// border.)
//
// Starts are kept in groups of up to a 64th of the limit, each with the time of its last one: exact
// up to 64, beyond it a group counts until its last start is old enough, so the limit errs by less
// than a 64th, and on the strict side. At most 65 groups, whatever the limit.
//
// A value; no clock: times are given, and never decrease. Part of the decision state (I6).
#pragma once

#include <cstdint>
#include <vector>

#include "base/ids.h"

namespace daybook {

class RateWindow {
 public:
  struct Group {
    Micros last;  // of its starts
    std::uint32_t starts = 0;
    friend bool operator==(const Group&, const Group&) = default;
  };

  // Counts a start, and forgets those that are `per` old.
  void start(Micros now, std::uint32_t count, Duration per);
  // Starts that count at `now`.
  std::uint64_t used(Micros now, Duration per) const;
  // When the oldest ones stop counting; only while used() is not zero.
  Micros next_end(Micros now, Duration per) const;

  bool empty() const { return groups_.empty(); }
  // Oldest first; for the canonical form of the state.
  const std::vector<Group>& groups() const { return groups_; }
  // False, and nothing changed, when they are not such as start() leaves.
  bool restore(std::vector<Group> groups);

 private:
  static constexpr std::uint32_t kGroupsMax = 65;
  static constexpr std::uint32_t kExactMax = 64;

  std::vector<Group> groups_;
};

}  // namespace daybook
