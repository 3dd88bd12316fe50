// PutDefinition, DeleteDefinition.
#include "base/limits/state.h"
#include "scheduler/decide_parts.h"

namespace daybook::scheduler {

Status decide(const Context& context, const PutDefinition& command, Decision& out) {
  DAYBOOK_TRY(check_open(context));
  const Definition* before = context.state.find_definition(command.definition);
  const bool created = before == nullptr || before->deleted;
  if (created && context.state.definition_count() >= kDefinitionsMax) {
    return fail(Code::kExhausted, "TOO_MANY_DEFINITIONS",
                "the server holds as many job definitions as it may");
  }
  events::DefinitionPut event;
  event.definition = command.definition;
  event.component = command.component;
  event.display_name = command.display_name;
  event.retry = command.retry;
  event.timeout = command.timeout;
  event.lease = command.lease;
  event.concurrency = command.concurrency;
  event.rate_count = command.rate_count;
  event.rate_per = command.rate_per;
  event.priority = command.priority;
  event.retention = command.retention;
  event.paused = command.paused;
  out.events.emplace_back(event);
  // The component is resolved when a job starts, so one that is not there yet is worth a warning
  // only.
  const bool missing = context.state.find_component(command.component) == nullptr;
  out.outcome = DefinitionOutcome{before == nullptr ? 0 : before->pending, created, missing};
  return {};
}

Status decide(const Context& context, const DeleteDefinition& command, Decision& out) {
  const Definition* definition = context.state.find_definition(command.definition);
  if (definition == nullptr || definition->deleted) {
    return fail(Code::kNotFound, "NOT_FOUND", "there is no job definition " + command.definition);
  }
  out.events.emplace_back(events::DefinitionDeleted{command.definition, definition->pending});
  out.outcome = DefinitionOutcome{definition->pending, false, false};
  return {};
}

}  // namespace daybook::scheduler
