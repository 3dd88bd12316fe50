#include "scheduler/component_users.h"

namespace daybook::scheduler {

void UserIndex::add(std::string_view component, std::string_view user) {
  pairs_.emplace(component, user);
}

void UserIndex::remove(std::string_view component, std::string_view user) {
  pairs_.erase({std::string(component), std::string(user)});
}

std::vector<std::string> UserIndex::of(std::string_view component, std::size_t max) const {
  std::vector<std::string> out;
  auto pair = pairs_.lower_bound({std::string(component), std::string()});
  for (; pair != pairs_.end() && pair->first == component && out.size() < max; ++pair) {
    out.push_back(pair->second);
  }
  return out;
}

}  // namespace daybook::scheduler
