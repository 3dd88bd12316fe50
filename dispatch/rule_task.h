// One component of one rule that runs for one event, and the command that records what came of it.
// Private to dispatch.
#pragma once

#include <string>
#include <vector>

#include "components/rules.h"
#include "dispatch/effects.h"
#include "dispatch/rule_book.h"
#include "dispatch/rule_depth.h"
#include "scheduler/commands.h"

namespace daybook::dispatch {

struct RuleTask {
  RuleBook::Step step;
  Seq on;
  Micros time;  // of the event, logical
  Micros wall;  // what the wall clock showed then
  Subject subject;
  JobId job;  // that it is about; null: about a sending
  std::string hook;
  std::string input;  // JSON: its record
};

// What the evaluator is given.
components::RuleOrder make_rule_order(const RuleTask& task,
                                      std::shared_ptr<const components::RuleCode> code,
                                      const std::string& input_name);

// What it ran as: the component, the modules that it imports, and those of them that are not there.
struct RuleRan {
  const components::RuleCode& code;
  std::vector<std::string> missing;
};

// Without depth. An effect that this server could never carry out becomes a failure.
scheduler::ApplyRule make_application(const RuleTask& task, const RuleRan& ran,
                                      components::RuleOutcome outcome, const EffectRules& rules);
// The same after it was refused for its content.
scheduler::ApplyRule make_refused_application(scheduler::ApplyRule application,
                                              const Error& refusal);

// Bytes that it brings into the log, about.
std::size_t application_bytes(const scheduler::ApplyRule& application);

}  // namespace daybook::dispatch
