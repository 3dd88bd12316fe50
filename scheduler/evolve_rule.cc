// Rules: what they run, and how far they have run.
#include <algorithm>

#include "base/check.h"
#include "scheduler/evolve.h"

namespace daybook::scheduler {
namespace {

// Forgets what is only about events for which rules have run.
void forget(Rule& rule, Seq through) {
  auto& versions = rule.versions;
  while (versions.size() > 1 && versions[1].put <= through) {
    versions.erase(versions.begin());
  }
  std::erase_if(rule.applied, [&](const auto& entry) { return entry.second <= through; });
}

}  // namespace

const RuleVersion* Rule::version_for(Seq on) const {
  const RuleVersion* out = nullptr;
  for (const RuleVersion& version : versions) {
    if (version.put < on) {
      out = &version;
    }
  }
  return out;
}

bool Rule::is_owned() const {
  return std::any_of(versions.begin(), versions.end(),
                     [](const RuleVersion& version) { return !version.owner.empty(); });
}

void evolve_event(State::Parts& s, const events::Meta& m, const Hash&, const events::RulePut& e) {
  Rule& rule = s.rules[std::string(e.rule)];
  rule.id = e.rule;
  rule.display_name = e.display_name;
  const events::Text owner = is_open_actor(m.actor) ? events::Text() : m.actor;
  if (rule.versions.empty() || rule.versions.back().components != e.components.text ||
      rule.versions.back().owner != owner) {
    rule.versions.push_back({m.seq, std::string(e.components.text), std::string(owner)});
  }
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
  Seq& newest = found->second.applied[std::string(e.component)];
  DAYBOOK_CHECK(e.on < m.seq && e.on > newest && e.on > s.rules_through,
                "a rule's component runs in the log's order, once for an event");
  newest = e.on;
}

void evolve_event(State::Parts& s, const events::Meta& m, const Hash&,
                  const events::RulesAdvanced& e) {
  DAYBOOK_CHECK(e.through < m.seq && e.through > s.rules_through, "rules advance");
  s.rules_through = e.through;
  for (auto& [id, rule] : s.rules) {
    forget(rule, e.through);
  }
}

}  // namespace daybook::scheduler
