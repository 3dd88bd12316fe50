// Rules as the events tell it: what they ran for, in which order, and how deep.
#include "base/limits/rules.h"
#include "replay/checker_jobs.h"

namespace daybook::replay {

void JobRules::on(const events::RulePut& e) {
  rules_.try_emplace(std::string(e.rule), AppliedRule{meta_.seq, {}});
}

void JobRules::on(const events::RuleDeleted& e) {
  const auto found = rules_.find(e.rule);
  if (found == rules_.end()) {
    broken(Rule::kRuleThere, "a rule that was not there was deleted");
    return;
  }
  rules_.erase(found);
}

void JobRules::on(const events::RuleApplied& e) {
  const auto led = depths_.find(e.on.value);
  begin_effects(e.effects, e.skipped, {}, (led == depths_.end() ? 0 : led->second) + 1);
  if (!e.failure.code.empty() && e.effects > 0) {
    broken(Rule::kEffects, "a rule failed and has effects");
  }
  if (const auto component = components_.find(e.component);
      component == components_.end() || component->second != e.spec_hash) {
    broken(Rule::kComponent, "a rule ran component " + std::string(e.component) +
                                 ", which is not there or is another one");
  }
  const auto found = rules_.find(e.rule);
  if (found == rules_.end()) {
    broken(Rule::kRuleThere, "there is no rule " + std::string(e.rule));
    return;
  }
  Seq& newest = found->second.newest[std::string(e.component)];
  if (e.on >= meta_.seq || e.on <= newest || e.on <= rules_through_ || e.on < found->second.put) {
    broken(Rule::kRuleOrder, "rule " + found->first + " ran for event " +
                                 std::to_string(e.on.value) + " after " +
                                 std::to_string(newest.value) + ", it was put by " +
                                 std::to_string(found->second.put.value) + ", all ran through " +
                                 std::to_string(rules_through_.value));
    return;
  }
  newest = e.on;
}

void JobRules::on(const events::RulesAdvanced& e) {
  if (e.through >= meta_.seq || e.through <= rules_through_) {
    broken(Rule::kRuleOrder, "rules advanced to " + std::to_string(e.through.value) + " from " +
                                 std::to_string(rules_through_.value));
    return;
  }
  rules_through_ = e.through;
  std::erase_if(depths_, [&](const auto& entry) { return entry.first <= e.through.value; });
}

void JobRules::check_depth(const events::JobCreated& e) {
  const std::uint32_t depth = e.effect_of.value == 0 ? 0 : effects_depth_;
  // A time that was given is the wall clock's.
  const Micros due = e.delayed ? e.run_at : offsets_.at_wall(e.run_at);
  const bool soon = due.value - kRuleLoopWindowUs <= meta_.time.value;
  const bool fits = soon ? e.rule_depth == depth : e.rule_depth <= depth;
  if (!fits || e.rule_depth > kRuleDepthMax) {
    broken(Rule::kRuleDepth, "job " + e.job.text() + " is " + std::to_string(e.rule_depth) +
                                 " rules deep, what led to it makes it " + std::to_string(depth));
  }
}

void JobRules::note_depth(std::uint32_t depth) {
  if (depth > 0) {
    depths_.emplace(meta_.seq.value, depth);
  }
}

}  // namespace daybook::replay
