// Evaluates components of rules over the reactor language.
#pragma once

#include <atomic>
#include <functional>
#include <optional>

#include "base/clock.h"
#include "base/limits/components.h"
#include "components/outside.h"
#include "components/program_cache.h"
#include "components/reactor_runtime.h"
#include "components/rules.h"

namespace daybook::components {

// Which parameter of the program takes events, if any.
RuleHooks hooks_of(const reactor::Program& program);

class ReactorRuleEvaluator final : public RuleEvaluator {
 public:
  // `outside` and `clock` outlive the evaluator.
  ReactorRuleEvaluator(Outside& outside, const Clock& clock,
                       std::size_t cache_bytes = kProgramCacheBytes)
      : outside_(outside), clock_(clock), cache_(cache_bytes) {}

  Result<RuleHooks> hooks(const RuleCode& code) override;
  RuleOutcome run(const RuleOrder& order) override;
  void stop() override { stopped_ = true; }

 private:
  // `interrupted` may end it: its error comes back.
  CompiledOrder program_of(const RuleCode& code,
                           std::function<std::optional<Error>()> interrupted = {});

  Outside& outside_;
  const Clock& clock_;
  ProgramCache cache_;
  std::atomic<bool> stopped_{false};
};

}  // namespace daybook::components
