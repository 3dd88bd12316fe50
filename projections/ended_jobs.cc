#include "projections/ended_jobs.h"

#include <string>

#include "base/limits/views.h"
#include "projections/job_entry.h"
#include "projections/job_keys.h"
#include "projections/position_walk.h"

namespace daybook::projections {
namespace {

class Look {
 public:
  Look(const View& view, Micros now, std::size_t limit, RetentionPlace& place,
       const RetentionOf& retention, Micros settled)
      : view_(view),
        now_(now),
        limit_(limit),
        place_(place),
        retention_(retention),
        settled_(settled) {}

  // From behind the definition where the last look stopped to the last one.
  Result<std::vector<Views::Ended>> run() {
    const auto walker = view_.walk("C", "D");
    walker->seek(job_keys::counts(place_.after + 1).view());
    for (; walker->valid() && !full(); walker->next()) {
      place_.after = Scan(walker->key().substr(1)).u32();
      DAYBOOK_TRY(definition(place_.after, std::string(Scan(walker->value()).text())));
      ++looked_at_;
    }
    DAYBOOK_TRY(walker->status());
    place_.more = walker->valid();
    place_.after = place_.more ? place_.after : job_keys::kAllDefinitions;
    return std::move(out_);
  }

 private:
  bool full() const { return out_.size() >= limit_ || looked_at_ >= kRetentionDefinitionsMax; }

  Status definition(std::uint32_t number, const std::string& name) {
    DAYBOOK_ASSIGN(const Duration keep, retention_(name));
    // Retention is over once finished_at + retention is reached: the bound itself is included.
    const Micros cutoff{now_.value - keep.value + 1};
    RetentionPlace::Reached& reached = place_.reached[number];
    if (reached.finished_at >= cutoff) {
      return {};
    }
    const Key prefix = job_keys::finished(number);
    const std::string upper(job_keys::finished(number).time(cutoff).view());
    const bool young = reached.finished_at >= settled_;  // others may end then, with any key
    const std::string from(job_keys::finished(number)
                               .time(reached.finished_at)
                               .u64(young ? 0 : reached.key + 1)
                               .view());
    const auto walker = walk_positions(view_, std::string(prefix.view()), PositionKind::kTimed,
                                       std::string(prefix.view()), upper);
    for (walker->seek(from); walker->valid() && out_.size() < limit_; walker->next()) {
      Scan scan(walker->key().substr(prefix.view().size()));
      reached.finished_at = scan.time();
      reached.key = scan.u64();
      DAYBOOK_ASSIGN(const JobId job, job_of(Seq{reached.key}));
      out_.push_back({job, name, reached.finished_at, reached.finished_at + keep});
    }
    return walker->status();
  }

  // The list has the keys alone; what else is in an id stands in the row.
  Result<JobId> job_of(Seq key) {
    DAYBOOK_ASSIGN(const bool found, view_.get(job_keys::row(key).view(), row_));
    JobEntry entry;
    if (!found || !entry.decode(key, row_)) {
      return fail(Code::kCorrupt, "VIEWS_STORE",
                  "the row of job number " + std::to_string(key.value) + " cannot be read");
    }
    return entry.job;
  }

  const View& view_;
  const Micros now_;
  const std::size_t limit_;
  RetentionPlace& place_;
  const RetentionOf& retention_;
  const Micros settled_;
  std::vector<Views::Ended> out_;
  std::string row_;
  std::size_t looked_at_ = 0;
};

}  // namespace

Result<std::vector<Views::Ended>> ended_jobs(const View& jobs, Micros now, std::size_t limit,
                                             RetentionPlace& place, const RetentionOf& retention,
                                             Micros settled) {
  return Look(jobs, now, limit, place, retention, settled).run();
}

}  // namespace daybook::projections
