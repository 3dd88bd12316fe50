// What each own set looks like, and the set, in the file named after it. Private to graph/.
#pragma once

#include <memory>

#include "graph/set.h"
#include "projections/views.h"

namespace daybook::graph::own {

SetSchema job_schema();
SetSchema definition_schema();
SetSchema component_schema();
SetSchema rule_schema();
SetSchema sending_schema();
SetSchema event_schema();

std::unique_ptr<Set> jobs(const projections::Views& views);
std::unique_ptr<Set> job_definitions(const projections::Views& views);
std::unique_ptr<Set> components(const projections::Views& views);
std::unique_ptr<Set> rules(const projections::Views& views);
std::unique_ptr<Set> sendings(const projections::Views& views);
std::unique_ptr<Set> events(const projections::Views& views);

}  // namespace daybook::graph::own
