#include "scheduler/key_window.h"

#include <algorithm>

#include "base/check.h"
#include "base/limits/state.h"
#include "base/sha256.h"

namespace daybook::scheduler {
namespace {

bool over(const KeyWindow::Entry& entry, Micros now) {
  return entry.time.value + kIdempotencyWindowUs <= now.value;
}

// Whoever needs no token to write is one actor, whatever he is called.
std::string_view name_of(std::string_view actor) {
  return actor == "local" || actor == "system" ? std::string_view() : actor;
}

struct Id {
  std::uint64_t high = 0;
  std::uint64_t low = 0;
};

Id id_of(std::string_view actor, std::string_view key) {
  const auto bytes = [](std::string_view text) {
    return std::span(reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
  };
  Sha256 digest;
  digest.update(bytes(actor));
  digest.update(bytes(std::string_view("\0", 1)));  // no actor's name holds one
  digest.update(bytes(key));
  const Hash hash = digest.finish();
  Id out;
  for (std::size_t i = 0; i < 8; ++i) {
    out.high = out.high << 8 | hash[i];
    out.low = out.low << 8 | hash[8 + i];
  }
  return out;
}

}  // namespace

void KeyWindow::insert(std::string_view key, const State::KeyUse& use, std::string_view actor) {
  const std::string_view name = name_of(actor);
  const Id id = id_of(name, key);
  Entry entry;
  entry.id_high = id.high;
  entry.id_low = id.low;
  std::copy_n(use.body.begin(), entry.body.size(), entry.body.begin());
  entry.first = use.first;
  entry.time = use.time;
  entry.span = static_cast<std::uint32_t>(use.last.value - use.first.value);
  const bool fresh = restore(entry, name);
  DAYBOOK_CHECK(fresh, "an idempotency key is used once in its window");
  told_.push_back({std::string(key), use.body, use.chain});
  if (told_.size() > kKeysTold) {
    told_.pop_front();
  }
}

bool KeyWindow::restore(Entry entry, std::string_view actor) {
  grow();
  // One whose window is over may still stand here: keys are forgotten a few at a time.
  const std::uint32_t before = index_[probe(entry.id_high, entry.id_low)];
  if (before != kNone && !over(entry_at(before), entry.time)) {
    return false;
  }
  entry.actor = actor_index(actor);
  Actor& holder = actors_[entry.actor];
  if (holder.held++ == 0) {
    holder.oldest = base_ + entries_.size();
  }
  named_ += holder.name.empty() ? 0U : 1U;
  entries_.push_back(entry);
  index_newest();
  return true;
}

bool KeyWindow::restore(Told told) {
  if (told_.size() >= std::min(entries_.size(), kKeysTold)) {
    return false;
  }
  told_.push_back(std::move(told));
  return true;
}

std::uint32_t KeyWindow::actor_index(std::string_view name) {
  if (const auto found = by_name_.find(name); found != by_name_.end()) {
    return found->second;
  }
  std::uint32_t index = 0;
  if (free_actors_.empty()) {
    index = static_cast<std::uint32_t>(actors_.size());
    actors_.emplace_back();
  } else {
    index = free_actors_.back();
    free_actors_.pop_back();
  }
  actors_[index] = {std::string(name), 0, 0};
  by_name_.emplace(name, index);
  return index;
}

std::size_t KeyWindow::probe(std::uint64_t high, std::uint64_t low) const {
  const std::size_t mask = index_.size() - 1;
  std::size_t at = static_cast<std::size_t>(low) & mask;
  while (index_[at] != kNone) {
    const Entry& entry = entry_at(index_[at]);
    if (entry.id_low == low && entry.id_high == high) {
      break;
    }
    at = (at + 1) & mask;
  }
  return at;
}

void KeyWindow::index_newest() {
  const Entry& entry = entries_.back();
  std::uint32_t& slot = index_[probe(entry.id_high, entry.id_low)];
  indexed_ += slot == kNone ? 1 : 0;
  slot = static_cast<std::uint32_t>((base_ + entries_.size() - 1) & kNumbers);
}

// Room for one more: at most half of the index is used.
void KeyWindow::grow() {
  constexpr std::size_t kSmallest = 64;
  if (2 * (indexed_ + 1) <= index_.size()) {
    return;
  }
  std::vector<std::uint32_t> old(std::max(kSmallest, 2 * index_.size()), kNone);
  index_.swap(old);
  for (const std::uint32_t slot : old) {
    if (slot != kNone) {
      const Entry& entry = entry_at(slot);
      index_[probe(entry.id_high, entry.id_low)] = slot;
    }
  }
}

// Unless a newer use of its key stands in its place.
void KeyWindow::take_out(const Entry& oldest) {
  std::size_t hole = probe(oldest.id_high, oldest.id_low);
  if (index_[hole] != static_cast<std::uint32_t>(base_ & kNumbers)) {
    return;
  }
  --indexed_;
  // What follows moves up, so that no search stops at the hole too early.
  const std::size_t mask = index_.size() - 1;
  for (std::size_t at = (hole + 1) & mask; index_[at] != kNone; at = (at + 1) & mask) {
    const std::size_t home = static_cast<std::size_t>(entry_at(index_[at]).id_low) & mask;
    if (((at - home) & mask) >= ((at - hole) & mask)) {
      index_[hole] = index_[at];
      hole = at;
    }
  }
  index_[hole] = kNone;
}

std::optional<State::KeyUse> KeyWindow::find(std::string_view key, Micros now,
                                             std::string_view actor) const {
  if (entries_.empty()) {
    return std::nullopt;
  }
  const Id id = id_of(name_of(actor), key);
  const std::uint32_t slot = index_[probe(id.high, id.low)];
  if (slot == kNone || over(entry_at(slot), now)) {
    return std::nullopt;
  }
  const Entry& entry = entry_at(slot);
  State::KeyUse out{{}, entry.first, Seq{entry.first.value + entry.span}, {}, entry.time};
  std::copy(entry.body.begin(), entry.body.end(), out.body.begin());
  const std::size_t place = (slot - static_cast<std::uint32_t>(base_ & kNumbers)) & kNumbers;
  if (const std::size_t untold = entries_.size() - told_.size(); place >= untold) {
    out.body = told_[place - untold].body;
    out.chain = told_[place - untold].chain;
  }
  return out;
}

void KeyWindow::expire(Micros now) {
  constexpr int kStep = 8;
  for (int i = 0; i < kStep && !entries_.empty(); ++i) {
    const Entry& oldest = entries_.front();
    if (!over(oldest, now)) {
      return;
    }
    take_out(oldest);
    Actor& holder = actors_[oldest.actor];
    named_ -= holder.name.empty() ? 0U : 1U;
    if (--holder.held == 0) {
      by_name_.erase(holder.name);
      free_actors_.push_back(oldest.actor);
    }
    if (told_.size() == entries_.size()) {
      told_.pop_front();
    }
    entries_.pop_front();
    ++base_;
  }
}

std::optional<Duration> KeyWindow::wait_for_room(std::string_view actor, Micros now,
                                                 std::size_t keys_max) const {
  constexpr std::uint64_t kShare = 9;
  // An old one makes room for the next.
  if (entries_.empty() || over(entries_.front(), now)) {
    return std::nullopt;
  }
  const auto found = by_name_.find(name_of(actor));
  const std::uint64_t held = found == by_name_.end() ? 0 : actors_[found->second].held;
  const std::uint64_t free = keys_max - std::min(keys_max, entries_.size());
  if (held < kShare * free) {
    return std::nullopt;
  }
  std::size_t place = 0;
  if (held > 0) {
    Actor& holder = actors_[found->second];
    holder.oldest = std::max(holder.oldest, base_);
    while (entries_[holder.oldest - base_].actor != found->second) {
      ++holder.oldest;
    }
    place = holder.oldest - base_;
  }
  return Micros{entries_[place].time.value + kIdempotencyWindowUs} - now;
}

bool KeyWindow::has_reserve(Micros now, std::size_t keys_max) const {
  return entries_.size() < keys_max || over(entries_.front(), now);
}

std::optional<Seq> KeyWindow::first_held(Micros now) const {
  const auto held = std::partition_point(entries_.begin(), entries_.end(),
                                         [&](const Entry& entry) { return over(entry, now); });
  return held == entries_.end() ? std::nullopt : std::optional(held->first);
}

std::size_t KeyWindow::memory_bytes() const {
  return entries_.size() * sizeof(Entry) + index_.capacity() * sizeof(index_[0]) +
         told_.size() * (sizeof(Told) + 48) + actors_.size() * (sizeof(Actor) + 96);
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
