// The events of the log as a page, as lines, or as a live stream.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "api/query.h"
#include "api/response.h"
#include "base/limits/http.h"
#include "log/log.h"
#include "projections/views.h"

namespace daybook::api {

struct EventFilter {
  std::optional<JobId> job;
  std::vector<std::uint16_t> types;  // any of them
  std::optional<std::string> definition;
  std::optional<std::string> component;
  std::optional<std::string> actor;
  std::optional<CommandId> request;
  std::optional<Micros> from;  // from <= time < to
  std::optional<Micros> to;

  // Whether the views' index answers it, or a part of it.
  bool indexed() const {
    return job || !types.empty() || definition || component || actor || request;
  }
  bool any() const { return indexed() || from || to; }
  bool matches(const events::Recorded& recorded) const;
};

Result<EventFilter> read_event_filter(const Query& query);

struct EventPage {
  std::vector<std::string> events;  // JSON
  std::vector<Seq> seqs;            // of `events`
  Seq reached;                      // nothing more up to here; where to go on after
  bool at_end = false;              // nothing more up to the end of the log
};

// The next matching events after `after`, at none beyond `until`. Bounded by `limit` events and
// `bytes_max` bytes of JSON (at least one event), and by kEventsScanMax events that are looked at.
struct EventWindow {
  Seq after;
  Seq until;
  std::size_t limit;
  std::size_t bytes_max;
};
// before > seq > after.
struct EventsBefore {
  Seq before;
  Seq after;
};

// Where events are, and what knows where they stand.
struct EventSource {
  log::Log& log;
  const projections::Views& views;
};
Result<EventPage> read_events(const EventSource& source, const EventFilter& filter,
                              const EventWindow& window);
// The last matching events before `before`, oldest first; reached is the first seq that was looked
// at.
Result<EventPage> read_events_before(const EventSource& source, const EventFilter& filter,
                                     Seq before, std::size_t limit);
// The same without an index: looks at every event, and not at the filter's times.
Result<EventPage> scan_events(log::Log& log, const EventFilter& filter, const EventWindow& window);
Result<EventPage> scan_events_before(log::Log& log, const EventFilter& filter,
                                     const EventsBefore& range, std::size_t limit);
// The first event at `time` or later; one behind the last when there is none.
Result<Seq> first_event_at(log::Log& log, Micros time);
// The part of the window in which the filter can find anything: a time range is one of sequence
// numbers.
Result<EventWindow> within_times(log::Log& log, const EventFilter& filter, EventWindow window);
// No event of a job stands before the one that created it, and the id says where that is.
Seq start_of(const EventFilter& filter, Seq after);

// kInvalid "SEQ_UNKNOWN" naming `field` when the log has not got so far.
Status check_reached(Seq last, Seq after, std::string_view field);
// Whether a stream can go on after `after`: kNotFound "LOG_TRIMMED" when what follows has left the
// log, kInvalid "SEQ_UNKNOWN" naming `field` when the log has not got so far.
Status check_position(log::Log& log, const EventFilter& filter, Seq after, std::string_view field);

// Lines of JSON from after `after` up to `until`, at most `limit` of them.
std::shared_ptr<Stream> line_stream(const EventSource& source, EventFilter filter,
                                    const EventWindow& window);
// Server-sent events from after `after` on, without an end.
std::shared_ptr<Stream> live_stream(const EventSource& source, EventFilter filter, Seq after);

}  // namespace daybook::api
