// Idempotency keys in their window, and the outcomes of recent attempts: both remember the newest
// and forget the oldest.
//
// Forgetting is a function of the events alone (their times and their order), so it replays (I6).
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/ids.h"
#include "scheduler/outcomes.h"
#include "scheduler/state.h"

namespace daybook::scheduler {

class KeyWindow {
 public:
  struct Entry {
    std::string key;
    State::KeyUse use;
  };

  // The key is new, or its last use is over at use.time.
  void insert(std::string_view key, const State::KeyUse& use);
  // Its newest use, as long as it is in its window at `now`.
  std::optional<State::KeyUse> find(std::string_view key, Micros now) const;
  // Forgets keys older than the window at `now`, a few at a time.
  void expire(Micros now);
  // No room for another key at `now`: the bound is reached and the oldest is still in its window.
  bool full(Micros now) const;
  // The first event of all uses that are in their window at `now`.
  std::optional<Seq> first_held(Micros now) const;
  const std::deque<Entry>& entries() const { return entries_; }
  std::size_t memory_bytes() const { return entries_.size() * (sizeof(Entry) + 96); }

 private:
  std::deque<Entry>
      entries_;  // oldest first; elements never move, so the map may look at their keys
  std::unordered_map<std::string_view, const Entry*> by_key_;
};

class ReportMemory {
 public:
  struct Entry {
    Seq started;
    State::PastReport report;
  };

  void insert(Seq started, const State::PastReport& report);
  std::optional<State::PastReport> find(Seq started) const;
  // The event that ended the newest attempt of that job; zero when it is not remembered.
  Seq newest_end(JobId job) const;
  const std::deque<Entry>& entries() const { return entries_; }
  std::size_t memory_bytes() const { return entries_.size() * (sizeof(Entry) + 80); }

 private:
  std::deque<Entry> entries_;
  std::unordered_map<std::uint64_t, const Entry*> by_start_;
  std::unordered_map<JobId, Seq> by_job_;  // newest ends
};

}  // namespace daybook::scheduler
