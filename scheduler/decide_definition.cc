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
  events::copy_settings(settings, event);
  out.events.emplace_back(event);
  const bool created = before == nullptr || before->deleted;
  // The component is resolved when a job starts, so one that is not there yet is worth a warning
  // only.
  const bool missing = context.state.find_component(settings.component) == nullptr;
  out.outcome = DefinitionOutcome{before == nullptr ? 0 : before->pending, created, missing};
  return {};
}

void merge(const PatchDefinition& patch, PutDefinition& into) {
  std::size_t place = 0;
  events::each_pair(patch.values, into, [&](const events::Field&, const auto& value, auto& member) {
    if (patch.named[place++]) {
      member = value;
    }
  });
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
