// What a rule runs: a component in the reactor language, for one event of Daybook's own.
//
// A run is a function of its order and of what its questions are answered, like that of an attempt
// (docs/adr/0008-reactor-is-a-function.md).
#pragma once

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "components/runtime.h"

namespace daybook::components {

// A component and the modules that it imports, as they are stored. Immutable, shared.
struct RuleCode {
  struct Text {
    std::string component;
    std::string spec;  // JSON text
    Hash spec_hash{};
  };
  Text own;
  std::vector<Text> modules;
};

// Which parameter of a component takes events, and which: "OnJobCompleted", …
struct RuleHooks {
  std::string parameter;
  std::vector<std::string> hooks;  // none: it takes no events

  bool takes(std::string_view hook) const {
    return std::find(hooks.begin(), hooks.end(), hook) != hooks.end();
  }
};

struct RuleOrder {
  std::shared_ptr<const RuleCode> code;
  std::string input_name;  // the parameter that takes the event
  std::string input;       // JSON text: the record of its hook
  std::string parameters;  // a JSON object text: the rule's own
  Micros now;              // the wall clock at the event
  std::string identity;    // of this run: ids that it makes follow from it
  std::string owner{};     // in whose name it runs; "": who may everything
};

// The identity of the run of one component of one rule for the event `on`: no two have the same.
std::string rule_identity(std::string_view rule, std::string_view component, Seq on);

// As they are recorded: times count from the event's (logical), so that they are the same however
// late it is come to; ids that the run gave nothing follow from its identity.
void settle_effects(std::string_view identity, Micros event_time, std::vector<Effect>& effects);

struct RuleOutcome {
  std::vector<Effect> effects;
  std::string answers;                       // JSON text; empty: it asked nothing
  std::optional<Failure> failure;            // then there are no effects
  std::vector<std::string> effect_places{};  // as those of a RunOutcome
};

class RuleEvaluator {
 public:
  virtual ~RuleEvaluator() = default;

  // An error when the component does not compile.
  virtual Result<RuleHooks> hooks(const RuleCode& code) = 0;
  virtual RuleOutcome run(const RuleOrder& order) = 0;
  // Ends what runs, soon, with a failure that means nothing. Any thread; the others one at a time.
  virtual void stop() = 0;
};

}  // namespace daybook::components
