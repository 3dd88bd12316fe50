// The components that a rule runs, as they stand in RulePut: [{"componentId": …, "parameters":
// {…}}, …]. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace daybook::scheduler {

struct RuleStep {
  std::string component;
  std::string parameters;  // JSON object text; empty means {}
};

std::string write_rule_steps(const std::vector<RuleStep>& steps);
// Of a text that stands in the log.
std::vector<RuleStep> read_rule_steps(std::string_view text);

// Whether a component is among them.
bool names_component(std::string_view text, std::string_view component);

}  // namespace daybook::scheduler
