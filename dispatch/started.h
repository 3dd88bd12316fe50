// Starts: what is asked of the sequencer, and what it answers. Private to dispatch.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/entropy.h"
#include "dispatch/dispatcher.h"
#include "scheduler/commands.h"
#include "scheduler/outcomes.h"

namespace daybook::dispatch {

scheduler::StartJob start_of(JobId job, Entropy& entropy);
scheduler::StartJob lease_of(JobId job, const std::string& worker, Entropy& entropy);

// The attempt of an answered start; empty when the job failed instead of starting.
std::optional<scheduler::StartedJob> take_started(scheduler::Reply& reply);
// All that were started, with the receipt of the last.
LeasedJobs leased_of(std::vector<Result<scheduler::Reply>>&& replies);

}  // namespace daybook::dispatch
