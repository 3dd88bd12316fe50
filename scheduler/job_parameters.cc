#include "scheduler/job_parameters.h"

#include <string>
#include <variant>

namespace daybook::scheduler {

Result<std::string_view> JobParameters::of(JobId job) {
  DAYBOOK_ASSIGN(const events::Recorded* const recorded, reader_.at(job.key()));
  const auto* created = std::get_if<events::JobCreated>(&recorded->event);
  if (created == nullptr || created->job != job) {
    return fail(Code::kCorrupt, "NO_CREATION",
                "event " + std::to_string(job.key().value) + " does not create job " + job.text());
  }
  return created->parameters.text.empty() ? std::string_view("{}") : created->parameters.text;
}

Status JobParameters::keep(State& state, Seq through) {
  std::vector<JobId> jobs;
  state.each_job([&](const JobView& job) {
    if (job.job.key() <= through && job.kept_parameters == nullptr) {
      jobs.push_back(job.job);
    }
  });
  for (const JobId job : jobs) {
    DAYBOOK_ASSIGN(const std::string_view parameters, of(job));
    state.keep_parameters(job, parameters);
  }
  return {};
}

Status JobParameters::add_to(std::vector<Result<Reply>>& replies) {
  for (Result<Reply>& reply : replies) {
    auto* outcome = reply ? std::get_if<StartOutcome>(&reply->outcome) : nullptr;
    if (outcome != nullptr && outcome->started && outcome->started->parameters.empty()) {
      DAYBOOK_ASSIGN(outcome->started->parameters, of(outcome->started->job));
    }
  }
  return {};
}

}  // namespace daybook::scheduler
