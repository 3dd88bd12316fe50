#include "projections/job_plan.h"

#include <algorithm>

#include "base/limits/views.h"
#include "projections/job_entry.h"
#include "projections/job_keys.h"

namespace daybook::projections {
namespace {

using job_keys::kAllDefinitions;

class Planner {
 public:
  Planner(const View& view, const JobFilter& filter) : view_(view), filter_(filter) {}

  Result<JobPlan> plan() {
    const bool by_run =
        filter_.order == JobOrder::kRunAtFirst || filter_.order == JobOrder::kRunAtLast;
    plan_.kind = by_run ? CursorKind::kRunAt : CursorKind::kCreated;
    plan_.descending =
        filter_.order == JobOrder::kNewestFirst || filter_.order == JobOrder::kRunAtLast;
    DAYBOOK_TRY(find_definitions());
    if (!plan_.nothing) {
      DAYBOOK_TRY(count());
      by_run ? choose_run_index() : choose_created_index();
      DAYBOOK_TRY(set_bounds(by_run));
    }
    if (plan_.nothing && !has_ranges()) {
      plan_.total = 0;
    }
    return std::move(plan_);
  }

 private:
  bool has_ranges() const {
    return filter_.created_after || filter_.created_before || filter_.run_after ||
           filter_.run_before;
  }

  // Numbers of the definitions that the filter leaves; restricted_ is false when it leaves all.
  Status find_definitions() {
    std::vector<std::string> names;
    if (filter_.definition) {
      const auto& visible = filter_.visible;
      plan_.nothing = visible && std::find(visible->begin(), visible->end(), *filter_.definition) ==
                                     visible->end();
      names.push_back(*filter_.definition);
    } else if (filter_.visible) {
      names = *filter_.visible;
    }
    restricted_ = filter_.definition || filter_.visible;
    for (const std::string& name : names) {
      DAYBOOK_ASSIGN(const auto number, stored_number(view_, name));
      if (number) {
        definitions_.push_back(*number);
      }
    }
    std::sort(definitions_.begin(), definitions_.end());
    definitions_.erase(std::unique(definitions_.begin(), definitions_.end()), definitions_.end());
    plan_.nothing = plan_.nothing || (restricted_ && definitions_.empty());
    return {};
  }

  Status count() {
    if (has_ranges()) {
      return {};
    }
    std::uint64_t total = 0;
    const std::vector<std::uint32_t> all{kAllDefinitions};
    for (const std::uint32_t number : restricted_ ? definitions_ : all) {
      StatusCounts counts{};
      if (filter_.tag) {
        DAYBOOK_ASSIGN(counts, stored_tag_counts(view_, *filter_.tag, number));
      } else {
        DAYBOOK_ASSIGN(counts, stored_counts(view_, number));
      }
      for (const JobStatus status : statuses()) {
        total += counts[job_keys::number(status)];
      }
    }
    plan_.total = total;
    return {};
  }

  std::vector<JobStatus> statuses() const {
    return filter_.status
               ? std::vector{*filter_.status}
               : std::vector<JobStatus>(job_keys::kStatuses.begin(), job_keys::kStatuses.end());
  }

  // Whether one range for each definition and status is few enough to be merged.
  bool by_definition() const {
    return restricted_ && definitions_.size() * statuses().size() <= kJobMergeMax;
  }

  void add(const Key& prefix, JobStatus status) {
    plan_.ranges.push_back({std::string(prefix.view()), !is_ended(status)});
  }

  void choose_run_index() {
    plan_.check_tag = filter_.tag.has_value();
    plan_.check_definition = restricted_ && !by_definition();
    for (const JobStatus status : statuses()) {
      if (!by_definition()) {
        add(job_keys::by_run(status), status);
        continue;
      }
      for (const std::uint32_t number : definitions_) {
        add(job_keys::by_definition_run(number, status), status);
      }
    }
  }

  void choose_created_index() {
    plan_.check_definition = restricted_ && !by_definition();
    if (!filter_.tag && !filter_.status && !by_definition()) {
      plan_.rows_are_values = true;
      plan_.ranges.push_back({"J"});
      return;
    }
    for (const JobStatus status : statuses()) {
      if (!by_definition()) {
        add(filter_.tag ? job_keys::by_tag(*filter_.tag, status) : job_keys::by_status(status),
            status);
        continue;
      }
      for (const std::uint32_t number : definitions_) {
        add(filter_.tag ? job_keys::by_tag_definition(*filter_.tag, number, status)
                        : job_keys::by_definition(number, status),
            status);
      }
    }
  }

  Status set_bounds(bool by_run) {
    plan_.check_created = by_run && (filter_.created_after || filter_.created_before);
    plan_.check_run = !by_run && (filter_.run_after || filter_.run_before);
    const auto& from = by_run ? filter_.run_after : filter_.created_after;
    const auto& to = by_run ? filter_.run_before : filter_.created_before;
    if (from) {
      DAYBOOK_ASSIGN(plan_.lower, position(by_run, *from));
    }
    if (to) {
      DAYBOOK_ASSIGN(plan_.upper, position(by_run, *to));
    }
    return {};
  }

  // The first position that is not before `time`.
  Result<std::string> position(bool by_run, Micros time) {
    if (by_run) {
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
  std::vector<std::uint32_t> definitions_;
};

}  // namespace

Result<JobPlan> make_plan(const View& view, const JobFilter& filter) {
  return Planner(view, filter).plan();
}

}  // namespace daybook::projections
