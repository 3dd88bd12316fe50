// The append-only log: the only thing that must not be lost. It knows bytes and headers, not jobs.
//
//      trimmed              readable                      being written
//   |-----------|===================================|.....................|
//   1         first()                             last()
//                                                   ^ durable: readers never see beyond it (I4)
//
// Contract, checked by tests/contract/log_contract_test.cc for every implementation:
// - Sequence numbers are dense from 1 (I1). last() is 0 while the log is empty; first() is then 1.
// - append(group) is all or nothing (I3) and refuses with kConflict "NOT_HEAD" when group.first is
// not last() + 1: this is
//   the fencing that a replicated engine offers too. Returning success means durable (I2). After
//   any other failure the outcome is unknown: every later append fails with the same error, and the
//   process must stop and recover (I15).
// - A cursor yields records or a named gap, never skips: kNotFound "LOG_TRIMMED" when its position
// was trimmed, kCorrupt
//   when bytes are not what was written, kIo when the device fails.
// - What append() made durable is in the tail before last() shows it, unless the log keeps none.
// - trim(through) removes a prefix; it is idempotent, never passes last(), and frees disk space.
// Threads: append and trim from one thread at a time; everything else from any thread. A cursor
// belongs to one thread.
#pragma once

#include <memory>

#include "base/ids.h"
#include "base/result.h"
#include "base/watermark.h"
#include "events/group.h"
#include "events/record.h"

namespace daybook::log {

class Tail;

class Cursor {
 public:
  virtual ~Cursor() = default;

  // The next durable record; false when there is none yet (call again after more became durable).
  // What `out` borrows is valid until the next call, and aligned so that its payload can be decoded
  // in place. Checks both CRCs and that the sequence numbers are dense; the chain is the verifier's
  // job.
  virtual Result<bool> next(events::RecordView& out) = 0;
};

class Log {
 public:
  virtual ~Log() = default;

  // First readable sequence number: 1, or one past what was trimmed.
  virtual Seq first() const = 0;
  // Last durable sequence number.
  virtual Seq last() const = 0;
  // Chain hash of the last durable record; events::genesis() while the log is empty.
  virtual Hash last_chain() const = 0;
  // Rises with last(); readers wait on it.
  virtual const Watermark& durable() const = 0;
  // Its newest events in memory, and who is told when it grows: log/tail.h. Read it by
  // log/follower.h.
  virtual const Tail& tail() const = 0;

  virtual Status append(const events::Group& group) = 0;

  // A cursor whose first record is `from` (at least 1; may be last() + 1).
  virtual Result<std::unique_ptr<Cursor>> read(Seq from) = 0;

  virtual Status trim(Seq through) = 0;
};

}  // namespace daybook::log
