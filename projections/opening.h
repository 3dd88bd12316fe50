// Where each projection goes on after an open. Private to projections/.
#pragma once

#include <cstdint>

#include "log/log.h"
#include "projections/store.h"

namespace daybook::projections {

// The checkpoint to go on from, and whether it is the stored one. kNotFound "LOG_TRIMMED" when the
// events that the projection needs next are no longer in the log. Writes nothing.
struct ChosenCheckpoint {
  Checkpoint checkpoint;
  bool stored = false;
};
// `beside`: where the others stand, of a projection that came with its events: a store that does
// not have it was written by a release that could write none of them, so it begins there, however
// long the log is.
Result<ChosenCheckpoint> choose_checkpoint(const Store& store, log::Log& log,
                                           Store::ProjectionId id, std::uint32_t version,
                                           const Checkpoint* beside = nullptr);

// The same, made so. A stored one that another version wrote, that is ahead of the log, or that
// names another chain hash than the log has there, is sealed: all keys of the projection are erased
// and it starts anew (I9).
Result<Checkpoint> open_checkpoint(Store& store, log::Log& log, Store::ProjectionId id,
                                   std::uint32_t version, const Checkpoint* beside = nullptr);

}  // namespace daybook::projections
