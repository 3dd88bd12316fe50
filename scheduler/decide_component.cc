// PutComponent, DeleteComponent.
#include "base/check.h"
#include "base/limits/resources.h"
#include "base/limits/state.h"
#include "scheduler/decide_parts.h"

namespace daybook::scheduler {

Status decide(const Context& context, const PutComponent& command, Decision& out) {
  DAYBOOK_TRY(check_open(context));
  const Component& component = command.component;
  if (component.spec.size() > kSpecBytesMax) {
    return fail(Code::kTooLarge, "TOO_LARGE", "the component's description is over its limit");
  }
  DAYBOOK_CHECK(component.contract.size() <= kContractBytesMax, "a contract has its own limit");
  const bool created = context.state.find_component(component.id) == nullptr;
  if (created && context.state.component_count() >= kComponentsMax) {
    return fail(Code::kExhausted, "TOO_MANY_COMPONENTS",
                "the server holds as many components as it may");
  }
  events::ComponentPut event;
  event.component = component.id;
  event.runtime = component.runtime;
  event.spec = {component.spec};
  event.spec_hash = component.spec_hash;
  event.display_name = command.display_name;
  event.description = command.description;
  event.component_version = command.component_version;
  event.imports.assign(component.imports.begin(), component.imports.end());
  event.contract = {component.contract};
  event.contract_of = component.contract_of;
  out.events.emplace_back(std::move(event));
  out.outcome =
      ComponentOutcome{created, context.state.users_of(component.id, kComponentUsersMax + 1)};
  return {};
}

Status decide(const Context& context, const DeleteComponent& command, Decision& out) {
  if (context.state.find_component(command.component) == nullptr) {
    return fail(Code::kNotFound, "NOT_FOUND", "there is no component " + command.component);
  }
  out.events.emplace_back(events::ComponentDeleted{command.component});
  out.outcome =
      ComponentOutcome{false, context.state.users_of(command.component, kComponentUsersMax + 1)};
  return {};
}

}  // namespace daybook::scheduler
