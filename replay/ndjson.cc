#include "replay/ndjson.h"

#include <string>

#include "base/base64.h"
#include "events/codec.h"
#include "events/json.h"
#include "log/prefetch.h"
#include "replay/progress.h"

namespace daybook::replay {
namespace {

Result<Transfer> write_lines(log::Log& log, const Range& range, const Progress& progress,
                             const std::function<Status(const events::RecordView&)>& write) {
  Transfer out;
  const Seq until = std::min(range.until, log.last());
  if (range.from > until) {
    return out;
  }
  DAYBOOK_ASSIGN(auto inner, log.read(range.from));
  const auto cursor = log::prefetch(std::move(inner), range.from, until);
  events::RecordView record;
  out.first = range.from;
  for (;;) {
    DAYBOOK_ASSIGN(const bool more, cursor->next(record));
    if (!more) {
      return out;
    }
    DAYBOOK_TRY(write(record));
    ++out.events;
    out.last = record.header.seq;
    out.chain = record.header.chain;
    if (progress && (out.last.value & kProgressMask) == 0) {
      progress(out.last, until);
    }
  }
}

}  // namespace

Result<Transfer> dump(log::Log& log, const Range& range, const LineSink& sink,
                      const Progress& progress) {
  return write_lines(log, range, progress, [&](const events::RecordView& record) -> Status {
    DAYBOOK_ASSIGN(const events::Recorded recorded, events::decode(record));
    return sink(events::to_json(recorded) + "\n");
  });
}

Result<Transfer> export_ndjson(log::Log& log, const Range& range, const LineSink& sink,
                               const Progress& progress) {
  return write_lines(log, range, progress, [&](const events::RecordView& record) -> Status {
    DAYBOOK_ASSIGN(const events::Recorded recorded, events::decode(record));
    std::string line = events::to_json(recorded);
    line.pop_back();  // the closing brace: one more member follows
    line += R"(,"record":")";
    append_base64(line, record.bytes);
    line += "\"}\n";
    return sink(line);
  });
}

}  // namespace daybook::replay
