// One function for each kind of source, in the file named after it. Private to graph/.
#pragma once

#include <memory>

#include "graph/config.h"

namespace daybook::graph::sources {

std::unique_ptr<Set> http(SetConfig config);
std::unique_ptr<Set> postgres(SetConfig config);
std::unique_ptr<Set> ndjson(SetConfig config);

}  // namespace daybook::graph::sources
