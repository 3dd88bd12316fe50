// Single events of the log by their numbers: out of the tail, else from the store, of which the
// last stretches that were read are kept: what was created together often starts together. One
// thread.
#pragma once

#include <cstddef>
#include <deque>
#include <memory>

#include "log/chunk.h"
#include "log/log.h"

namespace daybook::log {

class EventReader {
 public:
  // `log` outlives it.
  explicit EventReader(Log& log) : log_(log) {}

  // The event `seq`, valid until the next call. kNotFound "NO_EVENT" when the log does not reach
  // that far; else errors as Cursor::next().
  Result<const events::Recorded*> at(Seq seq);
  // Times that the store was read, for tests.
  std::size_t stretches_read() const { return stretches_read_; }

 private:
  Log& log_;
  std::shared_ptr<const Chunk> held_;        // of the tail
  std::deque<std::unique_ptr<Chunk>> read_;  // of the store; the newest in front
  std::size_t stretches_read_ = 0;
};

}  // namespace daybook::log
