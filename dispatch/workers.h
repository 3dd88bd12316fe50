// Which workers were seen lately, and how many attempts each holds. Private to dispatch. One owner.
//
// Workers are known by the name they give themselves; after a restart those that hold attempts are
// known from the log, others are seen again when they ask for work. What they ask for is remembered
// as long as the lists of all of them have room together.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/ids.h"
#include "base/text_hash.h"
#include "dispatch/dispatcher.h"

namespace daybook::dispatch {

class Workers {
 public:
  // A worker asked for work; one without a name is not listed.
  void seen(const std::string& name, const std::vector<std::string>& definitions, Micros now);
  // It began an attempt: returns its number, zero when it is not known.
  std::uint32_t started(std::string_view name, Micros now);
  // The same for an attempt of before this server's start: makes it known.
  std::uint32_t resumed(const std::string& name, Micros at);
  void heartbeat(std::uint32_t number, Micros now);
  void ended(std::uint32_t number);

  // The most recently seen first.
  std::vector<WorkerRow> rows() const;
  std::size_t size() const { return numbers_.size(); }

 private:
  bool make_room();
  void remember(WorkerRow& row, const std::vector<std::string>& definitions);
  void forget(WorkerRow& row);

  // A worker keeps its number while it holds attempts; numbers start at 1.
  std::unordered_map<std::uint32_t, WorkerRow> workers_;
  std::unordered_map<std::string, std::uint32_t, TextHash, std::equal_to<>> numbers_;
  std::uint32_t last_number_ = 0;
  std::size_t definitions_bytes_ = 0;
};

}  // namespace daybook::dispatch
