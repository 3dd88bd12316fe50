// One program and what must come of it: read from a text, run, compared. The form of the texts is
// in tests/reactor/cases/README.md.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "components/reactor/run.h"

namespace daybook::reactor {

struct Case {
  std::string name;
  std::string id = "main.hrc";
  std::string code;
  std::map<std::string, std::string, std::less<>> modules;
  std::map<std::string, std::string, std::less<>> rows;  // of a set: a JSON list
  std::vector<std::string> answers;
  std::string parameters = "{}";
  RunLimits limits;
  std::optional<std::size_t> interrupted_after;  // steps
  // What is expected; a list that is absent says nothing.
  std::optional<std::string> result;
  std::optional<std::vector<std::string>> effects;
  std::optional<std::vector<std::string>> asked;
  std::optional<std::vector<std::string>> imports;
  std::vector<std::string> diagnostics;
  std::optional<std::string> fault;
};

// All cases of a text; a problem in it is a case without code, whose name says what is wrong.
std::vector<Case> read_cases(std::string_view text);
// Empty when all is as expected, else what is not.
std::string problems_of(const Case& c);

// The sets that every case may ask.
const Sets& case_sets();
// 2026-03-01T12:00:00Z
inline constexpr Micros kCaseNow{1'772'366'400'000'000};

}  // namespace daybook::reactor
