// What `component check` does when it is given nothing but names.
#pragma once

#include <string>
#include <vector>

#include "tools/daybook/cli.h"

namespace daybook::cli {

// Whether a name can be nothing but a file's, or the id of a component that is called like one.
bool names_a_file(const std::string& name);

struct CheckOptions {
  std::string root;         // of the modules of files; empty: their own folder
  std::string config;       // the sets of files; empty: Daybook's own
  bool ask_server = false;  // files too, for the sets that they ask
};

// Each name is a file in the reactor language ("-": standard input), or else a component that the
// server has. Prints every fault of each.
Status check_components(const Session& session, const std::vector<std::string>& names,
                        const CheckOptions& options);

}  // namespace daybook::cli
