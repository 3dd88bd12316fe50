#include "projections/opening.h"

#include "log/refusals.h"

namespace daybook::projections {
namespace {

// Whether the log's record at the checkpoint is the one that was folded.
Result<bool> fits(log::Log& log, const Checkpoint& checkpoint) {
  if (checkpoint.applied > log.last()) {
    return false;
  }
  if (checkpoint.applied == log.last()) {
    return checkpoint.chain == log.last_chain();
  }
  // What was trimmed cannot be asked any more; then the record after it will not fold if it is not
  // ours.
  if (checkpoint.applied < log.first()) {
    return true;
  }
  DAYBOOK_ASSIGN(const auto cursor, log.read(checkpoint.applied));
  events::RecordView record;
  DAYBOOK_ASSIGN(const bool found, cursor->next(record));
  return found && record.header.chain == checkpoint.chain;
}

}  // namespace

Result<ChosenCheckpoint> choose_checkpoint(const Store& store, log::Log& log,
                                           Store::ProjectionId id, std::uint32_t version,
                                           const Checkpoint* beside) {
  DAYBOOK_ASSIGN(const auto stored, store.checkpoint(id));
  bool good = stored && stored->version == version;
  if (good && stored->applied.value > 0) {
    DAYBOOK_ASSIGN(good, fits(log, *stored));
  }
  Checkpoint out;
  out.version = version;
  out.chain = events::genesis();
  if (good) {
    out = *stored;
  } else if (!stored && beside != nullptr) {
    out.applied = beside->applied;
    out.chain = beside->chain;
  } else if (stored) {
    out.generation = static_cast<std::uint8_t>(stored->generation % 255 + 1);
  }
  if (next(out.applied) < log.first()) {
    return log::refuse_without("the views need", next(out.applied), log.first());
  }
  return ChosenCheckpoint{out, good};
}

Result<Checkpoint> open_checkpoint(Store& store, log::Log& log, Store::ProjectionId id,
                                   std::uint32_t version, const Checkpoint* beside) {
  DAYBOOK_ASSIGN(const ChosenCheckpoint chosen, choose_checkpoint(store, log, id, version, beside));
  const Checkpoint& out = chosen.checkpoint;
  if (!chosen.stored) {
    DAYBOOK_TRY(store.erase({static_cast<char>(id), static_cast<char>(out.generation)}));
    DAYBOOK_TRY(store.write(Batch(), std::array{std::pair(id, out)}));
  }
  DAYBOOK_TRY(store.erase_others(id, out.generation));
  return out;
}

}  // namespace daybook::projections
