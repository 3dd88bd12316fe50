// The rules, as they were at any event that is still to be looked at, and the reactor components,
// as they are at the newest event that was folded. Private to dispatch. One thread.
//
//   log  ……│ looked at │ still to be looked at │ not folded yet
//          ^ from here a rule's versions are kept   ^ as_of()
#pragma once

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "components/rules.h"
#include "dispatch/component_book.h"
#include "events/types.h"
#include "scheduler/state.h"

namespace daybook::dispatch {

class RuleBook {
 public:
  // One component of one rule, as a version of the rule says.
  struct Step {
    std::string rule;
    Seq version;  // its RulePut event
    std::string component;
    std::string parameters;  // JSON object text
    std::string owner{};     // who put that version; "": who may everything
  };

  // Takes over recovered state.
  explicit RuleBook(const scheduler::State& state);

  // Whether events of that type change the book; the others need not be folded.
  static bool folds(std::uint16_t type);
  // Events in order; one that was folded before changes nothing.
  void fold(const events::Recorded& recorded);
  // Whether the event, which was folded, makes a difference to what rules run: then events before
  // it should not be looked at again after a restart.
  bool concerns(const events::Recorded& recorded) const;
  // All up to there was folded, or needs not be.
  void advance(Seq as_of) { as_of_ = std::max(as_of_, as_of); }
  Seq as_of() const { return as_of_; }

  bool empty() const { return rules_.empty(); }
  // The first event that a rule may have to run for; not when empty.
  Seq begin() const;
  // What runs for that event, in this order; valid until the next fold() or forget().
  std::vector<const Step*> steps(Seq on) const;
  // Rules ran for all events up to there.
  void forget(Seq through);

  // The component with its modules; null when there is none that can be run. The same object as
  // long as nothing of it changed.
  std::shared_ptr<const components::RuleCode> code(std::string_view component);
  // Ids that the component imports and that are not there.
  std::vector<std::string> missing_modules(std::string_view component) const;

 private:
  struct Version {
    Seq put;
    std::string text;
    std::string owner;
    std::vector<Step> steps;
  };
  using Versions = std::vector<Version>;  // oldest first

  void put(std::string_view rule, const scheduler::RuleVersion& version);

  std::map<std::string, Versions, std::less<>> rules_;
  ComponentBook components_;
  std::map<std::string, std::shared_ptr<const components::RuleCode>, std::less<>> codes_;
  Seq as_of_;
};

}  // namespace daybook::dispatch
