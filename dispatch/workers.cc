#include "dispatch/workers.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "base/limits/dispatch.h"

namespace daybook::dispatch {
namespace {

std::size_t bytes_of(const std::vector<std::string>& definitions) {
  std::size_t out = definitions.size() * sizeof(std::string);
  for (const std::string& definition : definitions) {
    out += definition.size();
  }
  return out;
}

}  // namespace

void Workers::seen(const std::string& name, const std::vector<std::string>& definitions,
                   Micros now) {
  if (name.empty()) {
    return;
  }
  auto found = numbers_.find(name);
  if (found == numbers_.end()) {
    if (numbers_.size() >= kWorkersMax && !make_room()) {
      return;
    }
    found = numbers_.emplace(name, ++last_number_).first;
    workers_[found->second].worker = name;
  }
  WorkerRow& row = workers_[found->second];
  row.last_seen = now;
  if (row.definitions == nullptr || *row.definitions != definitions) {
    remember(row, definitions);
  }
}

void Workers::remember(WorkerRow& row, const std::vector<std::string>& definitions) {
  forget(row);
  const std::size_t bytes = bytes_of(definitions);
  if (!definitions.empty() && definitions_bytes_ + bytes <= kWorkersDefinitionsBytesMax) {
    row.definitions = std::make_shared<const std::vector<std::string>>(definitions);
    definitions_bytes_ += bytes;
  }
}

void Workers::forget(WorkerRow& row) {
  if (const auto old = std::exchange(row.definitions, nullptr)) {
    definitions_bytes_ -= bytes_of(*old);
  }
}

// The longest unseen of those that hold nothing goes. A quarter goes at once, so that looking for
// them costs little for each.
bool Workers::make_room() {
  std::vector<std::pair<Micros, std::uint32_t>> idle;
  for (const auto& [number, row] : workers_) {
    if (row.leased == 0) {
      idle.emplace_back(row.last_seen, number);
    }
  }
  const std::size_t count = std::min(idle.size(), kWorkersMax / 4);
  std::partial_sort(idle.begin(), idle.begin() + static_cast<std::ptrdiff_t>(count), idle.end());
  for (std::size_t i = 0; i < count; ++i) {
    const auto row = workers_.find(idle[i].second);
    numbers_.erase(row->second.worker);
    forget(row->second);
    workers_.erase(row);
  }
  return count > 0;
}

std::uint32_t Workers::started(std::string_view name, Micros now) {
  const auto found = numbers_.find(name);
  if (found == numbers_.end()) {
    return 0;
  }
  WorkerRow& row = workers_[found->second];
  row.last_seen = std::max(row.last_seen, now);
  ++row.leased;
  return found->second;
}

std::uint32_t Workers::resumed(const std::string& name, Micros at) {
  if (!numbers_.contains(name)) {
    seen(name, {}, at);
  }
  return started(name, at);
}

void Workers::heartbeat(std::uint32_t number, Micros now) {
  if (const auto found = workers_.find(number); found != workers_.end()) {
    found->second.last_seen = std::max(found->second.last_seen, now);
  }
}

void Workers::ended(std::uint32_t number) {
  if (const auto found = workers_.find(number); found != workers_.end()) {
    --found->second.leased;
  }
}

std::vector<WorkerRow> Workers::rows() const {
  std::vector<WorkerRow> out;
  for (const auto& [number, row] : workers_) {
    out.push_back(row);
  }
  std::sort(out.begin(), out.end(), [](const WorkerRow& a, const WorkerRow& b) {
    return a.last_seen != b.last_seen ? a.last_seen > b.last_seen : a.worker < b.worker;
  });
  return out;
}

}  // namespace daybook::dispatch
