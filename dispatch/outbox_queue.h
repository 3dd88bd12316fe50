// The pending sendings by when they are due, in running time: what the outbox decides from, without
// threads, clocks or I/O. Private to dispatch. One owner.
#pragma once

#include <cstddef>
#include <optional>
#include <set>
#include <unordered_map>
#include <utility>

#include "events/type_set.h"
#include "events/types.h"
#include "scheduler/state.h"

namespace daybook::dispatch {

struct PendingSending {
  SendingId id;
  Seq created;
  Attempt attempt;  // tries that have failed
  Micros due;
  Transport transport = Transport::kEmail;
  bool out = false;   // with the sender, or its report on the way
  bool held = false;  // nothing could send it when it was due; at `due` it is given up
};

class OutboxQueue {
 public:
  void recover(const scheduler::State& state);
  // What apply() does something for; the others may be left out.
  static constexpr events::TypeSet types() {
    return events::TypeSet::of<events::ClockStepped, events::SendingCreated,
                               events::SendingRetryScheduled, events::SendingSent,
                               events::SendingBounced, events::SendingCancelled>();
  }
  void apply(const events::Recorded& recorded);

  // The first that is due at `now` and not out, which is then out.
  std::optional<PendingSending> take(Micros now);
  // It is not out any more and due again at `due`; nothing when it is not pending.
  void give_back(SendingId id, Micros due, bool held = false);
  // When the next one that is not out is due.
  std::optional<Micros> next_due() const;
  const events::ClockOffsets& offsets() const { return offsets_; }
  std::size_t size() const { return sendings_.size(); }

 private:
  void put(const PendingSending& sending);
  void erase(SendingId id);

  events::ClockOffsets offsets_;
  std::unordered_map<SendingId, PendingSending> sendings_;
  std::set<std::pair<Micros, Seq>> due_;  // of those that are not out
  std::unordered_map<Seq, SendingId> by_creation_;
};

}  // namespace daybook::dispatch
