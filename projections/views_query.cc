#include <algorithm>
#include <limits>

#include "base/limits/definitions.h"
#include "base/limits/views.h"
#include "events/codec.h"
#include "events/json.h"
#include "log/event_reader.h"
#include "projections/bytes.h"
#include "projections/component_list.h"
#include "projections/cursor.h"
#include "projections/definition_list.h"
#include "projections/ended_jobs.h"
#include "projections/event_query.h"
#include "projections/history.h"
#include "projections/job_query.h"
#include "projections/rule_list.h"
#include "projections/sending_query.h"
#include "projections/statistics_query.h"
#include "projections/token_list.h"
#include "projections/views_parts.h"

namespace daybook::projections {

namespace {

Error failed(const Slot& slot, const std::string& why) {
  return make_error(Code::kUnavailable, "PROJECTION_FAILED",
                    "the projection " + slot.name + " has stopped: " + why);
}

}  // namespace

Result<std::unique_ptr<View>> Views::Impl::view(Store::ProjectionId id) const {
  for (const auto& slot : folder.slots()) {
    if (slot->id == id && slot->failed) {
      return fail(failed(*slot, folder.error_of(*slot)));
    }
  }
  auto out = store->view(id);
  if (!out && out.error().reason == "VIEWS_STORE") {
    return fail(stop_damaged(id, {}, out.error()));
  }
  return out;
}

Error Views::Impl::stop_damaged(Store::ProjectionId id, const std::optional<Prefix>& generation,
                                const Error& error) const {
  for (const auto& slot : folder.slots()) {
    if (slot->id != id) {
      continue;
    }
    if (!folder.fail(*slot, generation, error)) {
      return failed(*slot, "it was rebuilt while this was read; ask again");
    }
    store->note_damage();
    return failed(*slot, folder.error_of(*slot));
  }
  return error;
}

Result<std::optional<JobRow>> Views::job(JobId job) const {
  DAYBOOK_ASSIGN(const auto view, impl_->view(kJobs));
  return impl_->told(*view, job_query::find(*view, job));
}

Result<Page<JobRow>> Views::jobs(const JobFilter& filter, const PageRequest& page) const {
  DAYBOOK_ASSIGN(const auto view, impl_->view(kJobs));
  return impl_->told(*view, job_query::list(*view, filter, page));
}

Result<JobCounts> Views::counts(std::string_view definition) const {
  DAYBOOK_ASSIGN(const auto view, impl_->view(kJobs));
  return impl_->told(*view, job_query::counts(*view, definition));
}

Result<FoundEvents> Views::find_events(const EventSelection& selection,
                                       const EventStretch& stretch) const {
  if (selection.job) {
    DAYBOOK_ASSIGN(const auto view, impl_->view(kHistory));
    return impl_->told(*view, event_query::find_of_job(*view, selection, stretch));
  }
  DAYBOOK_ASSIGN(const auto view, impl_->view(kEvents));
  return impl_->told(*view, event_query::find(*view, selection, stretch));
}

Result<std::optional<ComponentRow>> Views::component(std::string_view id) const {
  DAYBOOK_ASSIGN(const auto view, impl_->view(kComponents));
  return impl_->told(*view, ComponentList::find(*view, id));
}

Result<Page<ComponentRow>> Views::components(const PageRequest& page) const {
  DAYBOOK_ASSIGN(const auto view, impl_->view(kComponents));
  return impl_->told(*view, ComponentList::list(*view, page));
}

Result<std::optional<DefinitionRow>> Views::definition(std::string_view id) const {
  DAYBOOK_ASSIGN(const auto view, impl_->view(kDefinitions));
  return impl_->told(*view, DefinitionList::find(*view, id));
}

Result<Page<DefinitionRow>> Views::definitions(const PageRequest& page) const {
  DAYBOOK_ASSIGN(const auto view, impl_->view(kDefinitions));
  return impl_->told(*view, DefinitionList::list(*view, page));
}

Result<std::optional<RuleRow>> Views::rule(std::string_view id) const {
  DAYBOOK_ASSIGN(const auto view, impl_->view(kRules));
  return impl_->told(*view, RuleList::find(*view, id));
}

Result<Page<RuleRow>> Views::rules(const PageRequest& page) const {
  DAYBOOK_ASSIGN(const auto view, impl_->view(kRules));
  return impl_->told(*view, RuleList::list(*view, page));
}

Result<std::optional<TokenRow>> Views::token(std::string_view id) const {
  DAYBOOK_ASSIGN(const auto view, impl_->view(kTokens));
  return impl_->told(*view, TokenList::find(*view, id));
}

Result<Page<TokenRow>> Views::tokens(const PageRequest& page) const {
  DAYBOOK_ASSIGN(const auto view, impl_->view(kTokens));
  return impl_->told(*view, TokenList::list(*view, page));
}

Result<std::optional<SendingRow>> Views::sending(SendingId sending) const {
  DAYBOOK_ASSIGN(const auto view, impl_->view(kSendings));
  return impl_->told(*view, sending_query::find(*view, sending));
}

Result<Page<SendingRow>> Views::sendings(const SendingFilter& filter,
                                         const PageRequest& page) const {
  DAYBOOK_ASSIGN(const auto view, impl_->view(kSendings));
  return impl_->told(*view, sending_query::list(*view, filter, page));
}

Result<SendingCounts> Views::sending_counts() const {
  DAYBOOK_ASSIGN(const auto view, impl_->view(kSendings));
  return impl_->told(*view, sending_query::counts(*view));
}

namespace {

// Of an event that was folded; long ago when the log does not hold it any more.
Result<Micros> time_of(log::Log& log, Seq seq) {
  if (seq.value == 0 || seq < log.first()) {
    return Micros{std::numeric_limits<std::int64_t>::min()};
  }
  log::EventReader reader(log);
  DAYBOOK_ASSIGN(const events::Recorded* const recorded, reader.at(seq));
  return recorded->meta.time;
}

}  // namespace

Result<std::vector<Views::EndedSending>> Views::sendings_due(
    Micros cutoff, std::size_t limit, RetentionPlace::Reached& reached) const {
  DAYBOOK_ASSIGN(const auto view, impl_->view(kSendings));
  DAYBOOK_ASSIGN(const Micros settled, time_of(impl_->log, view->as_of()));
  return impl_->told(*view, sending_query::ended_before(*view, cutoff, limit, reached, settled));
}

Result<StatisticsPage> Views::statistics(const StatisticsQuery& query) const {
  DAYBOOK_ASSIGN(const auto view, impl_->view(kJobStatistics));
  return impl_->told(*view, statistics_query::list(*view, query));
}

Result<std::vector<Views::Ended>> Views::retention_due(Micros now, std::size_t limit,
                                                       RetentionPlace& place) const {
  DAYBOOK_ASSIGN(const auto jobs, impl_->view(kJobs));
  DAYBOOK_ASSIGN(const auto definitions, impl_->view(kDefinitions));
  // Jobs of a deleted definition are kept for the default time.
  const auto retention = [&](std::string_view name) -> Result<Duration> {
    DAYBOOK_ASSIGN(const auto row,
                   impl_->told(*definitions, DefinitionList::find(*definitions, name)));
    return row ? row->retention : Duration{kRetentionDefaultUs};
  };
  DAYBOOK_ASSIGN(const Micros settled, time_of(impl_->log, jobs->as_of()));
  return impl_->told(*jobs, ended_jobs(*jobs, now, limit, place, retention, settled));
}

namespace {

// The part of a history that a page asks for, as indexes into it.
std::pair<std::size_t, std::size_t> page_range(const std::vector<Seq>& all,
                                               const PageBounds& bounds) {
  if (!bounds.before.empty()) {
    const Seq before{Scan(bounds.before).u64()};
    const auto end =
        static_cast<std::size_t>(std::lower_bound(all.begin(), all.end(), before) - all.begin());
    return {end - std::min(end, bounds.limit), end};
  }
  const Seq after{bounds.after.empty() ? 0 : Scan(bounds.after).u64()};
  const auto begin =
      static_cast<std::size_t>(std::upper_bound(all.begin(), all.end(), after) - all.begin());
  return {begin, begin + std::min(all.size() - begin, bounds.limit)};
}

// One event of a history, from the log.
Result<HistoryRow> read_event(log::Log& log, Seq seq, JobId& job) {
  DAYBOOK_ASSIGN(const auto cursor, log.read(seq));
  events::RecordView record;
  DAYBOOK_ASSIGN(const bool found, cursor->next(record));
  if (!found) {
    return fail(Code::kCorrupt, "VIEWS_AHEAD", "the history names an event that the log lacks");
  }
  DAYBOOK_ASSIGN(const events::Recorded event, events::decode(record));
  job = History::job_of(event.event);
  return HistoryRow{seq, events::to_json(event)};
}

// Events of a job that left its history with the log, and came back to the log from an archive:
// from `begin` on and before `end`, in front of the others. False when there are more events
// between than are looked at.
Result<bool> look_for(log::Log& log, JobId job, Seq begin, Seq end, std::vector<Seq>& all) {
  std::vector<Seq> found;
  DAYBOOK_ASSIGN(const auto cursor, log.read(begin));
  events::RecordView record;
  bool whole = false;
  for (std::size_t looked = 0; !whole && looked <= kHistoryScanMax; ++looked) {
    DAYBOOK_ASSIGN(const bool there, cursor->next(record));
    whole = !there || record.header.seq >= end;
    if (whole || looked == kHistoryScanMax) {
      break;
    }
    DAYBOOK_ASSIGN(const events::Recorded event, events::decode(record));
    if (History::job_of(event.event) == job) {
      found.push_back(record.header.seq);
    }
  }
  all.insert(all.begin(), found.begin(), found.end());
  return whole;
}

}  // namespace

Result<Page<HistoryRow>> Views::history(JobId job, const PageRequest& request) const {
  DAYBOOK_ASSIGN(const PageBounds bounds, read_page(CursorKind::kSeq, request));
  DAYBOOK_ASSIGN(const auto view, impl_->view(kHistory));
  DAYBOOK_ASSIGN(std::vector<Seq> all, impl_->told(*view, History::find(*view, job)));
  const Seq first = impl_->log.first();
  DAYBOOK_ASSIGN(const Seq kept, impl_->told(*view, History::first(*view)));
  bool whole = true;
  if (const Seq begin = std::max(first, job.key()); begin < kept) {
    DAYBOOK_ASSIGN(whole, look_for(impl_->log, job, begin, kept, all));
  }
  std::erase_if(all, [&](Seq seq) { return seq < first; });
  if (all.empty() && job.key() < first && job.key() > Seq{}) {
    return fail(
        Code::kNotFound, "LOG_TRIMMED",
        "all events of the job were trimmed; the log begins at " + std::to_string(first.value));
  }
  Page<HistoryRow> page;
  page.as_of = view->as_of();
  JobId owner;
  if (!all.empty()) {
    DAYBOOK_TRY(read_event(impl_->log, all.front(), owner));
  }
  if (owner != job) {  // another job's number under an id that was made up
    all.clear();
  }
  if (whole) {
    page.total_count = all.size();
  }
  const auto [begin, end] = page_range(all, bounds);
  for (std::size_t i = begin; i < end; ++i) {
    DAYBOOK_ASSIGN(HistoryRow row, read_event(impl_->log, all[i], owner));
    page.rows.push_back(std::move(row));
  }
  if (begin < end) {
    const auto cursor_at = [&](std::size_t i) {
      return make_cursor(CursorKind::kSeq, Key('x').seq(all[i]).view().substr(1));
    };
    page.first_cursor = cursor_at(begin);
    page.last_cursor = cursor_at(end - 1);
  }
  return page;
}

}  // namespace daybook::projections
