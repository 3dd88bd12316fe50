// The events that a write wrote, with the bytes that they borrow: of its reply, from the log's
// tail, or read back from the store.
#pragma once

#include <memory>
#include <span>
#include <utility>

#include "base/result.h"
#include "events/types.h"
#include "log/chunk.h"
#include "log/log.h"
#include "scheduler/outcomes.h"

namespace daybook::api {

class Facts {
 public:
  Facts() = default;
  // What a reply that has its events brings.
  static Facts of(const scheduler::Reply& reply);
  // The events first..last. Fails with kNotFound "LOG_TRIMMED" when they are gone, kUnavailable
  // when the log has not got so far.
  static Result<Facts> read(log::Log& log, Seq first, Seq last);
  // The events from `first` to the end of its batch.
  static Result<Facts> read_batch(log::Log& log, Seq first);

  // The chain hash of the last event.
  const Hash& chain() const { return chunk_->chain_of(all().back().meta.seq); }
  std::span<const events::Recorded> all() const { return events_; }

  // The first event of type E, or null.
  template <typename E>
  const E* find() const {
    for (const events::Recorded& recorded : events_) {
      if (const E* event = std::get_if<E>(&recorded.event)) {
        return event;
      }
    }
    return nullptr;
  }

 private:
  Facts(std::shared_ptr<const log::Chunk> chunk, Seq first, Seq last)
      : chunk_(std::move(chunk)),
        events_(chunk_->from(first).first(last.value - first.value + 1)) {}

  std::shared_ptr<const log::Chunk> chunk_;
  std::span<const events::Recorded> events_;
};

}  // namespace daybook::api
