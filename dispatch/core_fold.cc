// Core: what it learns from the recovered state and from the log.
#include <type_traits>

#include "dispatch/core.h"

namespace daybook::dispatch {
namespace {

events::DefinitionPut definition_event(const scheduler::Definition& definition) {
  events::DefinitionPut out;
  out.definition = definition.id;
  events::copy_settings(definition.settings, out);
  return out;
}

void seed_definitions(projections::Queue& queue, const scheduler::State& state) {
  state.each_component([&](const scheduler::Component& component) {
    queue.seed_component(component.id, component.runtime);
  });
  // A deleted definition is left out: its jobs are then offered without a runtime, and fail.
  state.each_definition([&](const scheduler::Definition& definition) {
    if (!definition.deleted) {
      queue.seed_definition(definition_event(definition), definition.starts);
    }
  });
}

}  // namespace

void Core::recover(const scheduler::State& state, Seq applied, const WorkerOf& worker_of) {
  applied_ = applied;
  server_started_ = state.server_started();
  offsets_ = state.offsets();
  queue_.seed_clocks(offsets_);
  seed_definitions(queue_, state);
  queue_.seed_room(state.pending_count() + state.running_count());
  state.each_pending([&](const scheduler::PendingView& job) {
    queue_.seed_pending({job.job, job.definition->id, job.run_at, job.priority, job.delayed});
  });
  state.each_running([&](const scheduler::JobView& job) {
    queue_.seed_running({job.job, job.definition->id, job.run_at, job.priority, job.delayed});
    OpenAttempt attempt;
    attempt.job = job.job;
    attempt.started = job.started;
    attempt.lease_until = running(job.lease_until);
    attempt.timeout_at = running(job.timeout_at);
    attempt.lease = scheduler::lease_of(job.definition->settings);
    attempt.definition = job.definition->id;
    attempt.cancel_requested = job.cancel_requested;
    if (attempt.leased()) {
      attempt.worker = workers_.resumed(worker_of(job.started), job.started_at);
    }
    open_.add(attempt);
    if (!attempt.leased()) {
      lost_.push_back({job.job, job.started, events::ExpiryCause::kRestart});
    }
  });
}

void Core::apply(const events::Recorded& recorded) {
  queue_.apply(recorded);
  applied_ = recorded.meta.seq;
  std::visit(
      [&](const auto& event) {
        using E = std::decay_t<decltype(event)>;
        if constexpr (std::is_same_v<E, events::ServerStarted>) {
          server_started_ = recorded.meta.seq;
          open_.give_back(event.away, offsets_.running(recorded.meta.time));
        } else if constexpr (std::is_same_v<E, events::ClockStepped>) {
          offsets_ = event.offsets;
          open_.give_back(event.away, offsets_.running(recorded.meta.time));
        } else if constexpr (std::is_same_v<E, events::DefinitionPut>) {
          open_.set_lease(event.definition, scheduler::lease_of(event.lease));
        } else if constexpr (std::is_same_v<E, events::JobStarted>) {
          on(event, recorded.meta);
        } else if constexpr (std::is_same_v<E, events::JobCancelRequested>) {
          on(event);
        } else if constexpr (std::is_same_v<E, events::LeaseExtended>) {
          on(event, recorded.meta.time);
        } else if constexpr (std::is_same_v<E, events::JobCompleted> ||
                             std::is_same_v<E, events::JobFailed> ||
                             std::is_same_v<E, events::JobRetryScheduled> ||
                             std::is_same_v<E, events::JobCancelled>) {
          end(event.job);
        }
      },
      recorded.event);
}

void Core::on(const events::JobStarted& event, const events::Meta& meta) {
  OpenAttempt attempt;
  attempt.job = event.job;
  attempt.started = meta.seq;
  attempt.lease = event.lease_until - meta.time;
  attempt.definition = event.definition;
  attempt.lease_until = running(event.lease_until);
  attempt.timeout_at = running(event.timeout_at);
  if (attempt.leased()) {
    attempt.worker = workers_.started(event.worker, Micros{});
  }
  open_.add(attempt);
  ++started_;
}

void Core::on(const events::JobCancelRequested& event) {
  if (auto* attempt = open_.find(event.job)) {
    attempt->cancel_requested = true;
    if (runs_.contains(attempt->started)) {
      actions_.stops.push_back(attempt->started);
    }
  }
}

void Core::on(const events::LeaseExtended& event, Micros time) {
  open_.extend(event.job, running(event.lease_until));
  if (const auto* attempt = open_.find(event.job)) {
    workers_.heartbeat(attempt->worker, time);
  }
}

void Core::end(JobId job) {
  const auto ended = open_.remove(job);
  if (!ended) {
    return;
  }
  workers_.ended(ended->worker);
  // Somebody else ended it: what it still does is for nothing.
  if (runs_.contains(ended->started)) {
    actions_.stops.push_back(ended->started);
  }
}

}  // namespace daybook::dispatch
