#include "dispatch/rule_book.h"

#include <algorithm>

#include "base/check.h"
#include "events/catalogue.h"
#include "scheduler/rule_steps.h"

namespace daybook::dispatch {
namespace {

std::vector<RuleBook::Step> steps_of(std::string_view rule, const scheduler::RuleVersion& version) {
  std::vector<RuleBook::Step> out;
  for (scheduler::RuleStep& step : scheduler::read_rule_steps(version.components)) {
    out.push_back({std::string(rule), version.put, std::move(step.component),
                   std::move(step.parameters), version.owner});
  }
  return out;
}

std::uint16_t type_of(std::string_view name) {
  const auto entry = events::find_name(name);
  DAYBOOK_CHECK(entry.has_value(), "the event is in the catalogue");
  return entry->type;
}

}  // namespace

RuleBook::RuleBook(const scheduler::State& state) : components_(state), as_of_(state.applied()) {
  state.each_rule([&](const scheduler::Rule& rule) {
    for (const scheduler::RuleVersion& version : rule.versions) {
      put(rule.id, version);
    }
  });
  forget(state.rules_through());
}

bool RuleBook::folds(std::uint16_t type) {
  static const std::uint16_t kTypes[] = {type_of("RulePut"), type_of("RuleDeleted"),
                                         type_of("ComponentPut"), type_of("ComponentDeleted"),
                                         type_of("ContractDerived")};
  return std::find(std::begin(kTypes), std::end(kTypes), type) != std::end(kTypes);
}

void RuleBook::fold(const events::Recorded& recorded) {
  if (recorded.meta.seq <= as_of_) {
    return;
  }
  as_of_ = recorded.meta.seq;
  if (const auto* rule = std::get_if<events::RulePut>(&recorded.event)) {
    const bool open = scheduler::is_open_actor(recorded.meta.actor);
    put(rule->rule, {recorded.meta.seq, std::string(rule->components.text),
                     open ? std::string() : std::string(recorded.meta.actor)});
  } else if (const auto* gone = std::get_if<events::RuleDeleted>(&recorded.event)) {
    if (const auto found = rules_.find(gone->rule); found != rules_.end()) {
      rules_.erase(found);
    }
  } else if (!components_.fold(recorded).empty()) {
    codes_.clear();
  }
}

bool RuleBook::concerns(const events::Recorded& recorded) const {
  if (const auto* rule = std::get_if<events::RulePut>(&recorded.event)) {
    const auto found = rules_.find(rule->rule);
    return found != rules_.end() && found->second.size() > 1;
  }
  std::string_view changed;
  if (const auto* put = std::get_if<events::ComponentPut>(&recorded.event)) {
    changed = put->component;
  } else if (const auto* deleted = std::get_if<events::ComponentDeleted>(&recorded.event)) {
    changed = deleted->component;
  } else if (const auto* derived = std::get_if<events::ContractDerived>(&recorded.event)) {
    changed = derived->component;
  } else {
    return false;
  }
  const auto imports = [&](const std::string& component) {
    const auto found = components_.find(component);
    return found != nullptr &&
           std::find(found->imports.begin(), found->imports.end(), changed) != found->imports.end();
  };
  for (const auto& [id, versions] : rules_) {
    for (const Step& step : versions.back().steps) {
      if (step.component == changed || imports(step.component)) {
        return true;
      }
    }
  }
  return false;
}

void RuleBook::put(std::string_view rule, const scheduler::RuleVersion& version) {
  Versions& versions = rules_[std::string(rule)];
  if (versions.empty() || versions.back().text != version.components ||
      versions.back().owner != version.owner) {
    versions.push_back({version.put, version.components, version.owner, steps_of(rule, version)});
  }
}

Seq RuleBook::begin() const {
  DAYBOOK_CHECK(!empty(), "there is a rule");
  Seq out = rules_.begin()->second.front().put;
  for (const auto& [id, versions] : rules_) {
    out = std::min(out, versions.front().put);
  }
  return next(out);
}

std::vector<const RuleBook::Step*> RuleBook::steps(Seq on) const {
  std::vector<const Step*> out;
  for (const auto& [id, versions] : rules_) {
    const auto behind = std::find_if(versions.rbegin(), versions.rend(),
                                     [&](const Version& v) { return v.put < on; });
    if (behind != versions.rend()) {
      for (const Step& step : behind->steps) {
        out.push_back(&step);
      }
    }
  }
  return out;
}

void RuleBook::forget(Seq through) {
  for (auto& [id, versions] : rules_) {
    while (versions.size() > 1 && versions[1].put <= through) {
      versions.erase(versions.begin());
    }
  }
}

std::shared_ptr<const components::RuleCode> RuleBook::code(std::string_view component) {
  if (const auto known = codes_.find(component); known != codes_.end()) {
    return known->second;
  }
  const auto found = components_.find(component);
  if (found == nullptr) {
    return nullptr;
  }
  const auto text_of = [](const scheduler::Component& c) {
    return components::RuleCode::Text{c.id, c.spec, c.spec_hash};
  };
  auto out = std::make_shared<components::RuleCode>();
  out->own = text_of(*found);
  for (const std::string& import : found->imports) {
    if (const auto module = components_.find(import)) {
      out->modules.push_back(text_of(*module));
    }
  }
  codes_.emplace(component, out);
  return out;
}

std::vector<std::string> RuleBook::missing_modules(std::string_view component) const {
  std::vector<std::string> out;
  if (const auto found = components_.find(component)) {
    for (const std::string& import : found->imports) {
      if (components_.find(import) == nullptr) {
        out.push_back(import);
      }
    }
  }
  return out;
}

}  // namespace daybook::dispatch
