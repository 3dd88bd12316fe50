#include "replay/as_of.h"

#include <algorithm>
#include <charconv>

#include "base/time_text.h"
#include "events/record.h"
#include "replay/fold.h"
#include "scheduler/snapshot.h"

namespace daybook::replay {
namespace {

Result<Micros> time_at(log::Log& log, Seq seq) {
  DAYBOOK_ASSIGN(const auto cursor, log.read(seq));
  events::RecordView record;
  DAYBOOK_ASSIGN(const bool there, cursor->next(record));
  if (!there) {
    return fail(Code::kCorrupt, "LOG_ENDS_EARLY",
                "the log ends before " + std::to_string(seq.value));
  }
  return record.header.time;
}

// Whether the snapshot is of this log's history, as far as the log can still tell.
Result<bool> belongs(const scheduler::Snapshot& snapshot, log::Log& log) {
  if (snapshot.seq < log.first() || snapshot.seq > log.last()) {
    return snapshot.seq.value + 1 == log.first().value;
  }
  DAYBOOK_ASSIGN(const auto cursor, log.read(snapshot.seq));
  events::RecordView record;
  DAYBOOK_ASSIGN(const bool there, cursor->next(record));
  return there && record.header.chain == snapshot.chain;
}

}  // namespace

Result<Point> parse_point(std::string_view text, std::string_view field) {
  std::uint64_t seq = 0;
  const char* end = text.data() + text.size();
  if (const auto [at, error] = std::from_chars(text.data(), end, seq);
      error == std::errc() && at == end) {
    return Point{Seq{seq}};
  }
  if (const auto time = parse_time(text, field)) {
    return Point{*time};
  }
  return fail(Code::kInvalid, "BAD_POINT",
              "is neither a sequence number nor a time such as 2025-11-16T02:00:00Z", field);
}

Result<Seq> find_seq(log::Log& log, const Point& point) {
  const Seq end = log.last();
  if (const auto* seq = std::get_if<Seq>(&point)) {
    return std::min(*seq, end);
  }
  const Micros time = std::get<Micros>(point);
  Seq low{log.first().value - 1};  // the last one known to be not after the time
  Seq high = next(end);            // the first one known to be after it
  while (low.value + 1 < high.value) {
    const Seq middle{low.value + (high.value - low.value) / 2};
    DAYBOOK_ASSIGN(const Micros at, time_at(log, middle));
    (at <= time ? low : high) = middle;
  }
  return low;
}

Result<scheduler::State> state_as_of(log::Log& log, const Point& point,
                                     const std::filesystem::path& snapshots) {
  DAYBOOK_ASSIGN(const Seq until, find_seq(log, point));
  scheduler::State state;
  if (!snapshots.empty()) {
    for (const auto& file : scheduler::list_snapshots(snapshots)) {
      auto snapshot = scheduler::read_snapshot(file, log.first());
      if (!snapshot || snapshot->seq > until) {
        continue;
      }
      DAYBOOK_ASSIGN(const bool ours, belongs(*snapshot, log));
      if (ours) {
        state = std::move(snapshot->state);
        break;
      }
    }
  }
  DAYBOOK_TRY(fold(state, log, {.until = until}));
  return state;
}

}  // namespace daybook::replay
