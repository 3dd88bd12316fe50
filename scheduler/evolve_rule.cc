// Rules: what they run, and how far they have run.
#include <algorithm>

#include "base/check.h"
#include "scheduler/evolve.h"

namespace daybook::scheduler {

void evolve_event(State::Parts& s, const events::Meta& m, const Hash&, const events::RulePut& e) {
  Rule& rule = s.rules[std::string(e.rule)];
  if (rule.id.empty()) {
    rule.id = e.rule;
    rule.since = m.seq;
  }
  rule.components = e.components.text;
  rule.display_name = e.display_name;
}

void evolve_event(State::Parts& s, const events::Meta&, const Hash&, const events::RuleDeleted& e) {
  const auto found = s.rules.find(e.rule);
  DAYBOOK_CHECK(found != s.rules.end(), "a deleted rule was there");
  s.rules.erase(found);
}

void evolve_event(State::Parts& s, const events::Meta& m, const Hash&,
                  const events::RuleApplied& e) {
  const auto found = s.rules.find(e.rule);
  DAYBOOK_CHECK(found != s.rules.end(), "a rule that ran was there");
  DAYBOOK_CHECK(e.on < m.seq && e.on >= found->second.last_on, "a rule runs in the log's order");
  found->second.last_on = e.on;
}

void evolve_event(State::Parts& s, const events::Meta& m, const Hash&,
                  const events::RulesAdvanced& e) {
  DAYBOOK_CHECK(e.through < m.seq && e.through > s.rules_through, "rules advance");
  s.rules_through = e.through;
}

}  // namespace daybook::scheduler
