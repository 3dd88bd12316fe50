#include "api/facts.h"

#include "events/codec.h"

namespace daybook::api {

Result<Facts> Facts::read(log::Log& log, Seq first, Seq last) {
  Facts out;
  DAYBOOK_ASSIGN(const auto cursor, log.read(first));
  for (Seq at = first; at <= last; at = next(at)) {
    DAYBOOK_TRY(out.take(*cursor));
  }
  return out;
}

Result<Facts> Facts::read_batch(log::Log& log, Seq first) {
  Facts out;
  DAYBOOK_ASSIGN(const auto cursor, log.read(first));
  do {
    DAYBOOK_TRY(out.take(*cursor));
  } while (out.events_.back().meta.batch_index + 1 < out.events_.back().meta.batch_count);
  return out;
}

// The next event of the cursor.
Status Facts::take(log::Cursor& cursor) {
  events::RecordView view;
  DAYBOOK_ASSIGN(const bool there, cursor.next(view));
  if (!there) {
    return fail(Code::kUnavailable, "LOG_BEHIND", "the log has not got so far");
  }
  const auto& bytes = bytes_.emplace_back(view.bytes.begin(), view.bytes.end());
  DAYBOOK_ASSIGN(const events::RecordView kept, events::read_record(bytes));
  DAYBOOK_ASSIGN(events::Recorded recorded, events::decode(kept));
  chain_ = kept.header.chain;
  events_.push_back(std::move(recorded));
  return {};
}

}  // namespace daybook::api
