#include "dispatch/rule_task.h"

#include <algorithm>
#include <utility>

#include "base/limits/resources.h"
#include "dispatch/failure.h"

namespace daybook::dispatch {
namespace {

std::string identity_of(const RuleTask& task) {
  return components::rule_identity(task.step.rule, task.step.component, task.on);
}

}  // namespace

components::RuleOrder make_rule_order(const RuleTask& task,
                                      std::shared_ptr<const components::RuleCode> code,
                                      const std::string& input_name) {
  return {std::move(code), input_name,        task.input,     task.step.parameters,
          task.wall,       identity_of(task), task.step.owner};
}

scheduler::ApplyRule make_application(const RuleTask& task, const RuleRan& ran,
                                      components::RuleOutcome outcome, const EffectRules& rules) {
  scheduler::ApplyRule out;
  out.rule = task.step.rule;
  out.version = task.step.version;
  out.component = {ran.code.own.component, ran.code.own.spec_hash};
  for (const auto& module : ran.code.modules) {
    out.modules.push_back({module.component, module.spec_hash});
  }
  for (const std::string& module : ran.missing) {
    out.modules.push_back({module, {}});
  }
  out.on = task.on;
  out.job = task.job;
  if (outcome.answers.size() <= kAnswersBytesMax) {
    out.answers = std::move(outcome.answers);
  } else if (!outcome.failure) {
    outcome.failure = {"ANSWERS_TOO_LARGE", "What its queries were answered is over its limit.", "",
                       false};
  }
  if (outcome.failure) {
    out.failed = failed_of(std::move(*outcome.failure));
    return out;
  }
  components::settle_effects(identity_of(task), task.time, outcome.effects);
  auto effects = make_effects({}, std::move(outcome.effects), rules);
  if (effects) {
    out.effects = std::move(*effects);
    out.effect_places = std::move(outcome.effect_places);
  } else {
    out.failed = effect_failure(effects.error(), outcome.effect_places);
  }
  return out;
}

scheduler::ApplyRule make_refused_application(scheduler::ApplyRule application,
                                              const Error& refusal) {
  application.effects.clear();
  application.answers.clear();
  application.failed = failed_of({"APPLICATION_REFUSED", refusal.text(), "", false});
  return application;
}

std::size_t application_bytes(const scheduler::ApplyRule& application) {
  std::size_t out = application.answers.size();
  for (const scheduler::Effect& effect : application.effects) {
    if (const auto* job = std::get_if<scheduler::ScheduleEffect>(&effect)) {
      out += job->job.parameters.size();
    } else {
      out += std::get<scheduler::NewSending>(effect).content.size();
    }
  }
  return out;
}

}  // namespace daybook::dispatch
