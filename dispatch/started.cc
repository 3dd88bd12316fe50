#include "dispatch/started.h"

#include <utility>
#include <variant>

namespace daybook::dispatch {

scheduler::StartJob start_of(JobId job, Entropy& entropy) {
  scheduler::StartJob out;
  out.job = job;
  out.secret = {entropy.next(), entropy.next()};
  return out;
}

scheduler::StartJob lease_of(JobId job, const std::string& worker, Entropy& entropy) {
  scheduler::StartJob out = start_of(job, entropy);
  out.worker = worker;
  out.leased = true;
  return out;
}

std::optional<scheduler::StartedJob> take_started(scheduler::Reply& reply) {
  auto* outcome = std::get_if<scheduler::StartOutcome>(&reply.outcome);
  return outcome == nullptr ? std::nullopt : std::move(outcome->started);
}

LeasedJobs leased_of(std::vector<Result<scheduler::Reply>>&& replies) {
  LeasedJobs out;
  for (Result<scheduler::Reply>& reply : replies) {
    if (auto started = reply ? take_started(*reply) : std::nullopt) {
      out.jobs.push_back(std::move(*started));
      out.receipt = std::move(*reply);
    }
  }
  return out;
}

}  // namespace daybook::dispatch
