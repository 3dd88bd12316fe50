#include "base/rate_window.h"

#include <algorithm>
#include <utility>

namespace daybook {
namespace {

bool counts(const RateWindow::Group& group, Micros now, Duration per) {
  return now < group.last + per;
}

}  // namespace

void RateWindow::start(Micros now, std::uint32_t count, Duration per) {
  const auto live = std::find_if(groups_.begin(), groups_.end(),
                                 [&](const Group& group) { return counts(group, now, per); });
  groups_.erase(groups_.begin(), live);
  const std::uint32_t group_max = count / kExactMax + (count % kExactMax == 0 ? 0 : 1);
  const bool joins = !groups_.empty() && groups_.back().starts < group_max;
  // A limit that was raised or lowered since may have left small groups behind.
  if (joins || groups_.size() == kGroupsMax) {
    ++groups_.back().starts;
    groups_.back().last = now;
  } else {
    groups_.push_back({now, 1});
  }
}

std::uint64_t RateWindow::used(Micros now, Duration per) const {
  std::uint64_t out = 0;
  for (auto group = groups_.rbegin(); group != groups_.rend() && counts(*group, now, per);
       ++group) {
    out += group->starts;
  }
  return out;
}

Micros RateWindow::next_end(Micros now, Duration per) const {
  const auto oldest = std::find_if(groups_.begin(), groups_.end(),
                                   [&](const Group& group) { return counts(group, now, per); });
  return oldest == groups_.end() ? now : oldest->last + per;
}

bool RateWindow::restore(std::vector<Group> groups) {
  const auto unsound = [](const Group& group) { return group.starts == 0; };
  const auto earlier = [](const Group& a, const Group& b) { return a.last < b.last; };
  if (groups.size() > kGroupsMax || std::any_of(groups.begin(), groups.end(), unsound) ||
      !std::is_sorted(groups.begin(), groups.end(), earlier)) {
    return false;
  }
  groups_ = std::move(groups);
  return true;
}

}  // namespace daybook
