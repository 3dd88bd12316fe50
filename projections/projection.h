// A projection: a pure fold of events into keys and values. It gathers its changes in memory and
// hands them over as one batch; what it stores after event n is a function of events 1..n alone,
// however they were cut into batches (I8). Private to projections/. One thread at a time.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "events/types.h"
#include "projections/batch.h"
#include "projections/store.h"

namespace daybook::projections {

class Projection {
 public:
  virtual ~Projection() = default;

  virtual std::string_view name() const = 0;
  // Raised whenever keys, values or rules change: the views are then built anew.
  virtual std::uint32_t version() const = 0;

  // Reads what the fold keeps in memory. `store` shows the last written state and outlives the
  // projection.
  virtual Status load(const Reader& store) = 0;
  // Fails only when the log contradicts itself or a stored row cannot be read: the projection then
  // stops.
  virtual Status apply(const events::Recorded& recorded) = 0;
  // About the memory of all changes since the last write, here and in the batch that write() would
  // make of them.
  virtual std::size_t unwritten_bytes() const = 0;
  // Reads what write() needs to make its changes of; called right before it, and fails as apply()
  // does.
  virtual Status prepare() { return {}; }
  // Adds all changes since the last write; called again only after written().
  virtual void write(Batch& batch) = 0;
  // The batch is in the store: what was changed is now clean.
  virtual void written() = 0;
};

}  // namespace daybook::projections
