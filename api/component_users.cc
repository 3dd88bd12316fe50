#include "api/component_users.h"

#include <algorithm>
#include <utility>

#include "base/limits/http.h"
#include "base/limits/state.h"
#include "components/runtime.h"
#include "dispatch/stored_components.h"
#include "scheduler/rule_steps.h"

namespace daybook::api {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view kComponent = "componentId";
constexpr std::string_view kRule = "ruleId";
constexpr std::string_view kDefinition = "jobDefinitionId";

class Look {
 public:
  Look(const Engine& engine, const std::string& component)
      : engine_(engine), stored_(engine.views), component_(component) {
    auto stored = engine.views.component(component);
    missed_ = !stored;
    if (stored) {
      stored_row_ = std::move(*stored);
    }
  }

  void at_importer(const std::string& id) {
    const auto row = engine_.views.component(id);
    missed_ = missed_ || !row;
    const components::Runtime* runtime = row && *row ? runtime_of((*row)->runtime) : nullptr;
    if (runtime == nullptr) {
      return;
    }
    if (const auto checked = runtime->check({id, (*row)->spec, stored_}); !checked) {
      warn("IMPORTER_BROKEN",
           id + " imports it and does not compile: " + checked.error().errors.front().text(),
           kComponent, id);
    }
  }

  void at_rule(const std::string& id) {
    if (missed_) {
      return;
    }
    if (!stored_row_) {
      warn("COMPONENT_NOT_FOUND", "the rule " + id + " runs it, once it is there again", kRule, id);
      return;
    }
    const auto rule = engine_.views.rule(id);
    missed_ = missed_ || !rule;
    if (!rule || !*rule) {
      return;
    }
    for (const scheduler::RuleStep& step : scheduler::read_rule_steps((*rule)->components)) {
      if (step.component != component_) {
        continue;
      }
      if (const Status taken = rule_takes(step); !taken) {
        warn("RULE_BROKEN", "the rule " + id + " cannot run it: " + taken.error().text(), kRule,
             id);
      }
    }
  }

  void at_definition(const std::string& id) {
    if (missed_) {
      return;
    }
    if (!stored_row_) {
      warn("COMPONENT_NOT_FOUND", "jobs of " + id + " fail that come due before it is there again",
           kDefinition, id);
      return;
    }
    projections::JobFilter next;
    next.definition = id;
    next.status = projections::JobStatus::kPending;
    next.order = projections::JobOrder::kRunAtFirst;
    projections::PageRequest first;
    first.limit = kComponentUsersMax;
    const auto jobs = engine_.views.jobs(next, first);
    missed_ = missed_ || !jobs;
    if (stored_row_->contract.empty() || !jobs) {
      return;
    }
    for (const projections::JobRow& job : jobs->rows) {
      const std::string_view parameters = job.parameters.empty() ? "{}"sv : job.parameters;
      const Status taken = engine_.contracts.job(stored_row_->contract, parameters);
      if (!taken) {
        warn("PARAMETERS_REFUSED",
             "it refuses the parameters of the pending job " + job.job.text() + " of " + id + ": " +
                 taken.error().text(),
             kDefinition, id);
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
  const components::Runtime* runtime_of(events::Runtime runtime) const {
    const auto found = engine_.runtimes.find(runtime);
    return found == engine_.runtimes.end() ? nullptr : found->second;
  }
  Status rule_takes(const scheduler::RuleStep& step) const {
    if (stored_row_->runtime != events::Runtime::kReactor) {
      return fail(Code::kInvalid, "WRONG_RUNTIME", "a rule runs reactor components only");
    }
    return stored_row_->contract.empty()
               ? Status()
               : engine_.contracts.rule(
                     stored_row_->contract,
                     step.parameters.empty() ? "{}" : std::string_view(step.parameters));
  }

  const Engine& engine_;
  const dispatch::StoredComponents stored_;
  const std::string& component_;
  std::optional<projections::ComponentRow> stored_row_;
  bool missed_ = false;
  ComponentWarnings warnings_;
};

}  // namespace

ComponentWarnings check_users(const Engine& engine, const std::string& component,
                              const scheduler::ComponentUsers& users) {
  const Micros deadline = engine.clock.steady() + Duration{kComponentUsersTimeUs};
  Look look(engine, component);
  bool all = true;
  const auto each = [&](const std::vector<std::string>& ids, auto at) {
    for (std::size_t i = 0; i < ids.size(); ++i) {
      if (i == kComponentUsersMax || engine.clock.steady() >= deadline) {
        all = false;
        return;
      }
      (look.*at)(ids[i]);
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
