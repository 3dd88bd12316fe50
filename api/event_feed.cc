#include "api/event_feed.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "base/limits/http.h"
#include "events/catalogue.h"
#include "events/codec.h"
#include "events/json.h"

namespace daybook::api {
namespace {

// Events of one look back; the largest of them still fit the memory.
constexpr std::uint64_t kBackwardBlock = 64;

// What an event says of the job and the definition it is about; empty when it is about none.
struct Subject {
  JobId job;
  events::Text definition;
};

Subject subject_of(const events::Event& event) {
  return std::visit(
      [](const auto& e) {
        Subject out;
        if constexpr (requires { e.job; }) {
          out.job = e.job;
        }
        if constexpr (requires { e.definition; }) {
          out.definition = e.definition;
        }
        return out;
      },
      event);
}

// No event of a job stands before the one that created it, and the id says where that is.
Seq start_of(const EventFilter& filter, Seq after) {
  if (filter.job && filter.job->key().value > 0) {
    return std::max(after, Seq{filter.job->key().value - 1});
  }
  return after;
}

class LineStream final : public Stream {
 public:
  LineStream(log::Log& log, EventFilter filter, const EventWindow& window)
      : log_(log), filter_(std::move(filter)), window_(window) {}

  Result<Piece> next() override {
    Piece out;
    DAYBOOK_ASSIGN(const EventPage page, read_events(log_, filter_, window_));
    for (const std::string& event : page.events) {
      out.bytes += event;
      out.bytes += '\n';
    }
    window_.after = page.reached;
    window_.limit -= page.events.size();
    out.end = page.at_end || window_.limit == 0;
    // A filter may find nothing in a whole scan: an empty line is no event and keeps the stream
    // going.
    if (out.bytes.empty() && !out.end) {
      out.bytes = "\n";
    }
    return out;
  }
  Seq position() const override { return window_.after; }
  std::string_view heartbeat() const override { return "\n"; }

 private:
  log::Log& log_;
  const EventFilter filter_;
  EventWindow window_;
};

class LiveStream final : public Stream {
 public:
  LiveStream(log::Log& log, EventFilter filter, Seq after)
      : log_(log), filter_(std::move(filter)), after_(after) {}

  Result<Piece> next() override {
    Piece out;
    if (!greeted_) {
      greeted_ = true;
      out.bytes = ": daybook events\nretry: 2000\n\n";
    }
    const EventWindow window{after_, log_.last(), std::numeric_limits<std::size_t>::max(),
                             kHttpStreamPieceBytes};
    DAYBOOK_ASSIGN(const EventPage page, read_events(log_, filter_, window));
    for (std::size_t i = 0; i < page.events.size(); ++i) {
      out.bytes += "id: " + std::to_string(page.seqs[i].value) + "\ndata: ";
      out.bytes += page.events[i];
      out.bytes += "\n\n";
    }
    after_ = page.reached;
    return out;
  }
  Seq position() const override { return after_; }
  std::string_view heartbeat() const override { return ": heartbeat\n\n"; }

 private:
  log::Log& log_;
  const EventFilter filter_;
  Seq after_;
  bool greeted_ = false;
};

}  // namespace

bool EventFilter::matches(const events::Recorded& recorded) const {
  if (type && events::entry_of(recorded.event).type != *type) {
    return false;
  }
  if (!job && !definition) {
    return true;
  }
  const Subject subject = subject_of(recorded.event);
  return (!job || subject.job == *job) && (!definition || subject.definition == *definition);
}

Result<EventFilter> read_event_filter(const Query& query) {
  EventFilter out;
  if (const auto id = query.find("jobId")) {
    DAYBOOK_ASSIGN(out.job, JobId::parse(*id, "jobId"));
  }
  if (const auto name = query.find("type")) {
    const auto entry = events::find_name(*name);
    if (!entry) {
      return fail(Code::kInvalid, "INVALID_FIELD", "is not the name of an event", "type");
    }
    out.type = entry->type;
  }
  if (const auto id = query.find("jobDefinitionId")) {
    DAYBOOK_TRY(check_resource_id(*id, "jobDefinitionId"));
    out.definition = *id;
  }
  return out;
}

Result<EventPage> read_events(log::Log& log, const EventFilter& filter, const EventWindow& window) {
  EventPage out;
  out.reached = start_of(filter, window.after);
  if (out.reached >= window.until || window.limit == 0) {
    out.at_end = true;
    return out;
  }
  DAYBOOK_ASSIGN(const auto cursor, log.read(next(out.reached)));
  std::size_t bytes = 0;
  for (std::size_t looked = 0; looked < kEventsScanMax && out.reached < window.until; ++looked) {
    events::RecordView view;
    DAYBOOK_ASSIGN(const bool there, cursor->next(view));
    if (!there) {
      break;
    }
    out.reached = view.header.seq;
    if (filter.type && view.header.type != *filter.type) {
      continue;  // without decoding it
    }
    DAYBOOK_ASSIGN(const events::Recorded recorded, events::decode(view));
    if (!filter.matches(recorded)) {
      continue;
    }
    out.events.push_back(events::to_json(recorded));
    out.seqs.push_back(out.reached);
    bytes += out.events.back().size();
    if (out.events.size() >= window.limit || bytes >= window.bytes_max) {
      break;
    }
  }
  out.at_end = out.reached >= window.until;
  return out;
}

Result<EventPage> read_events_before(log::Log& log, const EventFilter& filter, Seq before,
                                     std::size_t limit) {
  EventPage out;
  const Seq lowest = start_of(filter, Seq{log.first().value - 1});
  Seq upper{std::min(before.value, log.last().value + 1)};
  std::size_t looked = 0;
  std::size_t bytes = 0;
  // Whole blocks forward, from the newest back: a cursor reads one way only.
  while (out.events.size() < limit && bytes < kPageBytesMax && looked < kEventsScanMax &&
         upper.value > lowest.value + 1) {
    const Seq from{std::max(upper.value - 1, lowest.value + kBackwardBlock) - kBackwardBlock};
    const EventWindow window{from, Seq{upper.value - 1}, std::numeric_limits<std::size_t>::max(),
                             std::numeric_limits<std::size_t>::max()};
    DAYBOOK_ASSIGN(EventPage part, read_events(log, filter, window));
    for (const std::string& event : part.events) {
      bytes += event.size();
    }
    out.events.insert(out.events.begin(), std::make_move_iterator(part.events.begin()),
                      std::make_move_iterator(part.events.end()));
    out.seqs.insert(out.seqs.begin(), part.seqs.begin(), part.seqs.end());
    looked += window.until.value - from.value;
    upper = next(from);
  }
  if (out.events.size() > limit) {
    const auto extra = static_cast<std::ptrdiff_t>(out.events.size() - limit);
    out.events.erase(out.events.begin(), out.events.begin() + extra);
    out.seqs.erase(out.seqs.begin(), out.seqs.begin() + extra);
    upper = out.seqs.front();
  }
  out.reached = upper;
  out.at_end = upper.value <= lowest.value + 1;
  return out;
}

Status check_position(log::Log& log, const EventFilter& filter, Seq after, std::string_view field) {
  if (after > log.last()) {
    return fail(Code::kInvalid, "SEQ_UNKNOWN",
                "the log has not got so far; is this another server?", field);
  }
  const Seq start = start_of(filter, after);
  if (start < log.last()) {
    DAYBOOK_TRY(log.read(next(start)));
  }
  return {};
}

std::shared_ptr<Stream> line_stream(log::Log& log, EventFilter filter, const EventWindow& window) {
  return std::make_shared<LineStream>(log, std::move(filter), window);
}

std::shared_ptr<Stream> live_stream(log::Log& log, EventFilter filter, Seq after) {
  return std::make_shared<LiveStream>(log, std::move(filter), after);
}

}  // namespace daybook::api
