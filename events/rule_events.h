// Events about rules: what runs because something happened.
#pragma once

#include "events/attempt_events.h"

namespace daybook::events {

// A rule was created or changed. components: [{"componentId": …, "parameters": {…}}], in the order
// in which they run.
struct RulePut {
  Text rule;
  Json components;
  Text display_name;

  void each(auto&& f) const {
    f("ruleId", rule), f("components", components), f("displayName", display_name);
  }
};

struct RuleDeleted {
  Text rule;

  void each(auto&& f) const { f("ruleId", rule); }
};

// One component of a rule ran for the event `on`. Its effects follow in the same batch. A failure
// without a code is none; one that failed has no effects. skipped: as of JobCompleted.
struct RuleApplied {
  Text rule;
  Text component;
  Hash spec_hash{};
  Seq on;
  std::uint32_t effects = 0;
  Json answers;
  Failure failure;
  Json skipped{};

  void each(auto&& f) const {
    f("ruleId", rule), f("componentId", component), f("specHash", spec_hash), f("on", on);
    f("effects", effects), f("answers", answers), f("code", failure.code);
    f("message", failure.message), f("details", failure.details), f("skipped", skipped);
  }
};

// Rules ran for all events up to and with `through`; no rule runs for them again.
struct RulesAdvanced {
  Seq through;

  void each(auto&& f) const { f("through", through); }
};

}  // namespace daybook::events
