#include "api/parameter_check.h"

#include <map>
#include <string>

#include "api/stored_components.h"

namespace daybook::api {
namespace {

// What the jobs of one definition are checked with; no runtime: with nothing.
struct Target {
  projections::ComponentRow component;
  const components::Runtime* runtime = nullptr;
};

Target target_of(const Engine& engine, const std::string& definition) {
  Target out;
  const auto row = engine.views.definition(definition);
  if (!row || !*row) {
    return out;
  }
  auto component = engine.views.component((*row)->component);
  if (!component || !*component) {
    return out;
  }
  out.component = std::move(**component);
  const auto runtime = engine.runtimes.find(out.component.runtime);
  out.runtime = runtime == engine.runtimes.end() ? nullptr : runtime->second;
  return out;
}

}  // namespace

Status check_parameters(const Engine& engine, const scheduler::CreateJobs& command) {
  const StoredComponents others(engine.views);
  std::map<std::string, Target, std::less<>> targets;
  for (std::size_t i = 0; i < command.jobs.size(); ++i) {
    const scheduler::NewJob& job = command.jobs[i];
    auto found = targets.find(job.definition);
    if (found == targets.end()) {
      found = targets.emplace(job.definition, target_of(engine, job.definition)).first;
    }
    const Target& target = found->second;
    if (target.runtime == nullptr) {
      continue;
    }
    Status checked = target.runtime->check_parameters(
        {target.component.component, target.component.spec, others, target.component.imports},
        job.parameters);
    if (!checked) {
      Error error = std::move(checked).error();
      if (command.jobs.size() > 1) {
        error.field = "[" + std::to_string(i) + "]." + error.field;
      }
      return fail(std::move(error));
    }
  }
  return {};
}

}  // namespace daybook::api
