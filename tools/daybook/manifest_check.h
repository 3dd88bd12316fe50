// What the server would say of a spec by itself: its own readers, asked before anything is sent.
#pragma once

#include <yaml-cpp/node/node.h>

#include "tools/daybook/manifest_spec.h"

namespace daybook::cli {

// Reports to `reader` what is wrong with the members of a definition or a rule, each at its line.
// `spec` is what `resource` was read from. Components are the business of their runtimes, which a
// server has.
void check_members(SpecReader& reader, const YAML::Node& spec, const Resource& resource);

}  // namespace daybook::cli
