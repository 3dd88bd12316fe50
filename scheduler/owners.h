// Who owns live jobs: a small number for each, which a pending job has room for. Number 0 are those
// who may everything (is_open_actor). A number is free again when its last job went.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace daybook::scheduler {

class Owners {
 public:
  // Counts one more job of that owner. At most kOwnersMax may be there: has_room() tells.
  std::uint32_t add(std::string_view name);
  // One less.
  void remove(std::uint32_t number);
  std::string_view name(std::uint32_t number) const { return names_[number]; }
  bool has_room(std::string_view name) const;
  // Whether jobs of that owner are alive.
  bool contains(std::string_view name) const { return numbers_.contains(name); }
  // Numbers by name, in order, without 0.
  const std::map<std::string, std::uint32_t, std::less<>>& numbers() const { return numbers_; }
  std::size_t memory_bytes() const { return names_.size() * 128; }

 private:
  std::vector<std::string> names_{std::string()};
  std::vector<std::uint64_t> jobs_{0};
  std::vector<std::uint32_t> free_;
  std::map<std::string, std::uint32_t, std::less<>> numbers_;
};

}  // namespace daybook::scheduler
