#include "api/event_feed.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <utility>

#include "base/limits/http.h"
#include "base/limits/resources.h"
#include "base/utf8.h"
#include "events/catalogue.h"
#include "events/codec.h"
#include "events/json.h"

namespace daybook::api {
namespace {

// Events of one look back; the largest of them still fit the memory.
constexpr std::uint64_t kBackwardBlock = 64;

// What an event says of what it is about; empty when it is about none.
struct Subject {
  JobId job;
  events::Text definition;
  events::Text component;
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
        if constexpr (requires { e.component; }) {
          out.component = e.component;
        }
        return out;
      },
      event);
}

class LineStream final : public Stream {
 public:
  LineStream(const EventSource& source, EventFilter filter, const EventWindow& window)
      : source_(source), filter_(std::move(filter)), window_(window) {}

  Result<Piece> next() override {
    Piece out;
    DAYBOOK_ASSIGN(const EventPage page, read_events(source_, filter_, window_));
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
  const EventSource source_;
  const EventFilter filter_;
  EventWindow window_;
};

class LiveStream final : public Stream {
 public:
  LiveStream(const EventSource& source, EventFilter filter, Seq after)
      : source_(source), filter_(std::move(filter)), after_(after) {}

  Result<Piece> next() override {
    Piece out;
    if (!greeted_) {
      greeted_ = true;
      out.bytes = ": daybook events\nretry: 2000\n\n";
    }
    const EventWindow window{after_, source_.log.last(), std::numeric_limits<std::size_t>::max(),
                             kHttpStreamPieceBytes};
    DAYBOOK_ASSIGN(const EventPage page, read_events(source_, filter_, window));
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
  const EventSource source_;
  const EventFilter filter_;
  Seq after_;
  bool greeted_ = false;
};

}  // namespace

bool EventFilter::matches(const events::Recorded& recorded) const {
  if (!types.empty() &&
      std::find(types.begin(), types.end(), events::entry_of(recorded.event).type) == types.end()) {
    return false;
  }
  if ((actor && recorded.meta.actor != *actor) || (request && recorded.meta.command != *request)) {
    return false;
  }
  if (!job && !definition && !component) {
    return true;
  }
  const Subject subject = subject_of(recorded.event);
  return (!job || subject.job == *job) && (!definition || subject.definition == *definition) &&
         (!component || subject.component == *component);
}

namespace {

std::string all_names() {
  std::string out;
  for (const events::CatalogueEntry& entry : events::catalogue()) {
    out.append(out.empty() ? "" : ", ").append(entry.name);
  }
  return out;
}

// Names of events with commas between them.
Result<std::vector<std::uint16_t>> read_types(std::string_view names) {
  std::vector<std::uint16_t> out;
  for (std::size_t at = 0; at <= names.size();) {
    const std::size_t end = std::min(names.find(',', at), names.size());
    const std::string_view name = names.substr(at, end - at);
    const auto entry = events::find_name(name);
    if (!entry) {
      return fail(
          Code::kInvalid, "INVALID_FIELD",
          "'" + printable(name, 100) + "' is not the name of an event; known are " + all_names(),
          "type");
    }
    if (std::find(out.begin(), out.end(), entry->type) == out.end()) {
      out.push_back(entry->type);
    }
    at = end + 1;
  }
  return out;
}

// As CommandId::text() writes it.
Result<CommandId> read_command_id(std::string_view text) {
  CommandId out;
  std::string digits(text);
  std::erase(digits, '-');
  const bool read =
      digits.size() == 32 &&
      std::from_chars(digits.data(), digits.data() + 16, out.high, 16).ptr == digits.data() + 16 &&
      std::from_chars(digits.data() + 16, digits.data() + 32, out.low, 16).ptr ==
          digits.data() + 32;
  if (!read || out.text() != text) {
    return fail(Code::kInvalid, "INVALID_FIELD", "is not the id of a request", "requestId");
  }
  return out;
}

}  // namespace

Result<EventFilter> read_event_filter(const Query& query) {
  EventFilter out;
  if (const auto id = query.find("jobId")) {
    DAYBOOK_ASSIGN(out.job, JobId::parse(*id, "jobId"));
  }
  if (const auto names = query.find("type")) {
    DAYBOOK_ASSIGN(out.types, read_types(*names));
  }
  if (const auto id = query.find("jobDefinitionId")) {
    DAYBOOK_TRY(check_id(IdKind::kDefinition, *id, "jobDefinitionId"));
    out.definition = *id;
  }
  if (const auto id = query.find("componentId")) {
    DAYBOOK_TRY(check_id(IdKind::kComponent, *id, "componentId"));
    out.component = *id;
  }
  if (const auto actor = query.find("actor")) {
    if (actor->empty() || actor->size() > kIdBytesMax) {
      return fail(Code::kInvalid, "INVALID_FIELD", "must have 1 to 128 bytes", "actor");
    }
    out.actor = *actor;
  }
  if (const auto id = query.find("requestId")) {
    DAYBOOK_ASSIGN(out.request, read_command_id(*id));
  }
  DAYBOOK_ASSIGN(out.from, query.time("from"));
  DAYBOOK_ASSIGN(out.to, query.time("to"));
  return out;
}

Seq start_of(const EventFilter& filter, Seq after) {
  if (filter.job && filter.job->key().value > 0) {
    return std::max(after, Seq{filter.job->key().value - 1});
  }
  return after;
}

Result<EventPage> scan_events(log::Log& log, const EventFilter& filter, const EventWindow& window) {
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
    if (!filter.types.empty() && std::find(filter.types.begin(), filter.types.end(),
                                           view.header.type) == filter.types.end()) {
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

Result<EventPage> scan_events_before(log::Log& log, const EventFilter& filter,
                                     const EventsBefore& range, std::size_t limit) {
  EventPage out;
  const Seq lowest = start_of(filter, range.after);
  Seq upper{std::min(range.before.value, log.last().value + 1)};
  std::size_t looked = 0;
  std::size_t bytes = 0;
  // Whole blocks forward, from the newest back: a cursor reads one way only.
  while (out.events.size() < limit && bytes < kPageBytesMax && looked < kEventsScanMax &&
         upper.value > lowest.value + 1) {
    const Seq from{std::max(upper.value - 1, lowest.value + kBackwardBlock) - kBackwardBlock};
    const EventWindow window{from, Seq{upper.value - 1}, std::numeric_limits<std::size_t>::max(),
                             std::numeric_limits<std::size_t>::max()};
    DAYBOOK_ASSIGN(EventPage part, scan_events(log, filter, window));
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

Status check_reached(Seq last, Seq after, std::string_view field) {
  return after > last ? fail(Code::kInvalid, "SEQ_UNKNOWN",
                             "the log has not got so far; is this another server?", field)
                      : Status();
}

Status check_position(log::Log& log, const EventFilter& filter, Seq after, std::string_view field) {
  DAYBOOK_TRY(check_reached(log.last(), after, field));
  const Seq start = start_of(filter, after);
  if (start < log.last()) {
    DAYBOOK_TRY(log.read(next(start)));
  }
  return {};
}

std::shared_ptr<Stream> line_stream(const EventSource& source, EventFilter filter,
                                    const EventWindow& window) {
  return std::make_shared<LineStream>(source, std::move(filter), window);
}

std::shared_ptr<Stream> live_stream(const EventSource& source, EventFilter filter, Seq after) {
  return std::make_shared<LiveStream>(source, std::move(filter), after);
}

}  // namespace daybook::api
