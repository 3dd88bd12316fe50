// ApplyRule: what a component of a rule asked for, in one batch with the fact that it ran.
// AdvanceRules.
#include "base/limits/resources.h"
#include "scheduler/decide_parts.h"

namespace daybook::scheduler {
namespace {

// The edge looks at sizes too; here they guard the bound of an event, which must not be passed.
Status check_sizes(const ApplyRule& command) {
  if (command.answers.size() > kAnswersBytesMax) {
    return fail(Code::kTooLarge, "TOO_LARGE", "the answers are over their limit", "answers");
  }
  if (command.effects.size() > kEffectsMax) {
    return fail(Code::kTooLarge, "TOO_LARGE", "there are more effects than may be", "effects");
  }
  if (command.failed && (command.failed->message.size() > kErrorMessageBytesMax ||
                         command.failed->details.size() > kErrorDetailsBytesMax)) {
    return fail(Code::kTooLarge, "TOO_LARGE", "the failure is over its limit", "error");
  }
  return {};
}

// At most one application of a rule's component to an event, in the log's order.
Status check_place(const Context& context, const ApplyRule& command) {
  const Rule* rule = context.state.find_rule(command.rule);
  if (rule == nullptr) {
    return fail(Code::kNotFound, "NOT_FOUND", "there is no rule " + command.rule);
  }
  if (command.on >= context.next_seq) {
    return fail(Code::kInvalid, "ON_AHEAD", "that event is not there", "on");
  }
  const auto newest = rule->applied.find(command.component.component);
  if (command.on <= context.state.rules_through() ||
      (newest != rule->applied.end() && command.on <= newest->second)) {
    return fail(Code::kConflict, "RULE_APPLIED", "rules have run for that event", "on");
  }
  const RuleVersion* version = rule->version_for(command.on);
  if (version == nullptr || version->put != command.version) {
    return fail(Code::kConflict, "RULE_CHANGED", "the rule is another one for that event");
  }
  return {};
}

// What ran is what is stored: then the log tells what it was.
Status check_texts(const Context& context, const ApplyRule& command) {
  const auto is_stored = [&](const ApplyRule::Used& used) {
    const auto component = context.state.find_component(used.component);
    return used.spec_hash == (component ? component->spec_hash : Hash{});
  };
  bool all = command.component.spec_hash != Hash{} && is_stored(command.component);
  for (const ApplyRule::Used& module : command.modules) {
    all = all && is_stored(module);
  }
  return all ? Status{}
             : fail(Code::kConflict, "COMPONENT_CHANGED",
                    "the component or a module of it is another one by now");
}

}  // namespace

Status decide(const Context& context, const ApplyRule& command, Decision& out) {
  DAYBOOK_TRY(check_sizes(command));
  DAYBOOK_TRY(check_place(context, command));
  DAYBOOK_TRY(check_texts(context, command));
  AppliedOutcome outcome;
  if (command.effects.empty() && !command.failed) {
    out.outcome = std::move(outcome);
    return {};
  }
  events::RuleApplied event;
  event.rule = command.rule;
  event.component = command.component.component;
  event.spec_hash = command.component.spec_hash;
  event.on = command.on;
  event.answers = {command.answers};
  out.cause = command.on;
  if (command.failed) {
    event.failure = {command.failed->code, command.failed->message, {command.failed->details}};
    out.events.emplace_back(event);
  } else {
    out.events.emplace_back(event);
    EffectsMade made;
    const RuleVersion* version = context.state.find_rule(command.rule)->version_for(command.on);
    const EffectsSource source{EffectsSource::Of::kRule, command.job, command.depth + 1,
                               owner_named(context, version->owner)};
    const Status added = add_effects(context, command.effects, source, made, out);
    if (added) {
      auto& applied = std::get<events::RuleApplied>(out.events.front());
      applied.effects = made.count();
      applied.skipped = {out.keep(skipped_json(made.skipped))};
      outcome.scheduled = std::move(made.jobs);
      outcome.sendings = std::move(made.sendings);
      outcome.skipped = std::move(made.skipped);
    } else {
      const Error& error = added.error();
      const bool deep = error.reason == "RULE_DEPTH";
      event.failure = {deep ? "RULE_DEPTH" : "EFFECT_REFUSED",
                       out.keep(deep ? error.message : error.text()),
                       {out.keep(refusal_details(error, command.effect_places, made.refused))}};
      out.events.clear();
      out.events.emplace_back(event);
    }
  }
  outcome.failed = !event.failure.code.empty();
  out.outcome = std::move(outcome);
  return {};
}

Status decide(const Context& context, const AdvanceRules& command, Decision& out) {
  if (command.through >= context.next_seq) {
    return fail(Code::kInvalid, "ON_AHEAD", "that event is not there", "through");
  }
  if (context.state.rule_count() > 0 && command.through > context.state.rules_through()) {
    out.events.emplace_back(events::RulesAdvanced{command.through});
  }
  return {};
}

}  // namespace daybook::scheduler
