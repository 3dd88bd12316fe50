// The tables [graph.<set>] of the configuration file. Private to tools/daybook.
#pragma once

#include <string>
#include <vector>

#include <toml++/toml.h>

#include "base/result.h"
#include "graph/config.h"

namespace daybook::cli {

// `graph` is the value of the key `graph`. A relative file is found beside `config_file`. kInvalid
// "BAD_SETTING" with "<file>:<line>".
Result<std::vector<graph::SetConfig>> read_graph_sets(const toml::node& graph,
                                                      const std::string& config_file);

// The same of a whole file; its other settings are passed over.
Result<std::vector<graph::SetConfig>> read_graph_file(const std::string& config_file);

}  // namespace daybook::cli
