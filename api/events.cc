// GET /resources/events: a page of JSON, lines (NDJSON), or a live stream (server-sent events).
#include <algorithm>
#include <limits>
#include <utility>

#include "api/admission.h"
#include "api/event_feed.h"
#include "api/guarded_stream.h"
#include "api/handlers.h"
#include "base/json_writer.h"
#include "base/limits/http.h"

namespace daybook::api {
namespace {

constexpr std::uint64_t kAnySeq = std::numeric_limits<std::uint64_t>::max() - 1;

enum class Format { kPage, kLines, kLive };

Result<Format> read_format(const Call& call) {
  if (const auto name = call.query.find("format")) {
    if (*name == "json") {
      return Format::kPage;
    }
    if (*name == "ndjson") {
      return Format::kLines;
    }
    if (*name == "sse") {
      return Format::kLive;
    }
    return fail(Code::kInvalid, "INVALID_FIELD", "must be json, ndjson or sse", "format");
  }
  const auto accept = call.request.head.find("Accept");
  if (accept.find("text/event-stream") != std::string_view::npos) {
    return Format::kLive;
  }
  return accept.find("application/x-ndjson") != std::string_view::npos ? Format::kLines
                                                                       : Format::kPage;
}

// The cursors of a page are sequence numbers. Of a filtered page they tell how far was looked,
// which may be past its events: going on from there misses nothing and repeats nothing.
enum class Direction : std::uint8_t { kForward, kBack, kNewestFirst };

Response page_response(EventPage page, Direction direction, Seq log_first, Seq last,
                       std::optional<std::uint64_t> total) {
  Response out;
  JsonWriter json(out.body);
  json.begin_object();
  json.key("events");
  json.begin_array();
  for (const std::string& event : page.events) {
    json.raw(event);
  }
  json.end_array();
  if (total) {
    json.member("totalCount", *total);
  }
  const bool none = page.events.empty();
  Seq first_cursor = none ? page.reached : page.seqs.front();
  Seq last_cursor = none ? page.reached : page.seqs.back();
  (direction == Direction::kBack ? first_cursor : last_cursor) = page.reached;
  json.member("firstCursor", std::to_string(first_cursor.value));
  json.member("lastCursor", std::to_string(last_cursor.value));
  json.member("atEnd", page.at_end);
  json.member("logFirstSeq", log_first);
  json.member("asOfSeq", last);
  json.end_object();
  return out;
}

EventSource source_of(const Call& call) {
  return {call.engine().log, call.engine().views};
}

// Oldest first, unless `order` says otherwise: then from `before`, or the end, back.
Result<bool> newest_first(const Query& query) {
  const auto order = query.find("order");
  if (!order || *order == "oldest") {
    return false;
  }
  if (*order != "newest") {
    return fail(Code::kInvalid, "INVALID_FIELD", "must be oldest or newest", "order");
  }
  if (query.find("after")) {
    return fail(Code::kInvalid, "INVALID_FIELD", "newest first, pages go on with before", "after");
  }
  return true;
}

Answer<Response> page(const Call& call, EventFilter filter) {
  log::Log& log = call.engine().log;
  DAYBOOK_ASSIGN(const auto limit, call.query.number("limit", kPageLimitDefault, 1, kPageLimitMax));
  DAYBOOK_ASSIGN(const bool newest, newest_first(call.query));
  const bool backward = newest || call.query.find("before").has_value();
  if (backward && call.query.find("after")) {
    return refuse(Code::kInvalid, "INVALID_FIELD", "after and before exclude each other", "before");
  }
  const Seq last = log.last();
  std::optional<std::uint64_t> total;
  if (!filter.any()) {
    total = last.value + 1 - log.first().value;
  }
  if (backward) {
    DAYBOOK_ASSIGN(const auto before, call.query.number("before", last.value + 1, 1, kAnySeq));
    DAYBOOK_ASSIGN(EventPage found,
                   read_events_before(source_of(call), filter, Seq{before}, limit));
    if (newest) {
      std::reverse(found.events.begin(), found.events.end());
      std::reverse(found.seqs.begin(), found.seqs.end());
    }
    const Direction direction = newest ? Direction::kNewestFirst : Direction::kBack;
    return page_response(std::move(found), direction, log.first(), last, total);
  }
  // Without a place to begin at, it begins with what there is: a trimmed log begins later.
  DAYBOOK_ASSIGN(const auto after, call.query.number("after", log.first().value - 1, 0, kAnySeq));
  DAYBOOK_TRY(check_reached(last, Seq{after}, "after"));
  const EventWindow window{Seq{after}, last, limit, kPageBytesMax};
  DAYBOOK_ASSIGN(EventPage found, read_events(source_of(call), filter, window));
  return page_response(std::move(found), Direction::kForward, log.first(), last, total);
}

Answer<Response> lines(const Call& call, EventFilter filter) {
  log::Log& log = call.engine().log;
  DAYBOOK_ASSIGN(const auto after, call.query.number("after", log.first().value - 1, 0, kAnySeq));
  DAYBOOK_ASSIGN(const auto limit, call.query.number("limit", kAnySeq, 1, kAnySeq));
  DAYBOOK_TRY(check_position(log, filter, Seq{after}, "after"));
  // Once, and not for each piece.
  DAYBOOK_ASSIGN(const EventWindow window,
                 within_times(log, filter, {Seq{after}, log.last(), limit, kHttpStreamPieceBytes}));
  filter.from.reset();
  filter.to.reset();
  Response out;
  out.content_type = "application/x-ndjson";
  out.stream = until_revoked(call, line_stream(source_of(call), std::move(filter), window));
  return out;
}

// A browser that lost its stream comes back with the id of the last event it saw.
Answer<Response> live(const Call& call, EventFilter filter) {
  log::Log& log = call.engine().log;
  DAYBOOK_ASSIGN(auto after, call.query.number("after", log.last().value, 0, kAnySeq));
  std::string_view field = "after";
  const auto seen = call.request.head.find("Last-Event-ID");
  if (!seen.empty()) {
    static constexpr std::string_view kName = "Last-Event-ID";
    DAYBOOK_ASSIGN(const Query fields,
                   Query::parse("Last-Event-ID=" + std::string(seen), {&kName, 1}));
    DAYBOOK_ASSIGN(after, fields.number(kName, 0, 0, kAnySeq));
    field = kName;
  }
  DAYBOOK_TRY(check_position(log, filter, Seq{after}, field));
  Response out;
  out.content_type = "text/event-stream";
  out.stream = until_revoked(call, live_stream(source_of(call), std::move(filter), Seq{after}));
  return out;
}

}  // namespace

namespace {

// Who may not read all events asks for those of a definition that he may.
Answer<bool> check_events_are_seen(const Call& call, const EventFilter& filter) {
  const bool one = filter.definition && may_read(call, access::Noun::kEvents, *filter.definition);
  return one ? Answer<bool>(true)
             : check_permission(call, access::Noun::kEvents, {}, access::Verb::kRead);
}

}  // namespace

Answer<Response> list_events(const Call& call) {
  DAYBOOK_ASSIGN(EventFilter filter, read_event_filter(call.query));
  DAYBOOK_TRY(check_events_are_seen(call, filter));
  DAYBOOK_ASSIGN(const Format format, read_format(call));
  if (format == Format::kPage) {
    return page(call, std::move(filter));
  }
  if (call.query.find("order")) {
    return refuse(Code::kInvalid, "INVALID_FIELD", "streams go forward only", "order");
  }
  if (call.query.find("before")) {
    return refuse(Code::kInvalid, "INVALID_FIELD", "streams go forward only", "before");
  }
  if (format == Format::kLines) {
    return lines(call, std::move(filter));
  }
  if (call.query.find("limit")) {
    return refuse(Code::kInvalid, "INVALID_FIELD", "a live stream has no limit", "limit");
  }
  if (filter.from || filter.to) {
    return refuse(Code::kInvalid, "INVALID_FIELD", "a live stream begins now, or after an event",
                  filter.from ? "from" : "to");
  }
  return live(call, std::move(filter));
}

}  // namespace daybook::api
