#include "tools/daybook/start_rules.h"

#include <algorithm>

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
    const auto note = [&supervisor](const std::string& run, const Error& why) {
      std::string part = "rule " + run;
      std::replace(part.begin(), part.end(), '\n', ' ');
      supervisor.fail(part, why, Consequence::kNoted);
    };
    DAYBOOK_ASSIGN(out, components::GuardedRules::open(std::move(out), data_dir->path(), note));
  }
  return out;
}

}  // namespace daybook::cli
