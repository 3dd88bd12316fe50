// A worker session's leases: as many jobs as its credits allow.
#include <algorithm>
#include <utility>

#include "api/worker_session.h"
#include "api/writes.h"
#include "base/limits/dispatch.h"
#include "base/limits/http.h"
#include "base/limits/worker_protocol.h"

namespace daybook::api {
namespace {

// Of a job in a frame, about.
std::size_t bytes_of_job(const scheduler::StartedJob& job) {
  constexpr std::size_t kWithoutParameters = 400;
  return job.parameters.size() + kWithoutParameters;
}

}  // namespace

// Keeps how to cancel the lease; everything else comes by its callback.
class WorkerSession::PollExchange final : public Exchange {
 public:
  void answer(std::function<Answer<Response>()> /*make*/,
              std::function<void()> /*unsent*/) override {}
  void watch(std::function<void()> gone) override { cancel = std::move(gone); }

  std::function<void()> cancel;
};

void WorkerSession::ask_all() {
  for (std::size_t i = 0; i < lanes_.size(); ++i) {
    ask(i);
  }
}

// One lease at a time for each subscription; it waits at the dispatcher as a long poll does.
void WorkerSession::ask(std::size_t at) {
  Lane& lane = lanes_[at];
  if (end_ || closed_ || draining_ || lane.asked > 0 || lane.rests_until.value != 0 ||
      lane.held >= lane.wish.credits || out_bytes_ >= kWorkerOutBytesMax) {
    return;
  }
  dispatch::LeaseRequest request;
  request.definitions = lane.wish.definitions;
  request.max = std::min(lane.wish.credits - lane.held, kWorkerLeaseMax);
  request.wait = millis(kLeaseWaitMaxMs);
  request.worker = worker_;
  const auto call = new_call();
  request.actor = actor_of(*call);
  lane.asked = request.max;
  lane.asked_at = context_->engine.clock.steady();
  const auto done = [self = shared_from_this(), at](Result<dispatch::LeasedJobs> leased) {
    auto shared = std::make_shared<Result<dispatch::LeasedJobs>>(std::move(leased));
    self->shard_->post([self, at, shared] { self->on_leased(at, std::move(*shared)); });
  };
  const auto exchange = std::make_shared<PollExchange>();
  std::make_shared<Lease>(call, done)->ask(std::move(request), Responder(exchange));
  lane.cancel = std::move(exchange->cancel);
}

void WorkerSession::on_leased(std::size_t at, Result<dispatch::LeasedJobs> leased) {
  Lane& lane = lanes_[at];
  const bool cancelled = !lane.cancel;
  lane.asked = 0;
  lane.cancel = {};
  const bool gone = closed_ || end_;
  if (gone) {
    if (leased) {
      context_->engine.dispatcher.give_back(std::move(leased->jobs));
    }
    return;
  }
  const bool empty = !leased || leased->jobs.empty();
  const Micros now = context_->engine.clock.steady();
  if (empty && !cancelled && now - lane.asked_at < Duration{kWorkerRestUs} &&
      lane.held < lane.wish.credits) {
    lane.rests_until = now + Duration{kWorkerRestUs};
    shard_->look_at(lane.rests_until);
  }
  if (leased && (!leased->jobs.empty() || !leased->warnings.empty())) {
    hold(at, std::move(*leased));
  }
  ask(at);
  look_for_end();
}

// Jobs in frames that are not much larger than a message.
void WorkerSession::hold(std::size_t at, dispatch::LeasedJobs leased) {
  for (const auto& job : leased.jobs) {
    held_.insert_or_assign(job.token.started, Held{job.token, at});
  }
  lanes_[at].held += leased.jobs.size();
  context_->metrics.worker_jobs_held.fetch_add(leased.jobs.size(), std::memory_order_relaxed);
  auto& jobs = leased.jobs;
  std::size_t first = 0;
  do {
    Out out;
    out.lane = at;
    out.leased.emplace();
    out.leased->receipt = leased.receipt;
    out.leased->warnings = std::exchange(leased.warnings, {});
    while (first < jobs.size() && out.bytes < kWorkerOutMessageBytes) {
      out.leased->jobs.push_back(std::move(jobs[first++]));
      out.bytes += bytes_of_job(out.leased->jobs.back());
    }
    push(std::move(out));
  } while (first < jobs.size());
}

// The attempt is over, or another's: its credit is free.
void WorkerSession::let_go(Seq started) {
  const auto found = held_.find(started);
  if (found == held_.end()) {
    return;
  }
  --lanes_[found->second.lane].held;
  held_.erase(found);
  context_->metrics.worker_jobs_held.fetch_sub(1, std::memory_order_relaxed);
}

void WorkerSession::cancel_polls() {
  for (Lane& lane : lanes_) {
    if (const auto cancel = std::exchange(lane.cancel, {})) {
      cancel();
    }
  }
}

}  // namespace daybook::api
