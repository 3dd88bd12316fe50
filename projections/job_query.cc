#include "projections/job_query.h"

#include <algorithm>
#include <memory>

#include "base/limits/views.h"
#include "projections/job_entry.h"
#include "projections/job_keys.h"
#include "projections/job_plan.h"
#include "projections/position_walk.h"

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
    return (!f.definition || name == *f.definition) && plan.visible.covers(name);
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

// Walks positions that were gathered before.
class ListedWalker final : public Walker {
 public:
  explicit ListedWalker(std::vector<std::string> positions) : all_(std::move(positions)) {}

  void seek(std::string_view key) override { at_ = find(key); }
  void seek_before(std::string_view key) override {
    const std::size_t at = find(key);
    at_ = at == 0 ? all_.size() : at - 1;
  }
  void next() override { ++at_; }
  void previous() override { at_ = at_ == 0 ? all_.size() : at_ - 1; }
  bool valid() const override { return at_ < all_.size(); }
  std::string_view key() const override { return all_[at_]; }
  std::string_view value() const override { return {}; }
  Status status() const override { return {}; }

 private:
  std::size_t find(std::string_view key) const {
    return static_cast<std::size_t>(std::lower_bound(all_.begin(), all_.end(), key) - all_.begin());
  }

  const std::vector<std::string> all_;
  std::size_t at_ = 0;
};

// Walks the ranges of a plan together, in one order of positions.
class Merge {
 public:
  // Starts behind `from` (a position; empty: at the end of the ranges that the direction starts
  // from).
  Merge(const View& view, const JobPlan& plan, bool down, std::string_view from) : down_(down) {
    const PositionKind kind =
        plan.kind == CursorKind::kCreated ? PositionKind::kKey : PositionKind::kTimed;
    for (const auto& [prefix, in_pieces] : plan.ranges) {
      const std::string lower = prefix + plan.lower;
      const std::string upper = plan.upper.empty() ? key_after(prefix) : prefix + plan.upper;
      if (lower < upper) {
        begin({prefix.size(), in_pieces ? walk_positions(view, prefix, kind, lower, upper)
                                        : view.walk(lower, upper)},
              lower, upper, from.empty() ? "" : prefix + std::string(from));
      }
    }
    choose();
  }
  // Over positions in order.
  Merge(std::vector<std::string> positions, bool down, std::string_view from) : down_(down) {
    begin({0, std::make_unique<ListedWalker>(std::move(positions))}, "", "\xff", std::string(from));
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

  void begin(Source source, const std::string& lower, const std::string& upper,
             const std::string& start) {
    Walker& walker = *source.walker;
    if (down_) {
      walker.seek_before(start.empty() ? upper : start);
    } else {
      walker.seek(start.empty() ? lower : start);
      if (!start.empty() && walker.valid() && walker.key() == start) {
        walker.next();
      }
    }
    sources_.push_back(std::move(source));
  }
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

Result<JobRow> row_of(const View& view, Seq key) {
  std::string value;
  DAYBOOK_ASSIGN(const bool found, view.get(job_keys::row(key).view(), value));
  return found ? parse(key, value) : Result<JobRow>(fail(unreadable(key)));
}

Seq key_of(std::string_view position) {
  return Seq{Scan(position.substr(position.size() - 8)).u64()};
}

// Of what has no small bound.
std::size_t bytes_of(const JobRow& row) {
  std::size_t out = row.parameters.size() + row.result.size() + row.output.size();
  if (row.error) {
    out += row.error->message.size() + row.error->details.size();
  }
  return out;
}

// What a page has gathered: its rows, and the first and last position that was looked at.
struct Gathered {
  std::vector<JobRow> rows;
  std::string first;
  std::string last;
  bool gave_up = false;  // as many others were looked at as may
};

Result<Gathered> gather(const View& view, const JobPlan& plan, const JobFilter& filter,
                        Merge& merge, const PageBounds& bounds,
                        std::size_t rejected_max = kJobScanMax) {
  Gathered out;
  std::size_t rejected = 0;
  std::size_t bytes = 0;
  for (; merge.valid() && out.rows.size() < bounds.limit && bytes < bounds.bytes_max &&
         rejected < rejected_max;
       merge.step()) {
    const std::string_view position = merge.position();
    if (out.first.empty()) {
      out.first = position;
    }
    out.last = position;
    const Seq key = key_of(position);
    DAYBOOK_ASSIGN(JobRow row,
                   plan.rows_are_values ? parse(key, merge.value()) : row_of(view, key));
    if (!plan.filtering() || matches(plan, filter, row)) {
      bytes += bytes_of(row);
      out.rows.push_back(std::move(row));
    } else {
      ++rejected;
    }
  }
  DAYBOOK_TRY(merge.status());
  out.gave_up = rejected >= rejected_max;
  return out;
}

// Rows that are looked at in vain before the other index is asked: mostly a page is full by then.
constexpr std::size_t kJobScanFirst = 500;

// Whether the other order has an index for what is looked at in each row.
bool has_other_index(const JobPlan& plan) {
  return plan.kind == CursorKind::kRunAt ? plan.check_tag || plan.check_created
                                         : plan.kind == CursorKind::kCreated && plan.check_run;
}

// What no index answers in the order that is asked for, one may answer in the other: all positions
// that match, when the other index names at most kJobScanMax jobs.
Result<std::optional<std::vector<std::string>>> gather_few(const View& view,
                                                           const JobFilter& filter,
                                                           CursorKind kind) {
  const bool by_run = kind == CursorKind::kRunAt;
  JobFilter other = filter;
  other.order = by_run ? JobOrder::kOldestFirst : JobOrder::kRunAtFirst;
  DAYBOOK_ASSIGN(const JobPlan plan, make_plan(view, other));
  std::vector<Seq> keys;
  Merge merge(view, plan, false, "");
  for (; merge.valid(); merge.step()) {
    if (keys.size() == kJobScanMax) {
      return std::optional<std::vector<std::string>>();
    }
    keys.push_back(key_of(merge.position()));
  }
  DAYBOOK_TRY(merge.status());
  std::vector<std::string> out;
  for (const Seq key : keys) {
    DAYBOOK_ASSIGN(const JobRow row, row_of(view, key));
    if (matches(plan, other, row)) {
      Key position('x');
      out.emplace_back(
          (by_run ? position.time(row.run_at).seq(key) : position.seq(key)).view().substr(1));
    }
  }
  std::sort(out.begin(), out.end());
  return std::optional(std::move(out));
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
  DAYBOOK_ASSIGN(JobPlan plan, make_plan(view, filter));
  DAYBOOK_ASSIGN(const PageBounds bounds, read_page(plan.kind, request));
  Page<JobRow> page;
  page.as_of = view.as_of();
  page.total_count = plan.total;
  if (plan.nothing) {
    return page;
  }
  const bool back = !bounds.before.empty();
  const bool down = plan.descending != back;
  const std::string& from = back ? bounds.before : bounds.after;
  const bool other = has_other_index(plan);
  Merge merge(view, plan, down, from);
  DAYBOOK_ASSIGN(Gathered found,
                 gather(view, plan, filter, merge, bounds, other ? kJobScanFirst : kJobScanMax));
  if (found.gave_up && other) {
    DAYBOOK_ASSIGN(auto few, gather_few(view, filter, plan.kind));
    plan.rows_are_values = plan.rows_are_values && !few;
    Merge again = few ? Merge(std::move(*few), down, from) : Merge(view, plan, down, from);
    DAYBOOK_ASSIGN(found, gather(view, plan, filter, again, bounds));
  }
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
