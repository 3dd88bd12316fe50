#include "tools/daybook/start_rules.h"

#include "components/guarded_rules.h"
#include "components/rule_evaluator.h"

namespace daybook::cli {

Result<std::unique_ptr<components::RuleEvaluator>> make_rule_evaluator(components::Outside& outside,
                                                                       const Clock& clock,
                                                                       const log::DataDir* data_dir,
                                                                       Supervisor& supervisor) {
  std::unique_ptr<components::RuleEvaluator> out =
      std::make_unique<components::ReactorRuleEvaluator>(outside, clock);
  if (data_dir != nullptr) {
    const auto note = [&supervisor](const std::string& component, const Error& why) {
      supervisor.fail("rules with " + component, why, Consequence::kNoted);
    };
    DAYBOOK_ASSIGN(out, components::GuardedRules::open(std::move(out), data_dir->path(), note));
  }
  return out;
}

}  // namespace daybook::cli
