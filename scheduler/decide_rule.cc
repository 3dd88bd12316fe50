// PutRule, DeleteRule.
#include "base/limits/rules.h"
#include "scheduler/decide_parts.h"

namespace daybook::scheduler {
namespace {

// What can be run has one reader for all: a component that cannot be run by a rule is refused here,
// one that is not there yet is worth a warning only.
Status check_components(const Context& context, const PutRule& command, RuleOutcome& outcome) {
  std::set<std::string_view> seen;
  for (std::size_t i = 0; i < command.components.size(); ++i) {
    const std::string& id = command.components[i].component;
    const std::string field = "components[" + std::to_string(i) + "].componentId";
    if (!seen.insert(id).second) {
      return fail(Code::kInvalid, "REPEATED_COMPONENT", "the rule names this component twice",
                  field);
    }
    const auto component = context.state.find_component(id);
    if (!component) {
      outcome.missing.push_back(id);
    } else if (component->runtime != events::Runtime::kReactor) {
      return fail(Code::kInvalid, "WRONG_RUNTIME", "a rule runs reactor components only", field);
    } else if (context.contracts != nullptr && !component->contract.empty()) {
      const std::string& parameters = command.components[i].parameters;
      Status taken =
          context.contracts->rule(component->contract, parameters.empty() ? "{}" : parameters);
      if (!taken) {
        Error error = std::move(taken).error();
        error.field.insert(0, "components[" + std::to_string(i) + "].");
        return fail(std::move(error));
      }
    }
  }
  return {};
}

Status check_bounds(const Context& context, const Rule* before, const PutRule& command) {
  if (before == nullptr && context.state.rule_count() >= kRulesMax) {
    return fail(Code::kExhausted, "TOO_MANY_RULES", "the server holds as many rules as it may");
  }
  if (before != nullptr && before->versions.size() >= kRuleVersionsMax) {
    return fail(Code::kExhausted, "RULES_BEHIND",
                "rules have not yet run for what happened before the last changes of this one; try "
                "again later");
  }
  // The edge looks at sizes too; here they guard the bound of an event, which must not be passed.
  std::size_t bytes = 0;
  for (const RuleStep& component : command.components) {
    bytes += component.parameters.size();
  }
  if (command.components.size() > kRuleComponentsMax || bytes > kRuleParametersBytesMax) {
    return fail(Code::kTooLarge, "TOO_LARGE",
                "a rule has at most 16 components, with 256 KiB of parameters together",
                "components");
  }
  return {};
}

}  // namespace

Status decide(const Context& context, const PutRule& command, Decision& out) {
  DAYBOOK_TRY(check_open(context));
  const Rule* before = context.state.find_rule(command.rule);
  DAYBOOK_TRY(check_bounds(context, before, command));
  RuleOutcome outcome;
  outcome.created = before == nullptr;
  DAYBOOK_TRY(check_components(context, command, outcome));
  out.events.emplace_back(events::RulePut{
      command.rule, {out.keep(write_rule_steps(command.components))}, command.display_name});
  out.outcome = std::move(outcome);
  return {};
}

Status decide(const Context& context, const DeleteRule& command, Decision& out) {
  if (context.state.find_rule(command.rule) == nullptr) {
    return fail(Code::kNotFound, "NOT_FOUND", "there is no rule " + command.rule);
  }
  out.events.emplace_back(events::RuleDeleted{command.rule});
  return {};
}

}  // namespace daybook::scheduler
