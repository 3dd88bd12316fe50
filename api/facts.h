// Events read back from the log, with the bytes that they borrow.
#pragma once

#include <cstdint>
#include <deque>
#include <vector>

#include "base/result.h"
#include "events/types.h"
#include "log/log.h"

namespace daybook::api {

class Facts {
 public:
  // The events first..last. Fails with kNotFound "LOG_TRIMMED" when they are gone, kUnavailable
  // when the log has not got so far.
  static Result<Facts> read(log::Log& log, Seq first, Seq last);

  // The events from `first` to the end of its batch.
  static Result<Facts> read_batch(log::Log& log, Seq first);

  // The chain hash of the last event.
  const Hash& chain() const { return chain_; }
  const std::vector<events::Recorded>& all() const { return events_; }

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
  Status take(log::Cursor& cursor);

  Hash chain_{};
  std::deque<std::vector<std::uint8_t>> bytes_;
  std::vector<events::Recorded> events_;
};

}  // namespace daybook::api
