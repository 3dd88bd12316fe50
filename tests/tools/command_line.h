// Runs one command line in this process and keeps what it printed.
#pragma once

#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "base/utf8.h"
#include "tools/daybook/cli.h"

namespace daybook::cli {

struct Ran {
  int code = 0;
  std::string out;
  std::string err;
};

// What a terminal, or who reads at one, is misled by, in a file: ESC, a C1 control, a mark that
// turns the direction of writing.
inline constexpr const char* kMisleading = "\x1b\xc2\x9b\xe2\x80\xae";

// Whether all that was printed may be shown at a terminal as it is.
inline bool is_printable(const Ran& ran) {
  return printable(ran.out, kProblemBytesMax) == ran.out &&
         printable(ran.err, kProblemBytesMax) == ran.err;
}

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
