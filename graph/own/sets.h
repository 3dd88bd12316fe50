// One function for each own set, in the file named after it. Private to graph/.
#pragma once

#include <memory>

#include "graph/set.h"
#include "projections/views.h"

namespace daybook::graph::own {

std::unique_ptr<Set> jobs(const projections::Views& views);
std::unique_ptr<Set> job_definitions(const projections::Views& views);
std::unique_ptr<Set> components(const projections::Views& views);
std::unique_ptr<Set> rules(const projections::Views& views);
std::unique_ptr<Set> sendings(const projections::Views& views);
std::unique_ptr<Set> events(const projections::Views& views);

}  // namespace daybook::graph::own
