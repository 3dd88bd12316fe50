#include "projections/job_plan.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "base/limits/views.h"
#include "projections/job_entry.h"
#include "projections/job_keys.h"

namespace daybook::projections {
namespace {

using job_keys::kAllDefinitions;

class Planner {
 public:
  Planner(const View& view, const JobFilter& filter) : view_(view), filter_(filter) {
    plan_.visible = Visible(filter.visible);
  }

  Result<JobPlan> plan() {
    choose_order();
    choose_statuses();
    DAYBOOK_TRY(find_definitions());
    if (!plan_.nothing) {
      DAYBOOK_TRY(count());
      if (plan_.kind != CursorKind::kCreated) {
        choose_time_index();
      } else if (filter_.parent) {
        choose_children();
      } else if (filter_.error_code) {
        choose_error_index();
      } else {
        choose_created_index();
      }
      DAYBOOK_TRY(set_bounds());
    }
    if (plan_.nothing && is_counted()) {
      plan_.total = 0;
    }
    return std::move(plan_);
  }

 private:
  void choose_order() {
    const JobOrder order = filter_.order;
    plan_.kind = order == JobOrder::kRunAtFirst || order == JobOrder::kRunAtLast
                     ? CursorKind::kRunAt
                 : order == JobOrder::kFinishedFirst || order == JobOrder::kFinishedLast
                     ? CursorKind::kFinished
                     : CursorKind::kCreated;
    plan_.descending = order == JobOrder::kNewestFirst || order == JobOrder::kRunAtLast ||
                       order == JobOrder::kFinishedLast;
  }

  // Only failed jobs have failed with an error, only ended ones have finished.
  void choose_statuses() {
    const bool ended =
        plan_.kind == CursorKind::kFinished || filter_.finished_after || filter_.finished_before;
    for (const JobStatus status : job_keys::kStatuses) {
      if (filter_.status.hold(status) && (!ended || is_ended(status)) &&
          (!filter_.error_code || status == JobStatus::kFailed)) {
        statuses_.push_back(status);
      }
    }
    plan_.nothing = statuses_.empty();
  }

  // Whether counters tell how many jobs the filter leaves.
  bool is_counted() const {
    return !filter_.created_after && !filter_.created_before && !filter_.run_after &&
           !filter_.run_before && !filter_.finished_after && !filter_.finished_before &&
           !filter_.error_code && !filter_.parent;
  }

  // Numbers of the definitions that the filter leaves; restricted_ is false when it leaves all.
  Status find_definitions() {
    restricted_ = filter_.definition || !plan_.visible.all();
    if (filter_.definition) {
      DAYBOOK_TRY(find_definition(*filter_.definition));
    } else if (restricted_) {
      const auto names = plan_.visible.walk(view_, 'N');
      for (names->seek("N"); names->valid(); names->next()) {
        definitions_.push_back(static_cast<std::uint32_t>(Scan(names->value()).varint()));
      }
      DAYBOOK_TRY(names->status());
      std::sort(definitions_.begin(), definitions_.end());
    }
    plan_.nothing = plan_.nothing || (restricted_ && definitions_.empty());
    return {};
  }

  Status find_definition(const std::string& name) {
    if (!plan_.visible.covers(name)) {
      return {};
    }
    DAYBOOK_ASSIGN(const auto number, stored_number(view_, name));
    if (number) {
      definitions_.push_back(*number);
    }
    return {};
  }

  // Lists that no job is in need no range: most definitions have jobs in a few statuses only.
  Status count() {
    std::uint64_t total = 0;
    const std::vector<std::uint32_t> all{kAllDefinitions};
    DAYBOOK_TRY(each_stored_counts(view_, filter_.tag, restricted_ ? definitions_ : all,
                                   [&](std::uint32_t number, const StatusCounts& counts) {
                                     for (const JobStatus status : statuses_) {
                                       add_count(number, status, counts, total);
                                     }
                                   }));
    if (is_counted()) {
      plan_.total = total;
    }
    plan_.nothing = total == 0;
    return {};
  }

  void add_count(std::uint32_t number, JobStatus status, const StatusCounts& counts,
                 std::uint64_t& total) {
    const std::uint64_t count = counts[job_keys::number(status)];
    total += count;
    if (count > 0 && lists_.size() <= kJobMergeMax) {
      lists_.emplace_back(number, status);
    }
  }

  // Whether one range for each definition and status is few enough to be merged.
  bool by_definition() const { return restricted_ && lists_.size() <= kJobMergeMax; }

  void add(const Key& prefix) { plan_.ranges.push_back({std::string(prefix.view())}); }

  // In the order of run_at or finished_at.
  void choose_time_index() {
    const bool by_run = plan_.kind == CursorKind::kRunAt;
    plan_.check_tag = filter_.tag.has_value();
    plan_.check_error = filter_.error_code.has_value();
    plan_.check_parent = filter_.parent.has_value();
    plan_.check_definition = restricted_ && !by_definition();
    if (by_definition()) {
      for (const auto& [number, status] : lists_) {
        add(by_run ? job_keys::by_definition_run(number, status)
                   : job_keys::by_definition_finished(number, status));
      }
      return;
    }
    for (const JobStatus status : statuses_) {
      add(by_run ? job_keys::by_run(status) : job_keys::by_finished(status));
    }
  }

  void choose_children() {
    plan_.check_parent = true;  // a key may belong to another job than the id names
    plan_.check_definition = restricted_;
    plan_.check_status = statuses_.size() < job_keys::kStatuses.size();
    plan_.check_tag = filter_.tag.has_value();
    plan_.check_error = filter_.error_code.has_value();
    plan_.ranges.push_back({std::string(job_keys::by_parent(*filter_.parent).view()), false});
  }

  void choose_error_index() {
    plan_.check_error = true;
    plan_.check_tag = filter_.tag.has_value();
    plan_.check_definition = restricted_ && !by_definition();
    if (!by_definition()) {
      add(job_keys::by_error(*filter_.error_code, kAllDefinitions));
      return;
    }
    for (const auto& list : lists_) {  // of failed jobs, as only these are left
      add(job_keys::by_error(*filter_.error_code, list.first));
    }
  }

  void choose_created_index() {
    plan_.check_definition = restricted_ && !by_definition();
    if (!filter_.tag && statuses_.size() == job_keys::kStatuses.size() && !by_definition()) {
      plan_.rows_are_values = true;
      plan_.ranges.push_back({"J", false});
      return;
    }
    if (by_definition()) {
      for (const auto& [number, status] : lists_) {
        add(filter_.tag ? job_keys::by_tag_definition(*filter_.tag, number, status)
                        : job_keys::by_definition(number, status));
      }
      return;
    }
    for (const JobStatus status : statuses_) {
      add(filter_.tag ? job_keys::by_tag(*filter_.tag, status) : job_keys::by_status(status));
    }
  }

  Status set_bounds() {
    const bool created = filter_.created_after || filter_.created_before;
    const bool run = filter_.run_after || filter_.run_before;
    const bool finished = filter_.finished_after || filter_.finished_before;
    plan_.check_created = plan_.kind != CursorKind::kCreated && created;
    plan_.check_run = plan_.kind != CursorKind::kRunAt && run;
    plan_.check_finished = plan_.kind != CursorKind::kFinished && finished;
    const auto& [from, to] = plan_.kind == CursorKind::kRunAt
                                 ? std::tie(filter_.run_after, filter_.run_before)
                             : plan_.kind == CursorKind::kFinished
                                 ? std::tie(filter_.finished_after, filter_.finished_before)
                                 : std::tie(filter_.created_after, filter_.created_before);
    if (from) {
      DAYBOOK_ASSIGN(plan_.lower, position(*from));
    }
    if (to) {
      DAYBOOK_ASSIGN(plan_.upper, position(*to));
    }
    return {};
  }

  // The first position that is not before `time`.
  Result<std::string> position(Micros time) {
    if (plan_.kind != CursorKind::kCreated) {
      return std::string(Key('x').time(time).view().substr(1));
    }
    DAYBOOK_ASSIGN(const std::uint64_t key, first_created(time));
    return std::string(Key('x').u64(key).view().substr(1));
  }

  // Keys rise with the time of creation, so the first job that was created at `time` or later is
  // found by halving.
  Result<std::uint64_t> first_created(Micros time) {
    const auto walker = view_.walk("J", "K");
    walker->seek_before("K");
    std::uint64_t low = 0;
    std::uint64_t high = walker->valid() ? Scan(walker->key().substr(1)).u64() + 1 : 0;
    while (low < high) {
      const std::uint64_t middle = low + (high - low) / 2;
      walker->seek(Key('J').u64(middle).view());
      if (!walker->valid()) {
        high = middle;
        continue;
      }
      Scan row(walker->value());
      row.skip(10);  // id and two flags stand before it (job_entry.h)
      if (row.zigzag() >= time.value) {
        high = middle;
      } else {
        low = Scan(walker->key().substr(1)).u64() + 1;
      }
    }
    DAYBOOK_TRY(walker->status());
    return low;
  }

  const View& view_;
  const JobFilter& filter_;
  JobPlan plan_;
  bool restricted_ = false;
  std::vector<std::uint32_t> definitions_;  // in order
  std::vector<JobStatus> statuses_;         // that a job which is left may have
  // Of the definitions, those with jobs in them; one more than can be merged, when there are more.
  std::vector<std::pair<std::uint32_t, JobStatus>> lists_;
};

}  // namespace

Result<JobPlan> make_plan(const View& view, const JobFilter& filter) {
  return Planner(view, filter).plan();
}

}  // namespace daybook::projections
