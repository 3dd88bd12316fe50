// CreateJobs, RetryJob.
#include <set>

#include "base/limits/definitions.h"
#include "base/limits/resources.h"
#include "scheduler/decide_parts.h"
#include "scheduler/state_parts.h"

namespace daybook::scheduler {
namespace {

Status check_unique(const Context& context, const JobSource& source, std::set<std::string>& taken,
                    const std::string& field) {
  const NewJob& job = source.job;
  const auto holder = context.state.find_unique(job.definition, job.unique_key);
  // A parent that ends in this same batch gives its key free: a job may schedule its own next run.
  const bool given_free = holder && source.parent_ends && *holder == source.parent;
  if (holder && !given_free) {
    return fail(Code::kConflict, "UNIQUE_KEY_TAKEN",
                "job " + holder->text() + " of this definition holds the key and has not ended",
                field);
  }
  if (!taken.insert(unique_name(job.definition, job.unique_key)).second) {
    return fail(Code::kConflict, "UNIQUE_KEY_TAKEN", "another job of this batch holds the key",
                field);
  }
  return {};
}

}  // namespace

JobSource asked_for(const Context& context, const NewJob& job, JobId parent) {
  JobSource out{job, job.run_at.value_or(context.now), parent, {}, 0};
  out.owner = owner_of_actor(context);
  // "Now" is a time of the log, which the wall clock may show only later.
  out.delayed = !job.run_at && context.state.offsets().ahead.value > 0;
  return out;
}

Result<JobId> create_job(const Context& context, const JobSource& source,
                         std::set<std::string>& taken, const std::string& prefix, Decision& out) {
  const NewJob& job = source.job;
  if (Status may = check_owner(source.owner, access::Noun::kJobs, job.definition); !may) {
    Error error = std::move(may).error();
    error.field = prefix + "jobDefinitionId";
    return fail(std::move(error));
  }
  const Definition* definition = context.state.find_definition(job.definition);
  if (definition == nullptr || definition->deleted) {
    return fail(Code::kInvalid, "DEFINITION_NOT_FOUND",
                "there is no job definition " + job.definition, prefix + "jobDefinitionId");
  }
  // The edge looks at sizes too; here they guard the bound of an event, which must not be passed.
  if (job.parameters.size() > kParametersBytesMax) {
    return fail(Code::kTooLarge, "TOO_LARGE", "the parameters are over their limit",
                prefix + "parameters");
  }
  DAYBOOK_TRY(check_parameters(context, definition->settings, job.parameters, prefix));
  // A time that was given is read on the wall clock, a delay is one of the log.
  const Micros now = source.delayed ? context.now : context.state.offsets().wall(context.now);
  if (source.run_at.value > now.value + kRunAtAheadMaxUs) {
    return fail(Code::kInvalid, "RUN_AT_TOO_FAR", "a job is scheduled at most ten years ahead",
                prefix + "runAt");
  }
  if (!job.unique_key.empty()) {
    DAYBOOK_TRY(check_unique(context, source, taken, prefix + "uniqueKey"));
  }
  if (!context.state.parts().owners.has_room(source.owner.name)) {
    return fail(Code::kExhausted, "TOO_MANY_OWNERS",
                "jobs of as many tokens wait as may; others have to end first");
  }
  const Seq seq{context.next_seq.value + out.events.size()};
  auto& event = std::get<events::JobCreated>(out.events.emplace_back(events::JobCreated{}));
  event.job = JobId::make(context.now, 0, seq);
  event.definition = job.definition;
  event.parameters = {job.parameters.empty() ? std::string_view("{}") : job.parameters};
  event.run_at = source.run_at;
  event.delayed = source.delayed;
  event.priority = job.priority.value_or(definition->settings.priority);
  event.tags.assign(job.tags.begin(), job.tags.end());
  event.unique_key = job.unique_key;
  event.parent = source.parent;
  event.effect_of = source.effect_of;
  event.effect_index = source.effect_index;
  event.rule_depth = source.rule_depth;
  if (source.effect_of.value != 0 && !source.owner.name.empty()) {
    // The state may forget the name with the job that ends in this batch.
    event.owner = out.keep(std::string(source.owner.name));
  }
  return event.job;
}

Status decide(const Context& context, const CreateJobs& command, Decision& out) {
  DAYBOOK_TRY(check_open(context));
  Created created;
  created.jobs.reserve(command.jobs.size());
  std::set<std::string> taken;
  for (std::size_t i = 0; i < command.jobs.size(); ++i) {
    const NewJob& job = command.jobs[i];
    // Jobs of a list that are at fault are named by their place: "[3].jobDefinitionId".
    const bool listed = command.listed || command.jobs.size() > 1;
    const std::string prefix = listed ? "[" + std::to_string(i) + "]." : "";
    const JobSource source = asked_for(context, job, job.parent);
    DAYBOOK_ASSIGN(const JobId id, create_job(context, source, taken, prefix, out));
    created.jobs.push_back(id);
  }
  out.outcome = std::move(created);
  return {};
}

Status decide(const Context& context, const RetryJob& command, Decision& out) {
  DAYBOOK_TRY(check_open(context));
  if (context.state.find_job(command.ended)) {
    return fail(Code::kConflict, "JOB_NOT_ENDED",
                "only a job that has ended can be scheduled again");
  }
  // Ended jobs are known by their number; the list knows whole ids, and made no copy of another.
  if (!context.state.is_ended(command.ended) || command.copy.definition.empty()) {
    return fail(Code::kNotFound, "NOT_FOUND", "there is no job " + command.ended.text());
  }
  DAYBOOK_TRY(check_may_write(context, command.ended, command.copy.definition));
  if (context.state.find_job(command.retried)) {
    return fail(Code::kConflict, "ALREADY_RETRIED",
                "the job is scheduled again already, as job " + command.retried.text());
  }
  std::set<std::string> taken;
  const JobSource source = asked_for(context, command.copy, command.ended);
  DAYBOOK_ASSIGN(const JobId id, create_job(context, source, taken, "", out));
  out.outcome = Created{{id}};
  return {};
}

}  // namespace daybook::scheduler
