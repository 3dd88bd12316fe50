// CancelJob, RequestCancel.
#include "scheduler/decide_parts.h"

namespace daybook::scheduler {
namespace {

Result<JobView> live_job(const Context& context, JobId job) {
  const auto found = context.state.find_job(job);
  if (found) {
    DAYBOOK_TRY(check_may_write(context, job, found->definition->id));
    return *found;
  }
  if (context.state.is_ended(job)) {
    return fail(Code::kConflict, "JOB_ENDED", "the job has ended");
  }
  return fail(Code::kNotFound, "NOT_FOUND", "there is no job " + job.text());
}

void cancel_pending(const JobView& job, Decision& out) {
  out.events.emplace_back(events::JobCancelled{job.job, job.definition->id, end_of(job, 0, {})});
  out.outcome = CancelOutcome{true};
}

}  // namespace

Status decide(const Context& context, const CancelJob& command, Decision& out) {
  DAYBOOK_ASSIGN(const JobView job, live_job(context, command.job));
  if (job.running) {
    return fail(Code::kConflict, "JOB_RUNNING",
                "the job is running; POST …/cancel asks it to stop");
  }
  cancel_pending(job, out);
  return {};
}

Status decide(const Context& context, const RequestCancel& command, Decision& out) {
  DAYBOOK_ASSIGN(const JobView job, live_job(context, command.job));
  if (!job.running) {
    cancel_pending(job, out);
    return {};
  }
  out.outcome = CancelOutcome{false};
  if (!job.cancel_requested) {
    out.cause = job.started;
    out.events.emplace_back(events::JobCancelRequested{job.job, job.attempt, job.definition->id});
  }
  if (command.force) {
    out.cause = job.started;
    out.events.emplace_back(events::JobCancelled{job.job, job.definition->id, end_of(job, 0, {})});
    out.outcome = CancelOutcome{true};
  }
  return {};
}

}  // namespace daybook::scheduler
