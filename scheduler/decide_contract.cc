// StateContracts, and what jobs and rules are checked against.
#include "base/check.h"
#include "base/limits/resources.h"
#include "scheduler/decide_parts.h"

namespace daybook::scheduler {

Status check_parameters(const Context& context, const PutDefinition& settings,
                        std::string_view parameters, const std::string& prefix) {
  if (context.contracts == nullptr) {
    return {};
  }
  const auto component = context.state.find_component(settings.component);
  if (!component || component->contract.empty()) {
    return {};
  }
  Status taken =
      context.contracts->job(component->contract, parameters.empty() ? "{}" : parameters);
  if (!taken) {
    Error error = std::move(taken).error();
    error.field.insert(0, prefix);
    return fail(std::move(error));
  }
  return {};
}

Status decide(const Context& context, const StateContracts& command, Decision& out) {
  DAYBOOK_CHECK(command.items.size() <= kContractsPerCommandMax, "so many at once");
  for (const StateContracts::Item& item : command.items) {
    const auto component = context.state.find_component(item.component);
    if (!component || component->runtime != events::Runtime::kReactor) {
      continue;
    }
    Component derived = *component;
    derived.imports = item.imports;
    const bool stands = context.state.texts_key(derived) == item.contract_of;
    const bool is_new = component->contract != item.contract ||
                        component->contract_of != item.contract_of ||
                        component->imports != item.imports;
    if (!stands || !is_new) {
      continue;
    }
    events::ContractDerived event{item.component, {item.contract}, item.contract_of, {}};
    event.imports.assign(item.imports.begin(), item.imports.end());
    out.events.emplace_back(std::move(event));
  }
  return {};
}

}  // namespace daybook::scheduler
