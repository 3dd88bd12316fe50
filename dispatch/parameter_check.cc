#include "dispatch/parameter_check.h"

#include <utility>

#include "dispatch/stored_components.h"

namespace daybook::dispatch {

ParameterCheck::Target ParameterCheck::target_of(const std::string& definition) const {
  Target out;
  const auto row = source_.views->definition(definition);
  if (!row || !*row) {
    return out;
  }
  auto component = source_.views->component((*row)->component);
  if (!component || !*component) {
    return out;
  }
  out.component = std::move(**component);
  const auto runtime = source_.runtimes->find(out.component.runtime);
  out.runtime = runtime == source_.runtimes->end() ? nullptr : runtime->second;
  return out;
}

Status ParameterCheck::operator()(const std::string& definition, std::string_view parameters) {
  auto found = targets_.find(definition);
  if (found == targets_.end()) {
    found = targets_.emplace(definition, target_of(definition)).first;
  }
  const auto& [component, runtime] = found->second;
  if (runtime == nullptr) {
    return {};
  }
  const StoredComponents others(*source_.views);
  return runtime->check_parameters({component.component, component.spec, others, component.imports},
                                   parameters, source_.compiling);
}

}  // namespace daybook::dispatch
