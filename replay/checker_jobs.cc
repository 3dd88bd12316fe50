// Job life as the events tell it: created, started, ended, removed; definitions and what they
// promise.
#include "replay/checker_jobs.h"

#include <variant>

#include "replay/skipped.h"

namespace daybook::replay {
namespace {

std::string name(JobId job) {
  return "job " + job.text();
}

std::string name(Attempt attempt) {
  return "attempt " + std::to_string(attempt.value);
}

std::string unique_name(events::Text definition, events::Text key) {
  return std::string(definition) + '\n' + std::string(key);
}

}  // namespace

void JobRules::apply(const events::Recorded& recorded) {
  meta_ = recorded.meta;
  if (meta_.batch_index == 0) {
    batch_first_ = meta_.seq;
  }
  std::visit([&](const auto& event) { on(event); }, recorded.event);
  if (meta_.batch_index + 1 == meta_.batch_count) {
    end_batch();
  }
}

void JobRules::end_batch() {
  close_effects();
  if (expired_.value != 0) {
    broken(Rule::kLease, "an attempt was given up and its batch does not say what became of it");
  }
  expired_ = lost_ = Seq{};
  batch_removed_ = 0;
}

JobTally JobRules::finish() {
  tally_.running = open_;
  tally_.pending = jobs_.size() - open_;
  const std::uint64_t ended = tally_.completed + tally_.failed + tally_.cancelled;
  if (tally_.created != jobs_.size() + ended) {
    broken(Rule::kCounts, std::to_string(tally_.created) + " created, " +
                              std::to_string(jobs_.size()) + " alive, " + std::to_string(ended) +
                              " ended");
  }
  return tally_;
}

JobRules::Past JobRules::past(JobId id) const {
  return id.key().value < past_.size() ? past_[id.key().value] : Past{};
}

JobRules::Past& JobRules::past_of(JobId id) {
  if (past_.size() <= id.key().value) {
    past_.resize(id.key().value + 1);
  }
  return past_[id.key().value];
}

JobRules::Job* JobRules::live(JobId id, events::Text definition) {
  const auto found = jobs_.find(id.key().value);
  if (found == jobs_.end() || found->second.id != id) {
    const bool ended = past(id).ended;
    broken(ended ? Rule::kEnded : Rule::kCreated,
           name(id) + (ended ? " has ended already" : " was not created"));
    return nullptr;
  }
  if (definition != found->second.definition) {
    broken(Rule::kDefinition, name(id) + " belongs to " + found->second.definition + ", not to " +
                                  std::string(definition));
  }
  return &found->second;
}

JobRules::Job* JobRules::ending(JobId id, events::Text definition, const events::AttemptEnd& end) {
  Job* job = live(id, definition);
  if (job == nullptr) {
    return nullptr;
  }
  const bool fits =
      end.started == job->started && end.started_at == job->started_at &&
      (job->started.value == 0 ? end.attempt.value == 0 : end.attempt == job->attempt);
  if (!fits) {
    broken(Rule::kToken, name(id) + ": the end names " + name(end.attempt) + " started by " +
                             std::to_string(end.started.value) + ", open is " +
                             (job->started.value == 0 ? "none" : name(job->attempt)) +
                             " started by " + std::to_string(job->started.value));
    return nullptr;
  }
  if (expired_ == job->started) {
    expired_ = Seq{};
  }
  note_depth(job->rule_depth);
  return job;
}

void JobRules::close_attempt(Job& job) {
  if (job.started.value == 0) {
    return;
  }
  Definition& definition = definitions_[job.definition];
  --definition.running;
  ++definition.pending;
  --open_;
  job.started = Seq{};
  job.started_at = job.lease_until = job.timeout_at = Micros{};
}

void JobRules::end_job(Job& job, bool cancelled) {
  close_attempt(job);
  const auto definition = definitions_.find(job.definition);
  --definition->second.pending;
  if (!job.unique_key.empty()) {
    unique_.erase(unique_name(job.definition, job.unique_key));
  }
  // A deleted definition goes with its last job; one of the same name is then another, with a
  // window of its own.
  if (!definition->second.exists && definition->second.pending + definition->second.running == 0) {
    definitions_.erase(definition);
  }
  past_of(job.id) = {true, cancelled, false};
  jobs_.erase(job.id.key().value);
}

void JobRules::on(const events::ServerStarted& e) {
  server_started_ = meta_.seq;
  extend_leases(e.away);
}

void JobRules::on(const events::ComponentPut& e) {
  components_.insert_or_assign(std::string(e.component), e.spec_hash);
}

void JobRules::on(const events::ComponentDeleted& e) {
  const auto found = components_.find(e.component);
  if (found == components_.end()) {
    broken(Rule::kComponent, "a component that was not there was deleted");
    return;
  }
  components_.erase(found);
}

void JobRules::on(const events::ContractDerived& e) {
  if (!components_.contains(e.component)) {
    broken(Rule::kComponent, "a contract was derived of a component that was not there");
  }
}

void JobRules::on(const events::DefinitionPut& e) {
  Definition& definition = definitions_[std::string(e.definition)];
  definition.retry = e.retry;
  definition.component = e.component;
  definition.lease = e.lease;
  definition.concurrency = e.concurrency;
  definition.rate_count = e.rate_count;
  definition.rate_per = e.rate_per;
  definition.paused = e.paused;
  definition.exists = true;
}

void JobRules::on(const events::DefinitionDeleted& e) {
  const auto found = definitions_.find(e.definition);
  if (found == definitions_.end() || !found->second.exists) {
    broken(Rule::kDefinition, "a definition that was not there was deleted");
    return;
  }
  Definition& definition = found->second;
  if (definition.pending != e.pending_jobs) {
    broken(Rule::kCounts, std::to_string(definition.pending) +
                              " jobs were pending, the event says " +
                              std::to_string(e.pending_jobs));
  }
  definition.exists = false;
  if (definition.pending + definition.running == 0) {
    definitions_.erase(found);
  }
}

void JobRules::on(const events::JobCreated& e) {
  if (e.job.key() != meta_.seq || past(e.job).ended || jobs_.contains(meta_.seq.value)) {
    broken(Rule::kCreated, name(e.job) + " does not carry the number of its own event");
    return;
  }
  check_depth(e);
  expect_effect(e.effect_of, e.effect_index, e.parent);
  const auto definition = definitions_.find(e.definition);
  if (definition == definitions_.end() || !definition->second.exists) {
    broken(Rule::kDefinition, "there is no definition " + std::string(e.definition));
  }
  if (!e.unique_key.empty() &&
      !unique_.emplace(unique_name(e.definition, e.unique_key), e.job).second) {
    broken(Rule::kUniqueKey, "another live job holds the unique key");
  }
  ++definitions_[std::string(e.definition)].pending;
  ++tally_.created;
  Job job;
  job.id = e.job;
  job.definition = e.definition;
  job.unique_key = e.unique_key;
  job.delayed = e.delayed;
  job.run_at = e.delayed ? running(e.run_at) : e.run_at;
  job.rule_depth = e.rule_depth;
  note_depth(e.rule_depth);
  jobs_.emplace(meta_.seq.value, std::move(job));
}

bool JobRules::fits_parent(JobId parent) const {
  if (parent.is_null() || !effects_of_rule_) {
    return parent == effects_parent_;
  }
  const auto alive = jobs_.find(parent.key().value);
  return past(parent).ended || (alive != jobs_.end() && alive->second.id == parent);
}

void JobRules::expect_effect(Seq effect_of, std::uint32_t index, JobId parent) {
  if (effect_of.value == 0) {
    return;
  }
  while (effects_skipped_.contains(effects_place_)) {
    ++effects_place_;
  }
  const bool fits = effect_of == effects_of_ && index == effects_place_ && fits_parent(parent);
  ++effects_seen_;
  ++effects_place_;
  if (!fits) {
    broken(Rule::kEffects, "an effect does not stand with what asked for it, in its place");
  }
}

void JobRules::begin_effects(std::uint32_t count, events::Json skipped, JobId parent,
                             std::uint32_t depth) {
  close_effects();
  effects_depth_ = depth;
  effects_of_ = meta_.seq;
  effects_count_ = count;
  effects_parent_ = parent;
  effects_of_rule_ = parent.is_null();
  effects_skipped_ = skipped_places(skipped.text);
}

void JobRules::close_effects() {
  if (effects_of_.value != 0 && effects_seen_ != effects_count_) {
    broken(Rule::kEffects, "the batch has " + std::to_string(effects_seen_) + " of " +
                               std::to_string(effects_count_) + " effects");
  }
  effects_of_ = Seq{};
  effects_seen_ = effects_count_ = effects_place_ = 0;
  effects_skipped_.clear();
}

void JobRules::on(const events::JobCompleted& e) {
  Job* job = ending(e.job, e.definition, e.end);
  if (job == nullptr) {
    return;
  }
  if (job->started.value == 0) {
    broken(Rule::kToken, name(e.job) + " completed without an attempt");
  }
  begin_effects(e.effects, e.skipped, e.job, job->rule_depth);
  ++tally_.completed;
  end_job(*job);
}

void JobRules::on(const events::JobFailed& e) {
  Job* job = ending(e.job, e.definition, e.end);
  if (job == nullptr) {
    return;
  }
  if (job->started.value == 0 && meta_.time < due(*job)) {
    broken(Rule::kNotBefore, name(e.job) + " failed before it was due");
  }
  begin_effects(e.effects, e.skipped, e.job, job->rule_depth + 1);
  ++tally_.failed;
  end_job(*job);
}

void JobRules::on(const events::JobRetryScheduled& e) {
  Job* job = ending(e.job, e.definition, e.end);
  if (job == nullptr) {
    return;
  }
  if (job->cancel_requested) {
    broken(Rule::kCancelRequest, name(e.job) + " was asked to stop and is tried again");
  }
  check_retry(*job, e);
  close_attempt(*job);
  job->delayed = true;
  job->run_at = running(e.run_at);
}

void JobRules::on(const events::JobCancelRequested& e) {
  Job* job = live(e.job, e.definition);
  if (job == nullptr) {
    return;
  }
  if (job->started.value == 0 || job->attempt != e.attempt || job->cancel_requested) {
    broken(Rule::kCancelRequest, name(e.job) + " was asked to stop " + name(e.attempt) +
                                     ", which is not open or was asked before");
    return;
  }
  job->cancel_requested = true;
}

void JobRules::on(const events::JobCancelled& e) {
  Job* job = ending(e.job, e.definition, e.end);
  if (job == nullptr) {
    return;
  }
  if (job->started.value != 0 && !job->cancel_requested) {
    broken(Rule::kCancelRequest, name(e.job) + " was cancelled while it ran, unasked");
  }
  ++tally_.cancelled;
  end_job(*job, true);
}

void JobRules::on(const events::JobRemoved& e) {
  const Past how = past(e.job);
  if (!how.ended || how.removed) {
    broken(Rule::kRemoved, name(e.job) + (how.removed ? " was removed before" : " has not ended"));
    return;
  }
  past_of(e.job).removed = true;
  ++tally_.removed;
  batch_removed_ += e.reason == events::RemovalReason::kRetention ? 1 : 0;
}

void JobRules::on(const events::RetentionApplied& e) {
  if (e.cutoff > meta_.time) {
    broken(Rule::kRetention, "the sweep's cutoff is later than the sweep");
  }
  if (e.removed != batch_removed_) {
    broken(Rule::kRetention, "the sweep says it removed " + std::to_string(e.removed) +
                                 ", its batch removed " + std::to_string(batch_removed_));
  }
}

void JobRules::on(const events::LogTrimmed& e) {
  if (e.through >= meta_.seq) {
    broken(Rule::kTrim,
           "trimmed through " + std::to_string(e.through.value) + ", which is not before it");
  }
}

}  // namespace daybook::replay
