// Whether new jobs have the parameters that their components take, as far as that can be said now.
#pragma once

#include "api/api.h"
#include "base/result.h"
#include "scheduler/commands.h"

namespace daybook::api {

// Components and definitions are looked up in the views, which keep them in memory; a definition
// that is not there, or whose component is not, is left to the run. The error names the job's place
// and its parameter.
Status check_parameters(const Engine& engine, const scheduler::CreateJobs& command);

}  // namespace daybook::api
