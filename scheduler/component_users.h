// Who names a component: kept beside what it follows from, so that a change of one costs what its
// users are, not what all are. Pure.
#pragma once

#include <cstddef>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace daybook::scheduler {

// Pairs of a component and the id of who names it. One owner.
class UserIndex {
 public:
  void add(std::string_view component, std::string_view user);
  void remove(std::string_view component, std::string_view user);
  // By id, at most so many.
  std::vector<std::string> of(std::string_view component, std::size_t max) const;
  std::size_t memory_bytes() const { return pairs_.size() * 160; }

 private:
  std::set<std::pair<std::string, std::string>> pairs_;
};

// A definition or a rule, and the component that it names.
struct ComponentUse {
  std::string component;
  std::string id;
  bool operator==(const ComponentUse&) const = default;
};

// Of one component; of each kind at most so many as were asked for.
struct ComponentUsers {
  std::vector<std::string> importers;     // components, also through others
  std::vector<ComponentUse> definitions;  // of jobs: of it, then of its importers
  std::vector<ComponentUse> rules;        // by id

  bool empty() const { return importers.empty() && definitions.empty() && rules.empty(); }
};

}  // namespace daybook::scheduler
