// Filtered events through the views' index; the log itself is read where the index does not reach:
// behind what the views show, before what it holds of a log that was given back its archives, and
// everywhere while its projection has stopped.
#include <algorithm>
#include <limits>
#include <utility>

#include "api/event_feed.h"
#include "events/codec.h"
#include "events/json.h"

namespace daybook::api {
namespace {

// Over so few events a cursor goes on reading rather than a new one begins.
constexpr std::uint64_t kNearEvents = 64;

// Single events, in any order; quick when they lie close together.
class EventReader {
 public:
  explicit EventReader(log::Log& log) : log_(log) {}

  Result<events::RecordView> at(Seq seq) {
    if (!cursor_ || next_ > seq || seq.value - next_.value > kNearEvents) {
      DAYBOOK_ASSIGN(cursor_, log_.read(seq));
      next_ = seq;
    }
    events::RecordView view;
    while (next_ <= seq) {
      DAYBOOK_ASSIGN(const bool there, cursor_->next(view));
      if (!there) {
        return fail(Code::kCorrupt, "VIEWS_AHEAD", "the index names an event that the log lacks");
      }
      next_ = next(next_);
    }
    return view;
  }

 private:
  log::Log& log_;
  std::unique_ptr<log::Cursor> cursor_;
  Seq next_;
};

projections::EventSelection selection_of(const EventFilter& filter) {
  projections::EventSelection out;
  out.job = filter.job;
  out.types = filter.types;
  out.definition = filter.definition;
  out.component = filter.component;
  out.actor = filter.actor;
  out.request = filter.request;
  return out;
}

// One page in the making.
struct Making {
  EventPage page;
  std::size_t bytes = 0;
  std::size_t looked = 0;

  void take(const events::Recorded& recorded) {
    page.events.push_back(events::to_json(recorded));
    page.seqs.push_back(recorded.meta.seq);
    bytes += page.events.back().size();
  }
  void take(EventPage part) {
    for (std::size_t i = 0; i < part.events.size(); ++i) {
      bytes += part.events[i].size();
      page.events.push_back(std::move(part.events[i]));
      page.seqs.push_back(part.seqs[i]);
    }
  }
  bool full(const EventWindow& window) const {
    return page.events.size() >= window.limit || bytes >= window.bytes_max ||
           looked >= kEventsScanMax;
  }
};

// Reads what the index found, until the page is full: how far it got. An index that gave up found
// little in much: that is enough for one page.
Result<Seq> read_found(EventReader& reader, const EventFilter& filter,
                       const projections::FoundEvents& found, const EventWindow& window,
                       bool gave_up, Making& out) {
  for (const Seq seq : found.seqs) {
    DAYBOOK_ASSIGN(const events::RecordView view, reader.at(seq));
    DAYBOOK_ASSIGN(const events::Recorded recorded, events::decode(view));
    ++out.looked;
    if (filter.matches(recorded)) {
      out.take(recorded);
    }
    if (out.full(window)) {
      return seq;
    }
  }
  out.looked = gave_up ? kEventsScanMax : out.looked;
  return found.reached;
}

// The index where there is one: nothing while its projection has stopped.
Result<std::optional<projections::FoundEvents>> find_indexed(
    const EventSource& source, const projections::EventSelection& selection,
    const projections::EventStretch& stretch) {
  auto found = source.views.find_events(selection, stretch);
  if (found) {
    return std::optional(std::move(*found));
  }
  if (found.error().reason == "PROJECTION_FAILED") {
    return std::optional<projections::FoundEvents>();
  }
  return fail(found.error());
}

}  // namespace

Result<EventWindow> within_times(log::Log& log, const EventFilter& filter, EventWindow window) {
  window.after = start_of(filter, window.after);
  if (filter.from) {
    DAYBOOK_ASSIGN(const Seq first, first_event_at(log, *filter.from));
    window.after = std::max(window.after, Seq{first.value - 1});
  }
  if (filter.to) {
    DAYBOOK_ASSIGN(const Seq end, first_event_at(log, *filter.to));
    window.until = std::min(window.until, Seq{end.value - 1});
  }
  if (window.after < window.until && next(window.after) < log.first()) {
    DAYBOOK_TRY(log.read(next(window.after)));  // says that it was trimmed
  }
  return window;
}

// Logical time never goes back, so halving finds it.
Result<Seq> first_event_at(log::Log& log, Micros time) {
  Seq low = log.first();
  Seq high = next(log.last());
  while (low < high) {
    const Seq middle{low.value + (high.value - low.value) / 2};
    DAYBOOK_ASSIGN(const auto cursor, log.read(middle));
    events::RecordView view;
    DAYBOOK_ASSIGN(const bool there, cursor->next(view));
    if (there && view.header.time < time) {
      low = next(middle);
    } else {
      high = middle;
    }
  }
  return low;
}

Result<EventPage> read_events(const EventSource& source, const EventFilter& filter,
                              const EventWindow& asked) {
  DAYBOOK_ASSIGN(const EventWindow window, within_times(source.log, filter, asked));
  if (!filter.indexed()) {
    return scan_events(source.log, filter, window);
  }
  Making out;
  EventReader reader(source.log);
  Seq reached = window.after;
  const projections::EventSelection selection = selection_of(filter);
  while (reached < window.until && !out.full(window)) {
    const std::size_t left = window.limit - out.page.events.size();
    EventWindow plain{reached, window.until, left, window.bytes_max - out.bytes};
    // A live stream comes for a few new events each time: looking at them is cheaper than asking.
    if (window.until.value - reached.value > kNearEvents) {
      DAYBOOK_ASSIGN(const auto found,
                     find_indexed(source, selection,
                                  {reached, window.until, std::min(left, kPageLimitMax), false}));
      if (found && next(reached) >= found->from && reached < found->as_of) {
        const bool gave_up =
            found->seqs.empty() && found->reached < std::min(window.until, found->as_of);
        DAYBOOK_ASSIGN(reached, read_found(reader, filter, *found, window, gave_up, out));
        continue;
      }
      if (found && next(reached) < found->from) {
        plain.until = std::min(window.until, Seq{found->from.value - 1});
      }
    }
    DAYBOOK_ASSIGN(EventPage part, scan_events(source.log, filter, plain));
    out.looked += part.reached.value - reached.value;
    reached = part.reached;
    out.take(std::move(part));
  }
  out.page.reached = std::max(reached, asked.after);
  out.page.at_end = reached >= window.until;
  return std::move(out.page);
}

Result<EventPage> read_events_before(const EventSource& source, const EventFilter& filter,
                                     Seq before, std::size_t limit) {
  const Seq end{std::min(before.value, source.log.last().value + 1)};
  DAYBOOK_ASSIGN(
      const EventWindow window,
      within_times(source.log, filter,
                   {Seq{source.log.first().value - 1},
                    Seq{std::max<std::uint64_t>(end.value, 1) - 1}, limit, kPageBytesMax}));
  if (!filter.indexed()) {
    return scan_events_before(source.log, filter, {next(window.until), window.after}, limit);
  }
  Making out;
  EventReader reader(source.log);
  Seq reached = next(window.until);  // the oldest that was looked at
  const projections::EventSelection selection = selection_of(filter);
  while (reached > next(window.after) && !out.full(window)) {
    const std::size_t left = window.limit - out.page.events.size();
    const Seq until{reached.value - 1};
    DAYBOOK_ASSIGN(const auto found,
                   find_indexed(source, selection,
                                {window.after, until, std::min(left, kPageLimitMax), true}));
    if (found && until <= found->as_of && until >= found->from) {
      projections::FoundEvents part = *found;
      // Older ones are not in the index, whatever it says of them.
      part.reached = std::max(part.reached, found->from);
      std::erase_if(part.seqs, [&](Seq seq) { return seq < found->from; });
      const bool gave_up =
          part.seqs.empty() && part.reached > std::max(next(window.after), part.from);
      DAYBOOK_ASSIGN(reached, read_found(reader, filter, part, window, gave_up, out));
      continue;
    }
    const Seq lowest =
        found && until > found->as_of ? std::max(found->as_of, window.after) : window.after;
    DAYBOOK_ASSIGN(EventPage part, scan_events_before(source.log, filter, {reached, lowest}, left));
    out.looked += reached.value - part.reached.value;
    reached = part.reached;
    std::reverse(part.events.begin(), part.events.end());
    std::reverse(part.seqs.begin(), part.seqs.end());
    out.take(std::move(part));
  }
  std::reverse(out.page.events.begin(), out.page.events.end());
  std::reverse(out.page.seqs.begin(), out.page.seqs.end());
  out.page.reached = reached;
  out.page.at_end = reached <= next(window.after);
  return std::move(out.page);
}

}  // namespace daybook::api
