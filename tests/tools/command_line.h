// Runs one command line in this process and keeps what it printed.
#pragma once

#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "tools/daybook/cli.h"

namespace daybook::cli {

struct Ran {
  int code = 0;
  std::string out;
  std::string err;
};

inline Ran run_line(std::vector<std::string> arguments, const std::string& program = "daybook",
                    const std::map<std::string, std::string>& variables = {},
                    const std::string& input = {}, bool terminal = false, std::size_t columns = 0) {
  std::istringstream in(input);
  std::ostringstream out;
  std::ostringstream err;
  const Environment env{.in = in,
                        .out = out,
                        .err = err,
                        .variable = [&](const std::string& name) -> std::optional<std::string> {
                          const auto at = variables.find(name);
                          return at == variables.end() ? std::nullopt : std::optional(at->second);
                        },
                        .out_is_terminal = terminal,
                        .out_columns = columns};
  Ran ran;
  ran.code = run(program, std::move(arguments), env);
  ran.out = out.str();
  ran.err = err.str();
  return ran;
}

}  // namespace daybook::cli
