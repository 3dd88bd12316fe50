#include "projections/sending_query.h"

#include <algorithm>

#include "base/limits/views.h"
#include "projections/cursor.h"
#include "projections/position_walk.h"
#include "projections/sending_entry.h"
#include "projections/sending_keys.h"
#include "projections/sending_list.h"

namespace daybook::projections::sending_query {
namespace {

Error unreadable(Seq key) {
  return make_error(Code::kCorrupt, "VIEWS_STORE",
                    "the row of sending number " + std::to_string(key.value) + " cannot be read");
}

Result<SendingRow> row_of(const View& view, Seq key) {
  std::string value;
  DAYBOOK_ASSIGN(const bool found, view.get(sending_keys::row(key).view(), value));
  SendingRow row;
  if (!found || !decode_sending(key, value, row)) {
    return fail(unreadable(key));
  }
  return row;
}

// The keys that answer the filter best: every sending under them is looked at.
Key index_of(const SendingFilter& filter) {
  if (filter.job) {
    return sending_keys::by_job(*filter.job);
  }
  return filter.status ? sending_keys::by_status(*filter.status) : Key('R');
}

bool matches(const SendingFilter& filter, const SendingRow& row) {
  return (!filter.status || row.status == *filter.status) &&
         (!filter.job || row.job == *filter.job) &&
         (!filter.category || row.category == *filter.category) &&
         (!filter.transport || row.transport == *filter.transport) &&
         (!filter.recipient || row.recipient == *filter.recipient);
}

// Exact where counts are kept: of all, of a status, of a job.
Result<std::optional<std::uint64_t>> total_of(const View& view, const SendingFilter& filter) {
  const bool scanned = filter.category || filter.transport || filter.recipient;
  if (scanned || (filter.status && filter.job)) {
    return std::optional<std::uint64_t>();
  }
  if (filter.job) {
    DAYBOOK_ASSIGN(const std::uint64_t count, stored_job_count(view, *filter.job));
    return std::optional(count);
  }
  DAYBOOK_ASSIGN(const SendingTally tally, stored_tally(view));
  if (filter.status) {
    return std::optional(tally[static_cast<std::size_t>(*filter.status)]);
  }
  return std::optional(tally[0] + tally[1] + tally[2] + tally[3]);
}

}  // namespace

Result<std::optional<SendingRow>> find(const View& view, SendingId sending) {
  DAYBOOK_ASSIGN(const auto key, stored_sending(view, sending));
  if (!key) {
    return std::optional<SendingRow>();
  }
  DAYBOOK_ASSIGN(SendingRow row, row_of(view, *key));
  return std::optional(std::move(row));
}

Result<Page<SendingRow>> list(const View& view, const SendingFilter& filter,
                              const PageRequest& request) {
  DAYBOOK_ASSIGN(const PageBounds bounds, read_page(CursorKind::kSending, request));
  Page<SendingRow> page;
  page.as_of = view.as_of();
  DAYBOOK_ASSIGN(page.total_count, total_of(view, filter));
  const Key index = index_of(filter);
  const std::string prefix(index.view());
  const bool in_pieces = !filter.job && filter.status;
  const auto walker =
      in_pieces ? walk_positions(view, prefix, PositionKind::kKey, prefix, key_after(prefix))
                : view.walk(prefix, key_after(prefix));
  const bool back = !bounds.before.empty();  // newest first: back is up
  if (back) {
    walker->seek(prefix + bounds.before);
    if (walker->valid() && walker->key().substr(prefix.size()) == bounds.before) {
      walker->next();
    }
  } else {
    walker->seek_before(bounds.after.empty() ? key_after(prefix) : prefix + bounds.after);
  }
  std::string first;
  std::string last;
  std::size_t rejected = 0;
  std::size_t bytes = 0;
  for (; walker->valid() && page.rows.size() < bounds.limit && bytes < bounds.bytes_max &&
         rejected < kJobScanMax;
       back ? walker->next() : walker->previous()) {
    last = walker->key().substr(prefix.size());
    first = first.empty() ? last : first;
    DAYBOOK_ASSIGN(SendingRow row, row_of(view, Seq{Scan(last).u64()}));
    if (matches(filter, row)) {
      bytes += row.content.size();
      page.rows.push_back(std::move(row));
    } else {
      ++rejected;
    }
  }
  DAYBOOK_TRY(walker->status());
  if (back) {
    std::reverse(page.rows.begin(), page.rows.end());
    std::swap(first, last);
  }
  if (!first.empty()) {
    page.first_cursor = make_cursor(CursorKind::kSending, first);
    page.last_cursor = make_cursor(CursorKind::kSending, last);
  }
  return page;
}

Result<SendingCounts> counts(const View& view) {
  DAYBOOK_ASSIGN(const SendingTally tally, stored_tally(view));
  return SendingCounts{tally[0], tally[1], tally[2], tally[3]};
}

Result<std::vector<Views::EndedSending>> ended_before(const View& view, Micros cutoff,
                                                      std::size_t limit,
                                                      RetentionPlace::Reached& reached,
                                                      Micros settled) {
  std::vector<Views::EndedSending> out;
  if (reached.finished_at >= cutoff) {
    return out;
  }
  const std::string upper(sending_keys::ended().time(cutoff).view());
  const bool young = reached.finished_at >= settled;  // others may end then, with any key
  const std::string from(
      sending_keys::ended().time(reached.finished_at).u64(young ? 0 : reached.key + 1).view());
  const std::string prefix(sending_keys::ended().view());
  const auto walker = walk_positions(view, prefix, PositionKind::kTimed, prefix, upper);
  for (walker->seek(from); walker->valid() && out.size() < limit; walker->next()) {
    Scan key(walker->key().substr(prefix.size()));
    reached.finished_at = key.time();
    reached.key = key.u64();
    DAYBOOK_ASSIGN(const SendingRow row, row_of(view, Seq{reached.key}));
    out.push_back({row.sending, row.created});
  }
  DAYBOOK_TRY(walker->status());
  return out;
}

}  // namespace daybook::projections::sending_query
