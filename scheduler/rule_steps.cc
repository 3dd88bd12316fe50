#include "scheduler/rule_steps.h"

#include <algorithm>

#include "base/json_text.h"
#include "base/json_value.h"

namespace daybook::scheduler {

std::string write_rule_steps(const std::vector<RuleStep>& steps) {
  std::string out = "[";
  for (const RuleStep& step : steps) {
    out += out.size() > 1 ? "," : "";
    out += "{\"componentId\":";
    append_json_string(out, step.component);
    out += ",\"parameters\":";
    out += step.parameters.empty() ? "{}" : step.parameters;
    out += '}';
  }
  return out + "]";
}

std::vector<RuleStep> read_rule_steps(std::string_view text) {
  std::vector<RuleStep> out;
  for (const JsonValue& element : JsonValue(text).elements()) {
    RuleStep step;
    for (const auto& [name, value] : element.members()) {
      if (name == "componentId") {
        step.component = value.string();
      } else {
        step.parameters = value.text();
      }
    }
    out.push_back(std::move(step));
  }
  return out;
}

bool names_component(std::string_view text, std::string_view component) {
  std::string written = "{\"componentId\":";
  append_json_string(written, component);
  if (text.find(written) == std::string_view::npos) {
    return false;
  }
  const auto steps = read_rule_steps(text);  // parameters may hold the like
  return std::any_of(steps.begin(), steps.end(),
                     [&](const RuleStep& step) { return step.component == component; });
}

}  // namespace daybook::scheduler
