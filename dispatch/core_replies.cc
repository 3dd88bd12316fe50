// Core: what the sequencer answers to its proposals.
#include <utility>

#include "dispatch/core.h"
#include "dispatch/report.h"
#include "dispatch/started.h"

namespace daybook::dispatch {
namespace {

constexpr Duration kHold = millis(20);        // after a refusal that the queue did not foresee
constexpr Duration kLookAgain = millis(100);  // at an attempt that was not over after all

// Refused for what came with the request, or nobody knows: whoever asked is told, and the queue was
// right.
bool is_of_request(const Error& error) {
  return error.reason == "TOO_MANY_KEYS" || error.reason == "IDEMPOTENCY_KEY_REUSED" ||
         error.code == Code::kUnknownOutcome || error.code == Code::kUnauthorized ||
         error.code == Code::kDenied;
}

}  // namespace

void Core::on_replies(std::uint64_t tag, Replies replies, const Now& now) {
  const auto found = batches_.find(tag);
  if (found == batches_.end()) {
    return;
  }
  Batch batch = std::move(found->second);
  batches_.erase(found);
  std::visit([&](auto& kind) { answer(kind, replies, now); }, batch);
}

// The log holds no event that ends the offer: the job is ready again.
void Core::refused(JobId job, const Error& error, const Now& now) {
  ++start_refused_;
  queue_.give_back(job);
  const bool gone = error.code == Code::kNotFound || error.reason == "JOB_RUNNING";
  if (!gone) {
    held_until_ = now.steady + kHold;
  }
}

void Core::answer(Starts& batch, Replies& replies, const Now& now) {
  for (std::size_t i = 0; i < batch.jobs.size(); ++i) {
    --lane_of(batch.slots[i]);
    auto& reply = replies[i];
    auto started = reply ? take_started(*reply) : std::nullopt;
    if (!started) {
      give_slot_back(batch.slots[i]);
      if (!reply) {
        refused(batch.jobs[i], reply.error(), now);
      }
      continue;
    }
    // The component may have changed its runtime since it was offered.
    if (batch.slots[i] == started->component->runtime) {
      launch(std::move(*started), batch.slots[i], now);
    } else {
      give_slot_back(batch.slots[i]);
      late_.push_back(std::move(*started));
    }
  }
}

// In the order of their starts, each runtime for itself. What no runtime of this server runs fails
// where it would run.
void Core::launch_late(const Now& now) {
  for (auto job = late_.begin(); job != late_.end();) {
    const events::Runtime runtime = job->component->runtime;
    std::size_t* const free = slots_of(runtime);
    const bool runs = slots_in_all(runtime) > 0;
    if (runs && *free == 0) {
      ++job;
      continue;
    }
    if (runs) {
      --*free;
    }
    launch(std::move(*job), runs ? std::optional(runtime) : std::nullopt, now);
    job = late_.erase(job);
  }
}

void Core::launch(scheduler::StartedJob&& job, std::optional<events::Runtime> slot,
                  const Now& now) {
  const auto* attempt = open_.find(job.job);
  if (attempt == nullptr || attempt->started != job.token.started) {
    give_slot_back(slot);
    return;  // it was ended before it was launched
  }
  runs_.emplace(job.token.started, slot);
  if (attempt->cancel_requested) {
    components::RunOutcome outcome;
    outcome.cancelled = true;
    on_outcome(job, std::move(outcome), now);
    return;
  }
  Launch started{std::move(job), {}};
  if (attempt->timeout_at.value != 0) {
    started.deadline = now.steady + (attempt->timeout_at - offsets_.running(now.logical));
  }
  actions_.launches.push_back(std::move(started));
}

void Core::on_waiter(std::uint64_t waiter, bool served) {
  const auto found = waiters_.find(waiter);
  if (found == waiters_.end()) {
    return;
  }
  const PollId number = found->second;
  waiters_.erase(found);
  if (Poll* const poll = polls_.find(number)) {
    if (served) {
      (void)polls_.take(number);
    } else {
      poll->waiter = 0;
      waiterless_.push_back(number);
    }
  } else if (Leases* const leases = leases_of(number)) {
    leases->poll.waiter = 0;
    leases->served = served;
  }
}

void Core::answer(Leases& batch, Replies& replies, const Now& now) {
  leases_in_flight_ -= batch.jobs.size();
  waiters_.erase(std::exchange(batch.poll.waiter, 0));
  LeasedJobs leased;
  std::optional<Error> told;
  for (std::size_t i = 0; i < batch.jobs.size(); ++i) {
    if (!replies[i] && replies[i].error().reason == "WAITER_SERVED") {
      queue_.give_back(batch.jobs[i]);
    } else if (!replies[i] && is_of_request(replies[i].error())) {
      ++start_refused_;
      queue_.give_back(batch.jobs[i]);
      told = std::move(replies[i]).error();
    } else if (!replies[i]) {
      refused(batch.jobs[i], replies[i].error(), now);
    } else if (replies[i]->replayed) {
      queue_.give_back(batch.jobs[i]);  // another request with the key was faster
      leased.receipt = std::move(*replies[i]);
    } else if (auto started = take_started(*replies[i])) {
      leased.jobs.push_back(std::move(*started));
      leased.receipt = std::move(*replies[i]);
    }
  }
  const bool empty = leased.jobs.empty() && !leased.receipt.replayed;
  if (batch.served) {
    return;
  }
  if (told && empty) {
    actions_.answers.push_back({std::move(batch.poll.done), fail(std::move(*told))});
  } else if (!empty) {
    actions_.answers.push_back({std::move(batch.poll.done), std::move(leased)});
  } else if (!closed_ && batch.poll.until > now.steady) {
    keep_poll(std::move(batch.poll));  // with its number: back in front
  } else {
    end_poll(std::move(batch.poll));
  }
}

void Core::answer(Reports& batch, Replies& replies, const Now&) {
  for (std::size_t i = 0; i < batch.tokens.size(); ++i) {
    if (replies[i]) {
      continue;
    }
    const Error& error = replies[i].error();
    switch (error.code) {
      case Code::kTooLarge:
      case Code::kInvalid:
      case Code::kMalformed:
        reports_.push_back(make_refused_report(batch.tokens[i], batch.jobs[i], error));
        break;
      default:
        actions_.notes.push_back("report of job " + batch.jobs[i].text() +
                                 " dropped: " + error.text());
    }
  }
}

void Core::answer(Expiries& batch, Replies& replies, const Now& now) {
  expiries_in_flight_ -= batch.attempts.size();
  for (std::size_t i = 0; i < batch.attempts.size(); ++i) {
    const auto& over = batch.attempts[i];
    if (replies[i]) {
      ++expired_;
    } else if (replies[i].error().reason == "ATTEMPT_NOT_OVER") {
      // A heartbeat overtook us, or the clocks differ.
      open_.look_again(over.job, over.started, offsets_.running(now.logical) + kLookAgain);
    }
  }
}

void Core::answer(Noted& batch, Replies&, const Now&) {
  if (batch.clock) {
    clock_in_flight_ = false;
  } else {
    --aways_in_flight_;
  }
}

}  // namespace daybook::dispatch
