#include "dispatch/open_attempts.h"

#include <algorithm>

namespace daybook::dispatch {

void OpenAttempts::add(const OpenAttempt& attempt) {
  open_.insert_or_assign(attempt.job, attempt);
  if (const auto end = end_of(attempt)) {
    push(*end, attempt);
  }
}

OpenAttempt* OpenAttempts::find(JobId job) {
  const auto found = open_.find(job);
  return found == open_.end() ? nullptr : &found->second;
}

void OpenAttempts::extend(JobId job, Micros lease_until) {
  if (auto* attempt = find(job)) {
    attempt->lease_until = lease_until;  // its entry is early now: take_over() looks again then
  }
}

void OpenAttempts::set_lease(std::string_view definition, Duration lease) {
  for (auto& [job, attempt] : open_) {
    if (attempt.definition == definition) {
      attempt.lease = lease;
    }
  }
}

void OpenAttempts::give_back(Duration away, Micros now) {
  if (away.value == 0) {
    return;
  }
  for (auto& [job, attempt] : open_) {
    if (!attempt.leased()) {
      continue;
    }
    attempt.lease_until = events::given_back(attempt.lease_until, away, now, attempt.lease);
    if (attempt.timeout_at.value != 0) {
      attempt.timeout_at = events::moved(attempt.timeout_at, away.value);
    }
  }
}

std::optional<OpenAttempt> OpenAttempts::remove(JobId job) {
  const auto found = open_.find(job);
  if (found == open_.end()) {
    return std::nullopt;
  }
  const OpenAttempt out = found->second;
  open_.erase(found);
  compact();
  return out;
}

std::optional<Micros> OpenAttempts::end_of(const OpenAttempt& attempt) const {
  std::optional<Micros> out;
  if (attempt.leased()) {
    out = attempt.lease_until;
  }
  if (attempt.timeout_at.value != 0) {
    const Micros at = attempt.leased() ? attempt.timeout_at : attempt.timeout_at + overdue_;
    out = out ? std::min(*out, at) : at;
  }
  return out;
}

void OpenAttempts::push(Micros at, const OpenAttempt& attempt) {
  heap_.push_back({at, attempt.job, attempt.started});
  std::push_heap(heap_.begin(), heap_.end(), later);
}

// Every open attempt has at most one entry, so more than twice as many entries are mostly of those
// that ended.
void OpenAttempts::compact() {
  constexpr std::size_t kFew = 4096;
  if (heap_.size() < kFew || heap_.size() < 2 * open_.size()) {
    return;
  }
  std::erase_if(heap_, [&](const Entry& entry) {
    const auto* attempt = find(entry.job);
    return attempt == nullptr || attempt->started != entry.started;
  });
  std::make_heap(heap_.begin(), heap_.end(), later);
}

void OpenAttempts::take_over(Micros now, std::size_t max, std::vector<Over>& out) {
  for (std::size_t taken = 0; taken < max && !heap_.empty() && heap_.front().at <= now;) {
    std::pop_heap(heap_.begin(), heap_.end(), later);
    const Entry entry = heap_.back();
    heap_.pop_back();
    const auto* attempt = find(entry.job);
    if (attempt == nullptr || attempt->started != entry.started) {
      continue;
    }
    const auto end = end_of(*attempt);
    if (!end) {
      continue;
    }
    if (*end > now) {
      push(*end, *attempt);
      continue;
    }
    const bool timed_out = attempt->timeout_at.value != 0 && attempt->timeout_at <= now;
    out.push_back({entry.job, entry.started,
                   timed_out ? events::ExpiryCause::kTimeout : events::ExpiryCause::kLease});
    ++taken;
  }
}

void OpenAttempts::look_again(JobId job, Seq started, Micros at) {
  const auto* attempt = find(job);
  if (attempt != nullptr && attempt->started == started) {
    push(std::max(at, end_of(*attempt).value_or(at)), *attempt);
  }
}

std::optional<Micros> OpenAttempts::next() const {
  return heap_.empty() ? std::nullopt : std::optional(heap_.front().at);
}

}  // namespace daybook::dispatch
