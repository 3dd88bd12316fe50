// Whether new jobs have the parameters that their components take, as far as that can be said now.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/result.h"
#include "components/runtime.h"
#include "events/types.h"
#include "projections/views.h"

namespace daybook::dispatch {

// Who checks components of which runtime; workers need nobody.
using RuntimeChecks = std::map<events::Runtime, const components::Runtime*>;

// Where definitions and components are looked up: the views keep them in memory. Not null.
struct ParameterSource {
  const projections::Views* views;
  const RuntimeChecks* runtimes;
  components::Compiling compiling = components::Compiling::kAllowed;
};

// For one command: each definition is looked up once, with its component and what that takes. One
// thread.
class ParameterCheck {
 public:
  explicit ParameterCheck(const ParameterSource& source) : source_(source) {}

  // A definition that is not there, or whose component is not, is left to the run. The error names
  // the parameter.
  Status operator()(const std::string& definition, std::string_view parameters);

 private:
  Result<components::ParameterRules> rules_of(const std::string& definition) const;

  const ParameterSource source_;
  std::map<std::string, Result<components::ParameterRules>, std::less<>> rules_;
};

}  // namespace daybook::dispatch
