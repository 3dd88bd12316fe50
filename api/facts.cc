#include "api/facts.h"

#include "events/codec.h"

namespace daybook::api {

Result<Facts> Facts::read(log::Log& log, Seq first, Seq last) {
  Facts out;
  DAYBOOK_ASSIGN(const auto cursor, log.read(first));
  for (Seq at = first; at <= last; at = next(at)) {
    events::RecordView view;
    DAYBOOK_ASSIGN(const bool there, cursor->next(view));
    if (!there) {
      return fail(Code::kUnavailable, "LOG_BEHIND", "the log has not got so far");
    }
    const auto& bytes = out.bytes_.emplace_back(view.bytes.begin(), view.bytes.end());
    DAYBOOK_ASSIGN(const events::RecordView kept, events::read_record(bytes));
    DAYBOOK_ASSIGN(events::Recorded recorded, events::decode(kept));
    out.events_.push_back(std::move(recorded));
  }
  return out;
}

}  // namespace daybook::api
