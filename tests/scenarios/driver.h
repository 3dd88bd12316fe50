// Runs a scenario: a text table of commands and what must come of each. README.md describes the
// language.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace daybook::scenarios {

struct Problem {
  int line = 0;  // 0: the scenario as a whole
  std::string text;
};

// Empty when everything came as written, and the log keeps every promise at the end and at each
// restart.
std::vector<Problem> run_scenario(std::string_view text);

}  // namespace daybook::scenarios
