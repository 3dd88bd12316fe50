// PutDefinition, PatchDefinition, DeleteDefinition.
#include "base/limits/state.h"
#include "scheduler/decide_parts.h"
#include "scheduler/definition_rules.h"

namespace daybook::scheduler {

namespace {

// The event borrows the texts of `settings`.
Status put(const Context& context, const PutDefinition& settings, Decision& out) {
  if (auto faults = check_together(settings); !faults.empty()) {
    return fail(std::move(faults.front()));
  }
  const Definition* before = context.state.find_definition(settings.definition);
  events::DefinitionPut event;
  event.definition = settings.definition;
  event.component = settings.component;
  event.display_name = settings.display_name;
  event.retry = settings.retry;
  event.timeout = settings.timeout;
  event.lease = settings.lease;
  event.concurrency = settings.concurrency;
  event.rate_count = settings.rate_count;
  event.rate_per = settings.rate_per;
  event.priority = settings.priority;
  event.retention = settings.retention;
  event.paused = settings.paused;
  event.on_failure = {settings.on_failure};
  out.events.emplace_back(event);
  const bool created = before == nullptr || before->deleted;
  // The component is resolved when a job starts, so one that is not there yet is worth a warning
  // only.
  const bool missing = context.state.find_component(settings.component) == nullptr;
  out.outcome = DefinitionOutcome{before == nullptr ? 0 : before->pending, created, missing};
  return {};
}

template <typename T>
void take(bool named, T& into, const T& value) {
  if (named) {
    into = value;
  }
}

void merge(const PatchDefinition& patch, PutDefinition& into) {
  const PutDefinition& values = patch.values;
  const PatchDefinition::Named& named = patch.named;
  take(named.component, into.component, values.component);
  take(named.display_name, into.display_name, values.display_name);
  take(named.max_attempts, into.retry.max_attempts, values.retry.max_attempts);
  take(named.backoff_initial, into.retry.initial, values.retry.initial);
  take(named.backoff_max, into.retry.max, values.retry.max);
  take(named.backoff_factor, into.retry.factor_milli, values.retry.factor_milli);
  take(named.backoff_jitter, into.retry.jitter_milli, values.retry.jitter_milli);
  take(named.timeout, into.timeout, values.timeout);
  take(named.lease, into.lease, values.lease);
  take(named.concurrency, into.concurrency, values.concurrency);
  take(named.rate_count, into.rate_count, values.rate_count);
  take(named.rate_per, into.rate_per, values.rate_per);
  take(named.priority, into.priority, values.priority);
  take(named.retention, into.retention, values.retention);
  take(named.paused, into.paused, values.paused);
  take(named.on_failure, into.on_failure, values.on_failure);
}

Error no_definition(const std::string& id) {
  return make_error(Code::kNotFound, "NOT_FOUND", "there is no job definition " + id);
}

}  // namespace

Status decide(const Context& context, const PutDefinition& command, Decision& out) {
  DAYBOOK_TRY(check_open(context));
  const Definition* before = context.state.find_definition(command.definition);
  const bool created = before == nullptr || before->deleted;
  if (created && context.state.definition_count() >= kDefinitionsMax) {
    return fail(Code::kExhausted, "TOO_MANY_DEFINITIONS",
                "the server holds as many job definitions as it may");
  }
  return put(context, command, out);
}

Status decide(const Context& context, const PatchDefinition& command, Decision& out) {
  DAYBOOK_TRY(check_open(context));
  const Definition* before = context.state.find_definition(command.values.definition);
  if (before == nullptr || before->deleted) {
    return fail(no_definition(command.values.definition));
  }
  out.definition = before->settings;
  merge(command, out.definition);
  return put(context, out.definition, out);
}

Status decide(const Context& context, const DeleteDefinition& command, Decision& out) {
  const Definition* definition = context.state.find_definition(command.definition);
  if (definition == nullptr || definition->deleted) {
    return fail(no_definition(command.definition));
  }
  out.events.emplace_back(events::DefinitionDeleted{command.definition, definition->pending});
  out.outcome = DefinitionOutcome{definition->pending, false, false};
  return {};
}

}  // namespace daybook::scheduler
