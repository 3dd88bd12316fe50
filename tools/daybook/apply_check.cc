#include "tools/daybook/apply_check.h"

#include <boost/json.hpp>

#include "api/definition_json.h"
#include "components/reactor/run.h"
#include "components/reactor_id.h"
#include "components/rule_evaluator.h"
#include "tools/daybook/exact_json.h"
#include "tools/daybook/json_text.h"
#include "tools/daybook/spec_input.h"

namespace daybook::cli {

namespace {

std::optional<std::string> code_in(const boost::json::object& spec, const std::string& component) {
  const std::string runtime = cell(spec, "runtime");
  const bool is_reactor =
      runtime.empty() ? components::is_reactor_id(component) : components::names_reactor(runtime);
  const auto* code = spec.if_contains("code");
  return is_reactor && code != nullptr && code->is_string()
             ? std::optional(std::string(code->get_string()))
             : std::nullopt;
}

std::vector<Error> check_definition(const Planned& planned) {
  const std::string merged = to_text(merge_patch(planned.stored, planned.resource->spec));
  api::FieldErrors errors;
  (void)api::read_definition(JsonValue(merged), planned.resource->id, errors);
  return errors.take();
}

Status check_step(const reactor::Program& program, const boost::json::value& step) {
  const components::RuleHooks hooks = components::hooks_of(program);
  if (hooks.hooks.empty()) {
    return fail(Code::kInvalid, "INVALID_FIELD",
                "Takes no event: a parameter must be of the type of one, such as OnJobCompleted.",
                "componentId");
  }
  const auto* parameters = step.as_object().if_contains("parameters");
  return reactor::check_parameters(program, parameters == nullptr ? "{}" : to_text(*parameters),
                                   hooks.parameter);
}

}  // namespace

std::optional<std::string> ChangeCheck::Codes::find(const std::string& component) const {
  for (const Resource& resource : manifest_.resources) {
    if (resource.kind == ResourceKind::kComponent && resource.id == component) {
      return code_in(resource.spec, component);
    }
  }
  const auto stored = client_.get(target_of(ResourceKind::kComponent, component));
  return stored && stored->is_object() ? code_in(stored->get_object(), component) : std::nullopt;
}

std::optional<std::string> ChangeCheck::Codes::code(std::string_view component) const {
  auto at = known_.find(component);
  if (at == known_.end()) {
    at = known_.emplace(component, find(std::string(component))).first;
  }
  return at->second;
}

const reactor::Program* ChangeCheck::program_of(const std::string& component) {
  const auto [at, fresh] = programs_.try_emplace(component);
  if (fresh) {
    if (auto code = codes_.code(component)) {
      at->second =
          reactor::compile(component, std::move(*code), codes_, reactor::OpenSets()).program;
    }
  }
  return at->second.get();
}

std::vector<Error> ChangeCheck::check_rule(const Resource& rule) {
  std::vector<Error> out;
  const auto& steps = rule.spec.at("components").as_array();
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const reactor::Program* program = program_of(cell(steps[i], "componentId"));
    if (program == nullptr) {
      continue;
    }
    if (Status checked = check_step(*program, steps[i]); !checked) {
      Error error = std::move(checked).error();
      error.field = "components[" + std::to_string(i) + "]." + error.field;
      out.push_back(std::move(error));
    }
  }
  return out;
}

std::vector<Error> ChangeCheck::operator()(const Planned& planned) {
  if (planned.change == Change::kNone) {
    return {};
  }
  switch (planned.resource->kind) {
    case ResourceKind::kDefinition:
      return check_definition(planned);
    case ResourceKind::kRule:
      return check_rule(*planned.resource);
    case ResourceKind::kComponent:
      break;
  }
  return {};
}

}  // namespace daybook::cli
