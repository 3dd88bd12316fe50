#include "projections/job_query.h"

#include <algorithm>
#include <memory>

#include "base/limits/views.h"
#include "projections/job_entry.h"
#include "projections/job_keys.h"
#include "projections/job_plan.h"
#include "projections/position_sets.h"

namespace daybook::projections::job_query {
namespace {

Error unreadable(Seq key) {
  return make_error(Code::kCorrupt, "VIEWS_STORE",
                    "the row of job number " + std::to_string(key.value) + " cannot be read");
}

Result<JobRow> parse(Seq key, std::string_view value) {
  JobEntry entry;
  JobRow row;
  if (!entry.decode(key, value) || !entry.to_row(row)) {
    return fail(unreadable(key));
  }
  return row;
}

bool within(Micros time, const std::optional<Micros>& from, const std::optional<Micros>& to) {
  return (!from || time >= *from) && (!to || time < *to);
}

bool matches(const JobPlan& plan, const JobFilter& f, const JobRow& row) {
  const auto visible = [&](const std::string& name) {
    return (!f.definition || name == *f.definition) &&
           (!f.visible ||
            std::find(f.visible->begin(), f.visible->end(), name) != f.visible->end());
  };
  return (!plan.check_definition || visible(row.definition)) &&
         (!plan.check_tag ||
          std::find(row.tags.begin(), row.tags.end(), *f.tag) != row.tags.end()) &&
         (!plan.check_created || within(row.created_at, f.created_after, f.created_before)) &&
         (!plan.check_run || within(row.run_at, f.run_after, f.run_before)) &&
         (!plan.check_finished ||
          (is_ended(row.status) && within(row.finished_at, f.finished_after, f.finished_before))) &&
         (!plan.check_status || f.status.hold(row.status)) &&
         (!plan.check_error ||
          (row.status == JobStatus::kFailed && row.error && row.error->code == *f.error_code)) &&
         (!plan.check_parent || row.parent == *f.parent);
}

// Walks the ranges of a plan together, in one order of positions.
class Merge {
 public:
  // Starts behind `from` (a position; empty: at the end of the ranges that the direction starts
  // from).
  Merge(const View& view, const JobPlan& plan, bool down, std::string_view from) : down_(down) {
    for (const auto& [prefix, in_pieces] : plan.ranges) {
      const std::string lower = prefix + plan.lower;
      const std::string upper = plan.upper.empty() ? key_after(prefix) : prefix + plan.upper;
      if (lower >= upper) {
        continue;
      }
      const PositionKind kind =
          plan.kind == CursorKind::kRunAt ? PositionKind::kTimed : PositionKind::kKey;
      Source source{prefix.size(), in_pieces ? walk_positions(view, prefix, kind, lower, upper)
                                             : view.walk(lower, upper)};
      const std::string start = prefix + std::string(from);
      if (down) {
        source.walker->seek_before(from.empty() ? upper : start);
      } else {
        source.walker->seek(from.empty() ? lower : start);
        if (!from.empty() && source.walker->valid() && source.walker->key() == start) {
          source.walker->next();
        }
      }
      sources_.push_back(std::move(source));
    }
    choose();
  }

  bool valid() const { return best_ != nullptr; }
  std::string_view position() const { return best_->position(); }
  std::string_view value() const { return best_->walker->value(); }
  void step() {
    down_ ? best_->walker->previous() : best_->walker->next();
    choose();
  }
  Status status() const {
    for (const Source& source : sources_) {
      DAYBOOK_TRY(source.walker->status());
    }
    return {};
  }

 private:
  struct Source {
    std::size_t prefix_bytes;
    std::unique_ptr<Walker> walker;
    std::string_view position() const { return walker->key().substr(prefix_bytes); }
  };

  void choose() {
    best_ = nullptr;
    for (Source& source : sources_) {
      if (!source.walker->valid()) {
        continue;
      }
      if (best_ == nullptr ||
          (down_ ? source.position() > best_->position() : source.position() < best_->position())) {
        best_ = &source;
      }
    }
  }

  bool down_;
  std::vector<Source> sources_;
  Source* best_ = nullptr;
};

// What a page has gathered: its rows, and the first and last position that was looked at.
struct Gathered {
  std::vector<JobRow> rows;
  std::string first;
  std::string last;
};

Result<Gathered> gather(const View& view, const JobPlan& plan, const JobFilter& filter,
                        Merge& merge, const PageBounds& bounds) {
  Gathered out;
  std::string value;
  std::size_t rejected = 0;
  std::size_t bytes = 0;
  for (; merge.valid() && out.rows.size() < bounds.limit && bytes < bounds.bytes_max &&
         rejected < kJobScanMax;
       merge.step()) {
    const std::string_view position = merge.position();
    if (out.first.empty()) {
      out.first = position;
    }
    out.last = position;
    const Seq key{Scan(position.substr(position.size() - 8)).u64()};
    if (!plan.rows_are_values) {
      DAYBOOK_ASSIGN(const bool found, view.get(job_keys::row(key).view(), value));
      if (!found) {
        return fail(unreadable(key));
      }
    }
    DAYBOOK_ASSIGN(JobRow row, parse(key, plan.rows_are_values ? merge.value() : value));
    if (!plan.filtering() || matches(plan, filter, row)) {
      bytes += row.parameters.size() + row.result.size();
      out.rows.push_back(std::move(row));
    } else {
      ++rejected;
    }
  }
  DAYBOOK_TRY(merge.status());
  return out;
}

}  // namespace

Result<std::optional<JobRow>> find(const View& view, JobId job) {
  std::string value;
  DAYBOOK_ASSIGN(const bool found, view.get(job_keys::row(job.key()).view(), value));
  if (!found) {
    return std::optional<JobRow>();
  }
  DAYBOOK_ASSIGN(JobRow row, parse(job.key(), value));
  return row.job == job ? std::optional(std::move(row)) : std::nullopt;
}

Result<Page<JobRow>> list(const View& view, const JobFilter& filter, const PageRequest& request) {
  DAYBOOK_ASSIGN(const JobPlan plan, make_plan(view, filter));
  DAYBOOK_ASSIGN(const PageBounds bounds, read_page(plan.kind, request));
  Page<JobRow> page;
  page.as_of = view.as_of();
  page.total_count = plan.total;
  if (plan.nothing) {
    return page;
  }
  const bool back = !bounds.before.empty();
  Merge merge(view, plan, plan.descending != back, back ? bounds.before : bounds.after);
  DAYBOOK_ASSIGN(Gathered found, gather(view, plan, filter, merge, bounds));
  if (back) {
    std::reverse(found.rows.begin(), found.rows.end());
    std::swap(found.first, found.last);
  }
  page.rows = std::move(found.rows);
  if (!found.first.empty()) {
    page.first_cursor = make_cursor(plan.kind, found.first);
    page.last_cursor = make_cursor(plan.kind, found.last);
  }
  return page;
}

Result<JobCounts> counts(const View& view, std::string_view definition) {
  std::optional<std::uint32_t> number = job_keys::kAllDefinitions;
  if (!definition.empty()) {
    DAYBOOK_ASSIGN(number, stored_number(view, definition));
  }
  if (!number) {
    return JobCounts{};
  }
  DAYBOOK_ASSIGN(const StatusCounts counts, stored_counts(view, *number));
  return to_job_counts(counts);
}

}  // namespace daybook::projections::job_query
