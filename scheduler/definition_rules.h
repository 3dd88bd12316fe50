// What the members of a job definition must be to each other, whoever put them together: a PUT, or
// the settings that a PATCH leaves. What a member says alone is checked where it is read.
#pragma once

#include <vector>

#include "base/result.h"
#include "scheduler/commands.h"

namespace daybook::scheduler {

// Every fault, each by the member that is missing or wrong; empty: there is none.
std::vector<Error> check_together(const PutDefinition& settings);

}  // namespace daybook::scheduler
