// A cursor that reads ahead on a thread of its own, for scans from somewhere to a fixed end: while
// the caller works on one batch of records, the next ones are read and their checksums checked.
//
//   inner cursor → [reader thread] read, CRC, copy into a batch → bounded queue → next() on the
//   caller's thread
//
// Memory: at most kPrefetchBatches batches of about kPrefetchBatchBytes. The reader stops by itself
// at the end, at the first failure (which next() then returns, after all records before it), and
// when the cursor is destroyed.
#pragma once

#include <cstdint>
#include <memory>

#include "base/limits/write_path.h"
#include "log/log.h"

namespace daybook::log {

// Continues `inner`, whose next record is `from`, up to and including `until`; next() gives false
// after it, or earlier when `inner` has no more. What `inner` reads from must outlive the cursor.
std::unique_ptr<Cursor> prefetch(std::unique_ptr<Cursor> inner, Seq from, Seq until);

}  // namespace daybook::log
