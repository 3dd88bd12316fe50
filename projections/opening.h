// Where each projection goes on after an open. Private to projections/.
#pragma once

#include <cstdint>

#include "log/log.h"
#include "projections/rocks_store.h"

namespace daybook::projections {

// The checkpoint to go on from. A stored one that another version wrote, that is ahead of the log,
// or that names another chain hash than the log has there, is sealed: all keys of the projection
// are erased and it starts anew (I9). kNotFound "LOG_TRIMMED" when the events that it needs next
// are no longer in the log.
Result<Checkpoint> open_checkpoint(RocksStore& store, log::Log& log, RocksStore::ProjectionId id,
                                   std::uint32_t version);

}  // namespace daybook::projections
