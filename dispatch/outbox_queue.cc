#include "dispatch/outbox_queue.h"

#include <type_traits>
#include <variant>

namespace daybook::dispatch {

void OutboxQueue::put(const PendingSending& sending) {
  erase(sending.id);
  sendings_.emplace(sending.id, sending);
  by_creation_.emplace(sending.created, sending.id);
  if (!sending.out) {
    due_.emplace(sending.due, sending.created);
  }
}

void OutboxQueue::erase(SendingId id) {
  const auto found = sendings_.find(id);
  if (found == sendings_.end()) {
    return;
  }
  const PendingSending& gone = found->second;
  due_.erase({gone.due, gone.created});
  by_creation_.erase(gone.created);
  sendings_.erase(found);
}

void OutboxQueue::recover(const scheduler::State& state) {
  offsets_ = state.offsets();
  state.each_sending([&](const scheduler::Sending& sending) {
    put({sending.id, sending.created, sending.attempt, sending.due, {}, false, false});
  });
}

void OutboxQueue::apply(const events::Recorded& recorded) {
  std::visit(
      [&](const auto& e) {
        using E = std::decay_t<decltype(e)>;
        if constexpr (std::is_same_v<E, events::ClockStepped>) {
          offsets_ = e.offsets;
        } else if constexpr (std::is_same_v<E, events::SendingCreated>) {
          put({e.sending,
               recorded.meta.seq,
               {},
               offsets_.running(recorded.meta.time),
               e.transport,
               false,
               false});
        } else if constexpr (std::is_same_v<E, events::SendingRetryScheduled>) {
          if (const auto found = sendings_.find(e.sending); found != sendings_.end()) {
            PendingSending again = found->second;
            again.attempt = e.attempt;
            again.due = offsets_.running(e.retry_at);
            again.out = again.held = false;
            put(again);
          }
        } else if constexpr (std::is_same_v<E, events::SendingSent> ||
                             std::is_same_v<E, events::SendingBounced> ||
                             std::is_same_v<E, events::SendingCancelled>) {
          erase(e.sending);
        }
      },
      recorded.event);
}

std::optional<PendingSending> OutboxQueue::take(Micros now) {
  if (due_.empty() || due_.begin()->first > now) {
    return std::nullopt;
  }
  PendingSending& sending = sendings_.at(by_creation_.at(due_.begin()->second));
  due_.erase(due_.begin());
  sending.out = true;
  return sending;
}

void OutboxQueue::give_back(SendingId id, Micros due, bool held) {
  const auto found = sendings_.find(id);
  if (found == sendings_.end() || !found->second.out) {
    return;
  }
  PendingSending again = found->second;
  again.out = false;
  again.held = held;
  again.due = due;
  put(again);
}

std::optional<Micros> OutboxQueue::next_due() const {
  return due_.empty() ? std::nullopt : std::optional(due_.begin()->first);
}

}  // namespace daybook::dispatch
