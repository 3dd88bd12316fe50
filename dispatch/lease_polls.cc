#include "dispatch/lease_polls.h"

#include <algorithm>
#include <utility>

namespace daybook::dispatch {

void LeasePolls::add(Poll poll) {
  auto& definitions = poll.request.definitions;
  std::sort(definitions.begin(), definitions.end());
  definitions.erase(std::unique(definitions.begin(), definitions.end()), definitions.end());
  const auto line = lines_.try_emplace(definitions).first;
  ends_.insert({poll.until, poll.number, line});
  const std::uint64_t number = poll.number;
  line_of_.emplace(number, line);
  line->second.emplace(number, std::move(poll));
}

Poll LeasePolls::remove(std::map<std::vector<std::string>, Line>::iterator line,
                        std::uint64_t number) {
  const auto found = line->second.find(number);
  Poll out = std::move(found->second);
  ends_.erase({out.until, number, line});
  line_of_.erase(number);
  line->second.erase(found);
  if (line->second.empty()) {
    lines_.erase(line);
  }
  return out;
}

void LeasePolls::serve(const std::function<bool(Poll&)>& serve) {
  using Front = std::pair<std::uint64_t, std::map<std::vector<std::string>, Line>::iterator>;
  const auto later = [](const Front& a, const Front& b) { return a.first > b.first; };
  std::vector<Front> fronts;
  for (auto line = lines_.begin(); line != lines_.end(); ++line) {
    fronts.emplace_back(line->second.begin()->first, line);
  }
  std::make_heap(fronts.begin(), fronts.end(), later);
  while (!fronts.empty()) {
    std::pop_heap(fronts.begin(), fronts.end(), later);
    const auto [number, line] = fronts.back();
    fronts.pop_back();
    if (!serve(line->second.begin()->second)) {
      continue;
    }
    const bool more = line->second.size() > 1;
    (void)remove(line, number);
    if (more) {
      fronts.emplace_back(line->second.begin()->first, line);
      std::push_heap(fronts.begin(), fronts.end(), later);
    }
  }
}

void LeasePolls::take_over(Micros steady, std::vector<Poll>& out) {
  while (!ends_.empty() && ends_.begin()->until <= steady) {
    const End end = *ends_.begin();
    out.push_back(remove(end.line, end.number));
  }
}

void LeasePolls::take_all(std::vector<Poll>& out) {
  while (!ends_.empty()) {
    const End end = *ends_.begin();
    out.push_back(remove(end.line, end.number));
  }
}

Poll* LeasePolls::find(std::uint64_t number) {
  const auto found = line_of_.find(number);
  return found == line_of_.end() ? nullptr : &found->second->second.at(number);
}

std::optional<Poll> LeasePolls::take(std::uint64_t number) {
  const auto found = line_of_.find(number);
  return found == line_of_.end() ? std::nullopt : std::optional(remove(found->second, number));
}

std::optional<Micros> LeasePolls::next_end() const {
  return ends_.empty() ? std::nullopt : std::optional(ends_.begin()->until);
}

}  // namespace daybook::dispatch
