#include "scheduler/owners.h"

#include "base/check.h"
#include "base/limits/access.h"

namespace daybook::scheduler {

std::uint32_t Owners::add(std::string_view name) {
  if (name.empty()) {
    return 0;
  }
  if (const auto found = numbers_.find(name); found != numbers_.end()) {
    ++jobs_[found->second];
    return found->second;
  }
  auto number = static_cast<std::uint32_t>(names_.size());
  if (free_.empty()) {
    DAYBOOK_CHECK(number <= kOwnersMax, "there is a number for each owner");
    names_.emplace_back();
    jobs_.push_back(0);
  } else {
    number = free_.back();
    free_.pop_back();
  }
  names_[number] = name;
  jobs_[number] = 1;
  numbers_.emplace(name, number);
  return number;
}

void Owners::remove(std::uint32_t number) {
  if (number == 0 || --jobs_[number] > 0) {
    return;
  }
  numbers_.erase(names_[number]);
  names_[number].clear();
  free_.push_back(number);
}

bool Owners::has_room(std::string_view name) const {
  return name.empty() || contains(name) || numbers_.size() < kOwnersMax;
}

}  // namespace daybook::scheduler
