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

namespace daybook::api {

struct EventFilter {
  std::optional<JobId> job;
  std::optional<std::uint16_t> type;
  std::optional<std::string> definition;

  bool any() const { return job || type || definition; }
  bool matches(const events::Recorded& recorded) const;
};

Result<EventFilter> read_event_filter(const Query& query);

struct EventPage {
  std::vector<std::string> events;  // JSON
  std::vector<Seq> seqs;            // of `events`
  Seq reached;                      // nothing more up to here; where to go on after
  bool at_end = false;              // nothing more up to the end of the log
};

// The next matching events after `after`; looks at kEventsScanMax events at most, at none beyond
// `until`. Bounded by `limit` events and `bytes_max` bytes of JSON (at least one event).
struct EventWindow {
  Seq after;
  Seq until;
  std::size_t limit;
  std::size_t bytes_max;
};
Result<EventPage> read_events(log::Log& log, const EventFilter& filter, const EventWindow& window);
// The last matching events before `before`, oldest first; reached is the first seq that was looked
// at.
Result<EventPage> read_events_before(log::Log& log, const EventFilter& filter, Seq before,
                                     std::size_t limit);

// Whether a stream can go on after `after`: kNotFound "LOG_TRIMMED" when what follows has left the
// log, kInvalid "SEQ_UNKNOWN" naming `field` when the log has not got so far.
Status check_position(log::Log& log, const EventFilter& filter, Seq after, std::string_view field);

// Lines of JSON from after `after` up to `until`, at most `limit` of them.
std::shared_ptr<Stream> line_stream(log::Log& log, EventFilter filter, const EventWindow& window);
// Server-sent events from after `after` on, without an end.
std::shared_ptr<Stream> live_stream(log::Log& log, EventFilter filter, Seq after);

}  // namespace daybook::api
