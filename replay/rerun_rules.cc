// Runs of rules, run again.
#include <algorithm>
#include <iterator>
#include <map>
#include <memory>
#include <utility>
#include <variant>

#include "base/clock.h"
#include "components/reactor/sets.h"
#include "components/reactor_answers.h"
#include "components/rule_evaluator.h"
#include "events/codec.h"
#include "events/hooks.h"
#include "replay/component_history.h"
#include "replay/rerun_pass.h"
#include "replay/skipped.h"
#include "scheduler/rule_steps.h"

namespace daybook::replay {
namespace {

// Answers what one run was answered then.
class KeptOutside final : public components::Outside {
 public:
  void keep(std::vector<reactor::Exchange> answers) { world_.emplace(std::move(answers)); }
  bool all_asked() const { return world_->all_asked(); }

  const reactor::Sets& sets() const override { return sets_; }
  Result<std::string> ask(std::string_view question, const components::AskTerms&) override {
    return world_->ask(question);
  }

 private:
  const reactor::OpenSets sets_{};
  std::optional<components::KeptWorld> world_;
};

class Rules {
 public:
  Rules(log::Log& log, const RuleChoice& choice, RerunPass& pass)
      : log_(log), choice_(choice), pass_(pass) {}

  Status take(const events::Recorded& recorded) {
    components_.take(recorded);
    if (const auto* put = std::get_if<events::RulePut>(&recorded.event)) {
      versions_[std::string(put->rule)].push_back(
          {recorded.meta.seq, std::string(put->components.text)});
    }
    if (const auto* step = std::get_if<events::ClockStepped>(&recorded.event)) {
      clocks_[recorded.meta.seq] = step->offsets;
    }
    const auto* applied = std::get_if<events::RuleApplied>(&recorded.event);
    if (applied == nullptr || (!choice_.rule.empty() && choice_.rule != applied->rule)) {
      return {};
    }
    Rerun out;
    out.run = "rule " + std::string(applied->rule) + " for event " +
              std::to_string(applied->on.value) + " (" + std::string(applied->component) + ")";
    const events::Failure& failure = applied->failure;
    out.recorded.push_back(failure.code.empty() ? "applied"
                                                : failure_line(failure.code, failure.message));
    if (ended_by_the_outside(failure.code)) {
      out.not_repeatable = "it ended by the outside: " + std::string(failure.code);
    } else {
      DAYBOOK_TRY(run_again(*applied, recorded.meta.time, out));
    }
    pass_.ended(std::move(out), recorded.meta.seq, applied->effects);
    return {};
  }

 private:
  struct Version {
    Seq put;
    std::string steps;
  };

  Status run_again(const events::RuleApplied& applied, Micros time, Rerun& out);
  std::optional<std::string> parameters_of(const events::RuleApplied& applied) const;
  std::shared_ptr<components::RuleCode> code_of(const events::RuleApplied& applied) const;

  log::Log& log_;
  const RuleChoice& choice_;
  RerunPass& pass_;
  std::map<std::string, std::vector<Version>, std::less<>> versions_;  // oldest first
  std::map<Seq, events::ClockOffsets> clocks_;                         // from there on
  ComponentHistory components_;
  KeptOutside outside_;
  const SystemClock clock_;
  components::ReactorRuleEvaluator evaluator_{outside_, clock_};
};

// Those that the rule gave the component for that event; nothing when it had left the log.
std::optional<std::string> Rules::parameters_of(const events::RuleApplied& applied) const {
  const auto rule = versions_.find(applied.rule);
  if (rule == versions_.end()) {
    return std::nullopt;
  }
  const auto version = std::find_if(rule->second.rbegin(), rule->second.rend(),
                                    [&](const Version& v) { return v.put < applied.on; });
  if (version == rule->second.rend()) {
    return std::nullopt;
  }
  for (const scheduler::RuleStep& step : scheduler::read_rule_steps(version->steps)) {
    if (step.component == applied.component) {
      return step.parameters;
    }
  }
  return std::nullopt;
}

// Null when the component, as it ran, had left the log.
std::shared_ptr<components::RuleCode> Rules::code_of(const events::RuleApplied& applied) const {
  const auto* component = components_.find(applied.component);
  if (component == nullptr || component->spec_hash != applied.spec_hash) {
    return nullptr;
  }
  auto out = std::make_shared<components::RuleCode>();
  out->own = {std::string(applied.component), component->spec, component->spec_hash};
  components_.each_module(*component, [&](const std::string& id, const auto& module) {
    out->modules.push_back({id, module.spec, module.spec_hash});
  });
  return out;
}

Status Rules::run_again(const events::RuleApplied& applied, Micros time, Rerun& out) {
  auto kept = components::read_answers(applied.answers.text);
  const auto parameters = parameters_of(applied);
  auto code = code_of(applied);
  if (!kept) {
    out.not_repeatable = "its recorded answers cannot be read";
  } else if (!parameters || !code || applied.on < log_.first()) {
    out.not_repeatable = "the rule, the component or the event have left the log";
  }
  if (!out.not_repeatable.empty()) {
    return {};
  }
  const auto hooks = evaluator_.hooks(*code);
  if (!hooks) {
    out.again = {failure_line("COMPONENT_BROKEN", hooks.error().text())};
    return {};
  }
  DAYBOOK_ASSIGN(const auto cursor, log_.read(applied.on));
  events::RecordView record;
  DAYBOOK_ASSIGN(const bool there, cursor->next(record));
  if (!there) {
    return fail(Code::kCorrupt, "NO_SUCH_EVENT", out.run + ": the log has no such event");
  }
  DAYBOOK_ASSIGN(const events::Recorded on, events::decode(record));
  const auto later = clocks_.upper_bound(applied.on);
  const events::ClockOffsets clocks =
      later == clocks_.begin() ? events::ClockOffsets{} : std::prev(later)->second;
  const std::string identity =
      components::rule_identity(applied.rule, applied.component, applied.on);
  outside_.keep(std::move(*kept));
  components::RuleOutcome outcome =
      evaluator_.run({std::move(code), hooks->parameter, events::hook_record(on, clocks),
                      *parameters, clocks.wall(on.meta.time), identity});
  if (outcome.failure && outcome.failure->code == components::KeptWorld::kDiffers &&
      !applied.failure.code.empty() && outside_.all_asked()) {
    out.not_repeatable = "its last question was not answered";
    return {};
  }
  if (outcome.failure) {
    out.again = {failure_line(outcome.failure->code, outcome.failure->message)};
    return {};
  }
  components::settle_effects(identity, on.meta.time, outcome.effects);
  out.again = {"applied"};
  const auto skipped = skipped_places(applied.skipped.text);
  for (std::size_t i = 0; i < outcome.effects.size(); ++i) {
    if (!skipped.contains(static_cast<std::uint32_t>(i))) {
      out.again.push_back(effect_line(outcome.effects[i], time));
    }
  }
  return {};
}

}  // namespace

Result<RerunReport> rerun_rules(log::Log& log, const RuleChoice& choice,
                                const RerunOptions& options, const TellRerun& tell) {
  RerunPass pass(options, tell);
  Rules rules(log, choice, pass);
  DAYBOOK_TRY(pass.read(
      log, [&](const events::Recorded& recorded) { return rules.take(recorded); },
      [] { return false; }));
  return pass.report();
}

}  // namespace daybook::replay
