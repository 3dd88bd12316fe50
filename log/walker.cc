#include "log/walker.h"

#include "events/catalogue.h"
#include "events/codec.h"

namespace daybook::log {
namespace {

Problem problem(Flaw flaw, Seq seq, const std::string& what) {
  return Problem{flaw, seq, "record " + std::to_string(seq.value) + ": " + what};
}

bool ends_batch(const events::Header& header) {
  return header.batch_index + 1 == header.batch_count;
}

}  // namespace

std::string_view flaw_reason(Flaw flaw) {
  switch (flaw) {
    case Flaw::kGap:
      return "LOG_GAP";
    case Flaw::kChain:
      return "CHAIN_BROKEN";
    case Flaw::kTornBatch:
      return "BATCH_TORN";
    case Flaw::kTimeBack:
      return "TIME_WENT_BACK";
    case Flaw::kEpochBack:
      return "EPOCH_WENT_BACK";
    case Flaw::kUnknownType:
      return "UNKNOWN_EVENT_TYPE";
    case Flaw::kPayload:
      return "BAD_PAYLOAD";
    case Flaw::kUnreadable:
      return "UNREADABLE_RECORD";
    case Flaw::kAnchor:
      return "ANCHOR_DISAGREES";
    case Flaw::kIdentity:
      return "IDENTITY_DISAGREES";
  }
  return "UNREADABLE_RECORD";
}

Walker::Walker(Seq seq, const Hash& chain, Depth depth) : depth_(depth), seq_(seq), chain_(chain) {}

void Walker::accept(const events::Header& header) {
  seq_ = header.seq;
  chain_ = header.chain;
  last_ = header;
}

std::optional<Problem> Walker::step(const events::RecordView& record) {
  const events::Header& header = record.header;
  if (header.seq != next(seq_)) {
    return problem(Flaw::kGap, next(seq_),
                   "missing; found " + std::to_string(header.seq.value) + " in its place");
  }
  if (events::chain_after(chain_, record, digest_) != header.chain) {
    return problem(Flaw::kChain, header.seq, "its hash does not follow from the record before it");
  }
  if (auto found = check_order(header)) {
    return found;
  }
  if (auto found = check_batch(header)) {
    return found;
  }
  if (auto found = check_type(record)) {
    return found;
  }
  accept(header);
  return std::nullopt;
}

std::optional<Problem> Walker::finish() const {
  if (last_ && !ends_batch(*last_)) {
    return problem(Flaw::kTornBatch, next(seq_),
                   "missing; the log ends inside a batch of " + std::to_string(last_->batch_count));
  }
  return std::nullopt;
}

std::optional<Problem> Walker::check_order(const events::Header& header) const {
  if (last_ && header.time < last_->time) {
    return problem(Flaw::kTimeBack, header.seq, "its logical time is before that of the last one");
  }
  if (last_ && header.epoch < last_->epoch) {
    return problem(Flaw::kEpochBack, header.seq, "its epoch is before that of the last one");
  }
  return std::nullopt;
}

std::optional<Problem> Walker::check_batch(const events::Header& header) const {
  bool whole = true;
  if (!last_) {
    whole = seq_.value != 0 || header.batch_index == 0;
  } else if (ends_batch(*last_)) {
    whole = header.batch_index == 0;
  } else {
    whole = header.batch_index == last_->batch_index + 1 &&
            header.batch_count == last_->batch_count && header.command == last_->command;
  }
  if (!whole) {
    return problem(Flaw::kTornBatch, header.seq, "it does not continue the batch before it");
  }
  return std::nullopt;
}

std::optional<Problem> Walker::check_type(const events::RecordView& record) const {
  const events::Header& header = record.header;
  if (!events::find_type(header.type)) {
    return problem(Flaw::kUnknownType, header.seq,
                   "event type " + std::to_string(header.type) + " is not known to this release");
  }
  if (depth_ == Depth::kPayloads) {
    if (const auto decoded = events::decode(record); !decoded) {
      return problem(Flaw::kPayload, header.seq, decoded.error().message);
    }
  }
  return std::nullopt;
}

}  // namespace daybook::log
