#include "projections/due_minutes.h"

#include <algorithm>

#include "projections/bytes.h"

namespace daybook::projections {
namespace {

constexpr char kDueMinute = 'W';

template <typename List>
auto place_of(List& jobs, std::uint32_t definition) {
  return std::lower_bound(jobs.begin(), jobs.end(), std::pair(definition, std::uint32_t{0}));
}

}  // namespace

bool DueMinutes::decode(std::string_view value, Jobs& out) {
  Scan scan(value);
  for (std::uint32_t definition = 0; !scan.done() && scan.ok();) {
    definition += static_cast<std::uint32_t>(scan.varint());
    out.emplace_back(definition, static_cast<std::uint32_t>(scan.varint()));
  }
  return scan.ok();
}

Status DueMinutes::load(const Reader& store) {
  minutes_.clear();
  bool sound = true;
  DAYBOOK_TRY(each_key(store, "W", "X", [&](std::string_view key, std::string_view value) {
    sound = decode(value, minutes_[Scan(key.substr(1)).u32()]);
    return sound;
  }));
  return sound ? Status() : fail(Code::kCorrupt, "VIEWS_STORE", "the due minutes cannot be read");
}

void DueMinutes::add(std::uint32_t minute, std::uint32_t definition) {
  changed_.insert(minute);
  Jobs& jobs = minutes_[minute];
  auto it = place_of(jobs, definition);
  if (it == jobs.end() || it->first != definition) {
    it = jobs.insert(it, {definition, 0});
  }
  ++it->second;
}

void DueMinutes::remove(std::uint32_t minute, std::uint32_t definition) {
  changed_.insert(minute);
  const auto at = minutes_.find(minute);
  DAYBOOK_CHECK(at != minutes_.end(), "a job that waits is counted in its minute (I8)");
  const auto it = place_of(at->second, definition);
  DAYBOOK_CHECK(it != at->second.end() && it->first == definition,
                "a job that waits is counted in its minute (I8)");
  if (--it->second == 0) {
    at->second.erase(it);
  }
  if (at->second.empty()) {
    minutes_.erase(at);
  }
}

std::optional<std::uint32_t> DueMinutes::first() const {
  return minutes_.empty() ? std::nullopt : std::optional(minutes_.begin()->first);
}

void DueMinutes::take(std::uint32_t minute,
                      const std::function<void(std::uint32_t, std::uint32_t)>& due) {
  const auto at = minutes_.find(minute);
  if (at == minutes_.end()) {
    return;
  }
  for (const auto& [definition, jobs] : at->second) {
    due(definition, jobs);
  }
  changed_.insert(minute);
  minutes_.erase(at);
}

void DueMinutes::write(Batch& batch) {
  std::string value;
  for (const std::uint32_t minute : changed_) {
    const Key key = Key(kDueMinute).u32(minute);
    const auto at = minutes_.find(minute);
    if (at == minutes_.end()) {
      batch.erase(key.view());
      continue;
    }
    value.clear();
    std::uint32_t before = 0;
    for (const auto& [definition, jobs] : at->second) {
      Put(value).varint(definition - before).varint(jobs);
      before = definition;
    }
    batch.put(key.view(), value);
  }
}

}  // namespace daybook::projections
