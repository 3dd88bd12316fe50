// RemoveJobs: by request (one job, exact answer) or by a retention sweep (whatever has ended).
#include "scheduler/decide_parts.h"

namespace daybook::scheduler {

Status decide(const Context& context, const RemoveJobs& command, Decision& out) {
  // A wall clock that is not believed must not end anybody's retention early.
  if (command.cutoff && *command.cutoff > context.now) {
    return fail(Code::kConflict, "CUTOFF_AHEAD", "the sweep's cutoff is later than logical time");
  }
  const bool sweep = command.cutoff.has_value();
  const auto reason = sweep ? events::RemovalReason::kRetention : events::RemovalReason::kDeleted;
  // By key, as the state knows ended jobs: a second id of the same key must not remove it again.
  std::set<Seq> seen;
  for (const RemoveJobs::Item& item : command.jobs) {
    if (!seen.insert(item.job.key()).second) {
      continue;
    }
    if (context.state.is_ended(item.job)) {
      DAYBOOK_TRY(check_may_write(context, item.job, item.definition));
      out.events.emplace_back(events::JobRemoved{item.job, item.definition, reason});
    } else if (!sweep) {
      const auto live = context.state.find_job(item.job);
      if (live) {
        DAYBOOK_TRY(check_may_write(context, item.job, live->definition->id));
      }
      return live ? fail(Code::kConflict, "JOB_NOT_ENDED", "the job has not ended")
                  : fail(Code::kNotFound, "NOT_FOUND", "there is no job " + item.job.text());
    }
  }
  const std::uint64_t removed = out.events.size();
  if (sweep && removed > 0) {
    out.events.emplace_back(events::RetentionApplied{*command.cutoff, removed});
  }
  out.outcome = RemoveOutcome{removed};
  return {};
}

}  // namespace daybook::scheduler
