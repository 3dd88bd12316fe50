// Idempotency keys in their window, and the outcomes of recent attempts: both remember the newest
// and forget the oldest.
//
// Forgetting is a function of the events alone (their times and their order), so it replays (I6).
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/ids.h"
#include "scheduler/outcomes.h"
#include "scheduler/state.h"

namespace daybook::scheduler {

// Keys belong to who used them: two actors may use the same. An entry takes 56 bytes and about 12
// of the index: it knows its key by 16 bytes of a hash, and what was asked by as many. Only the
// newest kKeysTold are remembered in full, for the canonical form of a state with few keys is that
// of the first releases.
class KeyWindow {
 public:
  struct Entry {
    std::uint64_t id_high = 0;  // of actor and key
    std::uint64_t id_low = 0;
    std::array<std::uint8_t, 16> body{};
    Seq first;
    Micros time;
    std::uint32_t span = 0;  // last - first
    std::uint32_t actor = 0;
  };
  struct Told {
    std::string key;
    Hash body{};
    Hash chain{};
  };

  // The key is new, or its last use is over at use.time.
  void insert(std::string_view key, const State::KeyUse& use, std::string_view actor = {});
  // Its newest use, as long as it is in its window at `now`; of older ones without chain and with
  // half the body.
  std::optional<State::KeyUse> find(std::string_view key, Micros now,
                                    std::string_view actor = {}) const;
  // Forgets keys older than the window at `now`, a few at a time.
  void expire(Micros now);
  // Nothing when the actor may use another key. Else how long until the oldest of its own is
  // forgotten. An actor may hold nine times as many as are free: nine tenths of all when it is
  // alone, so that there is always room for another and for what must not be refused.
  std::optional<Duration> wait_for_room(std::string_view actor, Micros now,
                                        std::size_t keys_max) const;
  // Room for a key that is not to be refused: what wait_for_room() leaves.
  bool has_reserve(Micros now, std::size_t keys_max) const;
  // The first event of all uses that are in their window at `now`: that of the oldest one, for they
  // stand in the order of the log.
  std::optional<Seq> first_held(Micros now) const;
  std::size_t size() const { return entries_.size(); }
  std::size_t memory_bytes() const;

  // For the canonical form (serialize*.cc). Plain: all is told, and no actor has a name.
  bool is_plain() const { return told_.size() == entries_.size() && named_ == 0; }
  const std::deque<Entry>& entries() const { return entries_; }  // oldest first
  const std::deque<Told>& told() const { return told_; }         // of the newest of them
  const std::string& actor(std::uint32_t index) const { return actors_[index].name; }
  // As they stood in a form: behind what is there. False when they cannot.
  bool restore(Entry entry, std::string_view actor);
  bool restore(Told told);

 private:
  struct Actor {
    std::string name;  // empty: who needs no token
    std::uint64_t held = 0;
    std::uint64_t oldest = 0;  // number of an entry: none of its own is older
  };
  static constexpr std::uint32_t kNone = 0xffff'ffff;
  static constexpr std::uint32_t kNumbers = 0x7fff'ffff;  // entries are counted on, modulo this + 1

  const Entry& entry_at(std::uint32_t slot) const {
    return entries_[(slot - static_cast<std::uint32_t>(base_ & kNumbers)) & kNumbers];
  }
  std::uint32_t actor_index(std::string_view name);
  // Place in the index that holds the id, or the empty one where it would go.
  std::size_t probe(std::uint64_t high, std::uint64_t low) const;
  void index_newest();
  void take_out(const Entry& oldest);
  void grow();

  std::deque<Entry> entries_;
  std::deque<Told> told_;
  std::uint64_t base_ = 0;  // number of the oldest entry
  std::vector<std::uint32_t> index_;
  std::size_t indexed_ = 0;
  mutable std::vector<Actor> actors_;  // `oldest` moves on as it is asked for
  std::vector<std::uint32_t> free_actors_;
  std::map<std::string, std::uint32_t, std::less<>> by_name_;
  std::size_t named_ = 0;  // entries of actors that have a name
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
