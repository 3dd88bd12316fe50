#include "api/component_users.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "base/limits/http.h"
#include "base/limits/state.h"
#include "components/runtime.h"
#include "dispatch/stored_components.h"
#include "scheduler/rule_steps.h"

namespace daybook::api {
namespace {

using namespace std::string_view_literals;
using projections::ComponentRow;

constexpr std::string_view kComponent = "componentId";
constexpr std::string_view kRule = "ruleId";
constexpr std::string_view kDefinition = "jobDefinitionId";

class Look {
 public:
  Look(const Engine& engine, const std::string& changed)
      : engine_(engine), stored_(engine.views), changed_(changed) {}

  void at_importer(const std::string& id) {
    const ComponentRow* const row = row_of(id);
    const components::Runtime* runtime = row != nullptr ? runtime_of(row->runtime) : nullptr;
    if (runtime == nullptr) {
      return;
    }
    if (const auto checked = runtime->check({id, row->spec, stored_}); !checked) {
      warn("IMPORTER_BROKEN",
           id + " imports it and does not compile: " + checked.error().errors.front().text(),
           kComponent, id);
    }
  }

  void at_rule(const scheduler::ComponentUse& use) {
    const ComponentRow* const component = row_of(use.component);
    if (missed_) {
      return;
    }
    if (component == nullptr) {
      warn("COMPONENT_NOT_FOUND", "the rule " + use.id + " runs it, once it is there again", kRule,
           use.id);
      return;
    }
    const auto rule = engine_.views.rule(use.id);
    missed_ = missed_ || !rule;
    if (!rule || !*rule) {
      return;
    }
    for (const scheduler::RuleStep& step : scheduler::read_rule_steps((*rule)->components)) {
      if (step.component != use.component) {
        continue;
      }
      if (const Status taken = rule_takes(*component, step); !taken) {
        warn("RULE_BROKEN",
             "the rule " + use.id + " cannot run " + name(use) + ": " + taken.error().text(), kRule,
             use.id);
      }
    }
  }

  void at_definition(const scheduler::ComponentUse& use) {
    const ComponentRow* const component = row_of(use.component);
    if (missed_) {
      return;
    }
    if (component == nullptr) {
      warn("COMPONENT_NOT_FOUND",
           "jobs of " + use.id + " fail that come due before it is there again", kDefinition,
           use.id);
      return;
    }
    projections::JobFilter next;
    next.definition = use.id;
    next.status = projections::JobStatus::kPending;
    next.order = projections::JobOrder::kRunAtFirst;
    projections::PageRequest first;
    first.limit = kComponentUsersMax;
    const auto jobs = engine_.views.jobs(next, first);
    missed_ = missed_ || !jobs;
    if (component->contract.empty() || !jobs) {
      return;
    }
    for (const projections::JobRow& job : jobs->rows) {
      const std::string_view parameters = job.parameters.empty() ? "{}"sv : job.parameters;
      const Status taken = engine_.contracts.job(component->contract, parameters);
      if (!taken) {
        warn("PARAMETERS_REFUSED",
             name(use) + " refuses the parameters of the pending job " + job.job.text() + " of " +
                 use.id + ": " + taken.error().text(),
             kDefinition, use.id);
        return;
      }
    }
  }

  void warn(std::string code, std::string message, std::string_view of, std::string id) {
    warnings_.push_back({std::move(code), std::move(message), of, std::move(id)});
  }
  // Something could not be read; what follows it is not looked at.
  bool missed() const { return missed_; }
  ComponentWarnings take() { return std::move(warnings_); }

 private:
  // As it is stored now; null when it is gone, or cannot be read.
  const ComponentRow* row_of(const std::string& id) {
    auto found = rows_.find(id);
    if (found == rows_.end()) {
      auto stored = engine_.views.component(id);
      missed_ = missed_ || !stored;
      found = rows_.emplace(id, stored ? std::move(*stored) : std::nullopt).first;
    }
    return found->second ? &*found->second : nullptr;
  }
  // Of the component in a message that is about the one that was changed.
  std::string name(const scheduler::ComponentUse& use) const {
    return use.component == changed_ ? "it" : use.component + ", which imports it,";
  }
  const components::Runtime* runtime_of(events::Runtime runtime) const {
    const auto found = engine_.runtimes.find(runtime);
    return found == engine_.runtimes.end() ? nullptr : found->second;
  }
  Status rule_takes(const ComponentRow& component, const scheduler::RuleStep& step) const {
    if (component.runtime != events::Runtime::kReactor) {
      return fail(Code::kInvalid, "WRONG_RUNTIME", "a rule runs reactor components only");
    }
    return component.contract.empty()
               ? Status()
               : engine_.contracts.rule(
                     component.contract,
                     step.parameters.empty() ? "{}" : std::string_view(step.parameters));
  }

  const Engine& engine_;
  const dispatch::StoredComponents stored_;
  const std::string& changed_;
  std::map<std::string, std::optional<ComponentRow>> rows_;
  bool missed_ = false;
  ComponentWarnings warnings_;
};

}  // namespace

scheduler::ComponentUsers users_seen_by(const access::Rights& rights,
                                        scheduler::ComponentUsers users) {
  using access::Noun;
  const auto hidden = [&](Noun noun, const std::string& id) {
    return !rights.allows(noun, id, access::Verb::kRead);
  };
  std::erase_if(users.importers,
                [&](const std::string& id) { return hidden(Noun::kComponents, id); });
  std::erase_if(users.rules, [&](const scheduler::ComponentUse& use) {
    return hidden(Noun::kRules, use.id) || hidden(Noun::kComponents, use.component);
  });
  std::erase_if(users.definitions, [&](const scheduler::ComponentUse& use) {
    return hidden(Noun::kDefinitions, use.id) || hidden(Noun::kJobs, use.id) ||
           hidden(Noun::kComponents, use.component);
  });
  return users;
}

ComponentWarnings check_users(const Engine& engine, const std::string& component,
                              const scheduler::ComponentUsers& users) {
  const Micros deadline = engine.clock.steady() + Duration{kComponentUsersTimeUs};
  Look look(engine, component);
  bool all = true;
  const auto each = [&](const auto& users_of_kind, auto at) {
    for (std::size_t i = 0; i < users_of_kind.size(); ++i) {
      if (i == kComponentUsersMax || engine.clock.steady() >= deadline) {
        all = false;
        return;
      }
      (look.*at)(users_of_kind[i]);
    }
  };
  each(users.importers, &Look::at_importer);
  each(users.rules, &Look::at_rule);
  each(users.definitions, &Look::at_definition);
  if (!all || look.missed()) {
    look.warn("NOT_ALL_CHECKED",
              "not all components, rules and definitions that name it were looked at here", "", "");
  }
  return look.take();
}

void write_warnings(JsonWriter& json, const ComponentWarnings& warnings) {
  json.key("warnings");
  json.begin_array();
  for (const ComponentWarning& warning : warnings) {
    json.begin_object();
    json.member("code", warning.code);
    json.member("message", warning.message);
    if (!warning.of.empty()) {
      json.member(warning.of, warning.id);
    }
    json.end_object();
  }
  json.end_array();
}

}  // namespace daybook::api
