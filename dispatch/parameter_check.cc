#include "dispatch/parameter_check.h"

#include "dispatch/stored_components.h"

namespace daybook::dispatch {

Result<components::ParameterRules> ParameterCheck::rules_of(const std::string& definition) const {
  const auto row = source_.views->definition(definition);
  if (!row || !*row) {
    return components::ParameterRules();
  }
  const auto component = source_.views->component_head((*row)->component);
  if (!component || !*component) {
    return components::ParameterRules();
  }
  const auto runtime = source_.runtimes->find((*component)->runtime);
  if (runtime == source_.runtimes->end() || runtime->second == nullptr) {
    return components::ParameterRules();
  }
  const StoredComponents texts(*source_.views);
  return runtime->second->parameter_rules(texts.stored(**component), source_.compiling);
}

Status ParameterCheck::operator()(const std::string& definition, std::string_view parameters) {
  auto found = rules_.find(definition);
  if (found == rules_.end()) {
    found = rules_.emplace(definition, rules_of(definition)).first;
  }
  const auto& rules = found->second;
  if (!rules) {
    return fail(rules.error());
  }
  return *rules ? (*rules)(parameters) : Status();
}

}  // namespace daybook::dispatch
