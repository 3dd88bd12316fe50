// A line that nobody looking on may see.
#pragma once

#include <string>

#include "base/result.h"
#include "tools/daybook/environment.h"

namespace daybook::cli {

// On a terminal asks with `prompt`, and what is typed does not appear; else takes the next line of
// standard input. kInvalid "NO_INPUT" when there is none. One thread.
Result<std::string> read_hidden_line(const Environment& env, const std::string& prompt);

}  // namespace daybook::cli
