#include "dispatch/contracts.h"

namespace daybook::dispatch {

Contracts::Known Contracts::find(std::string_view text) {
  const std::lock_guard lock(mutex_);
  if (const auto found = places_.find(text); found != places_.end()) {
    line_.splice(line_.begin(), line_, found->second);
    return found->second->contract;
  }
  auto read = reactor::Contract::read(text);
  Entry entry{std::string(text), read ? std::move(*read) : nullptr, sizeof(Entry) + text.size()};
  entry.bytes += entry.contract == nullptr ? 0 : entry.contract->memory_bytes();
  bytes_ += entry.bytes;
  line_.push_front(std::move(entry));
  places_.emplace(line_.front().text, line_.begin());
  while (bytes_ > bytes_max_ && line_.size() > 1) {
    bytes_ -= line_.back().bytes;
    places_.erase(line_.back().text);
    line_.pop_back();
  }
  return line_.front().contract;
}

Status Contracts::job(std::string_view contract, std::string_view parameters) {
  const Known known = find(contract);
  return known == nullptr ? Status() : known->check(parameters);
}

Status Contracts::rule(std::string_view contract, std::string_view parameters) {
  const Known known = find(contract);
  return known == nullptr ? Status() : known->check_rule(parameters);
}

std::size_t Contracts::memory_bytes() const {
  const std::lock_guard lock(mutex_);
  return bytes_;
}

}  // namespace daybook::dispatch
