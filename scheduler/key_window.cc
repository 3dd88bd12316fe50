#include "scheduler/key_window.h"

#include "base/check.h"
#include "base/limits/state.h"

namespace daybook::scheduler {
namespace {

bool over(const KeyWindow::Entry& entry, Micros now) {
  return entry.use.time.value + kIdempotencyWindowUs <= now.value;
}

}  // namespace

void KeyWindow::insert(std::string_view key, const State::KeyUse& use) {
  // One whose window is over may still stand here: keys are forgotten a few at a time.
  if (const auto before = by_key_.find(key); before != by_key_.end()) {
    DAYBOOK_CHECK(over(*before->second, use.time), "an idempotency key is used once in its window");
    by_key_.erase(before);
  }
  entries_.push_back({std::string(key), use});
  by_key_.emplace(entries_.back().key, &entries_.back());
}

std::optional<State::KeyUse> KeyWindow::find(std::string_view key, Micros now) const {
  const auto found = by_key_.find(key);
  return found == by_key_.end() || over(*found->second, now) ? std::nullopt
                                                             : std::optional(found->second->use);
}

void KeyWindow::expire(Micros now) {
  constexpr int kStep = 8;
  for (int i = 0; i < kStep && !entries_.empty(); ++i) {
    const Entry& oldest = entries_.front();
    if (!over(oldest, now)) {
      return;
    }
    if (const auto newest = by_key_.find(oldest.key); newest->second == &oldest) {
      by_key_.erase(newest);
    }
    entries_.pop_front();
  }
}

bool KeyWindow::full(Micros now) const {
  return entries_.size() >= kIdempotencyKeysMax && !over(entries_.front(), now);
}

std::optional<Seq> KeyWindow::first_held(Micros now) const {
  std::optional<Seq> first;
  for (const Entry& entry : entries_) {
    if (!over(entry, now) && (!first || entry.use.first < *first)) {
      first = entry.use.first;
    }
  }
  return first;
}

void ReportMemory::insert(Seq started, const State::PastReport& report) {
  if (entries_.size() >= kReportMemory) {
    const Entry& oldest = entries_.front();
    by_start_.erase(oldest.started.value);
    if (const auto of = by_job_.find(oldest.report.job);
        of != by_job_.end() && of->second == oldest.report.seq) {
      by_job_.erase(of);
    }
    entries_.pop_front();
  }
  entries_.push_back({started, report});
  by_job_[report.job] = report.seq;
  by_start_.emplace(started.value, &entries_.back());
}

std::optional<State::PastReport> ReportMemory::find(Seq started) const {
  const auto found = by_start_.find(started.value);
  return found == by_start_.end() ? std::nullopt : std::optional(found->second->report);
}

Seq ReportMemory::newest_end(JobId job) const {
  const auto found = by_job_.find(job);
  return found == by_job_.end() ? Seq{} : found->second;
}

}  // namespace daybook::scheduler
