// The commands about rules; commands.h says what all commands are.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "scheduler/effects.h"
#include "scheduler/rule_steps.h"

namespace daybook::scheduler {

// Creates or changes a rule: what runs on events behind this one, in this order.
struct PutRule {
  std::string rule;
  std::vector<RuleStep> components;
  std::string display_name;
};

struct DeleteRule {
  std::string rule;
};

// A component of a rule ran for the event `on`; what it asked for is done, once. It ran as the
// texts of these hashes: refused when the component or a module is another one by now. depth: how
// many rules in a row led to the event.
struct ApplyRule {
  struct Used {
    std::string component;
    Hash spec_hash{};  // zero: it was not there
  };
  std::string rule;
  Seq version;  // the RulePut event by which the rule ran
  Used component;
  std::vector<Used> modules;
  Seq on;
  JobId job{};  // that the event is about; null: about a sending
  std::uint32_t depth = 0;
  std::vector<Effect> effects;  // `after` counts from now
  EffectPlaces effect_places{};
  std::string answers;           // JSON text, may be empty
  std::optional<Failed> failed;  // then there are no effects
};

// Rules ran for all events up to and with `through`.
struct AdvanceRules {
  Seq through;
};

}  // namespace daybook::scheduler
