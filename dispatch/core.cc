#include "dispatch/core.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "base/check.h"
#include "base/limits/dispatch.h"
#include "dispatch/report.h"
#include "dispatch/started.h"

namespace daybook::dispatch {
namespace {

// A runtime ends its runs at their timeout by itself, with a grace. One that does not answer for so
// long after is not believed any more.
constexpr Duration kOverdue = seconds(15);
// A program that was ended by a signal may have got it together with this server (a service manager
// ends the whole control group): until then the server knows of its own.
constexpr Duration kStopHeard = seconds(1);
// Proposals of each kind without a reply: a few requests deep, so that no tick fills the inbox.
constexpr std::size_t kInFlightMax = 4 * kStartsPerCommandMax;
// The end of a poll whose wait has not begun.
constexpr Micros kHeld{std::numeric_limits<std::int64_t>::max()};
// The end of one that nobody waits for any more.
constexpr Micros kCancelled{std::numeric_limits<std::int64_t>::min()};

}  // namespace

Core::Core(CoreOptions options, Entropy& entropy)
    : entropy_(entropy),
      open_(kOverdue),
      exec_free_(options.exec_slots),
      http_free_(options.http_slots),
      reactor_free_(options.reactor_slots),
      options_(options) {
  if (options_.queue_memory > 0) {
    queue_.keep_far(projections::queue_run_files(options_.queue_directory), options_.queue_memory);
  }
  // One slot is always left for the other definitions. http and reactor runs end by themselves.
  if (options.exec_slots > 1) {
    queue_.set_share(events::Runtime::kExec, static_cast<std::uint32_t>(options.exec_slots - 1));
  }
}

Submit& Core::submit(Batch batch, std::string actor, std::vector<scheduler::Command> commands) {
  batches_.emplace(++last_tag_, std::move(batch));
  return actions_.submits.emplace_back(Submit{last_tag_, std::move(actor), std::move(commands)});
}

std::size_t* Core::slots_of(events::Runtime runtime) {
  switch (runtime) {
    case events::Runtime::kExec:
      return &exec_free_;
    case events::Runtime::kHttp:
      return &http_free_;
    case events::Runtime::kReactor:
      return &reactor_free_;
    default:
      return nullptr;
  }
}

std::size_t Core::slots_in_all(events::Runtime runtime) const {
  switch (runtime) {
    case events::Runtime::kExec:
      return options_.exec_slots;
    case events::Runtime::kHttp:
      return options_.http_slots;
    case events::Runtime::kReactor:
      return options_.reactor_slots;
    default:
      return 0;
  }
}

void Core::give_slot_back(std::optional<events::Runtime> runtime) {
  if (auto* slots = runtime ? slots_of(*runtime) : nullptr) {
    ++*slots;
  }
}

void Core::add_poll(PollId number, LeaseRequest request, LeaseAnswer done, const Now& now) {
  workers_.seen(request.worker, request.definitions, now.logical);
  if (closed_) {
    actions_.answers.push_back({std::move(done), LeasedJobs{}});
    return;
  }
  Poll poll;
  poll.number = number;
  poll.until = request.held ? kHeld : now.steady + request.wait;
  poll.request = std::move(request);
  poll.done = std::move(done);
  keep_poll(std::move(poll));
}

void Core::keep_poll(Poll poll) {
  if (poll.waiter == 0 && !poll.request.key) {
    waiterless_.push_back(poll.number);
  }
  polls_.add(std::move(poll));
}

// Nobody waits on; when the sequencer still may serve it, it is asked first.
void Core::end_poll(Poll poll) {
  if (poll.waiter != 0) {
    take_back(std::move(poll));
    return;
  }
  const bool cancelled = closed_ || poll.until == kCancelled;
  auto answer = cancelled ? LeasedJobs{} : nothing_for(poll.request);
  actions_.answers.push_back({std::move(poll.done), std::move(answer)});
}

Submit& Core::take_back(Poll poll) {
  const std::uint64_t waiter = poll.waiter;
  Submit& out = submit(Leases{std::move(poll), {}}, "system", {});
  out.takes_back = waiter;
  return out;
}

Core::Leases* Core::leases_of(PollId poll) {
  for (auto& [tag, batch] : batches_) {
    if (auto* leases = std::get_if<Leases>(&batch); leases && leases->poll.number == poll) {
      return leases;
    }
  }
  return nullptr;
}

void Core::begin_wait(PollId number, const Now& now) {
  const auto begin = [&](Poll& poll) {
    if (poll.until == kHeld) {
      poll.until = now.steady + poll.request.wait;
    }
  };
  if (auto poll = polls_.take(number)) {
    begin(*poll);
    polls_.add(std::move(*poll));  // with its number: where it was
  } else if (Leases* leases = leases_of(number)) {
    begin(leases->poll);
  }
}

void Core::cancel_poll(PollId number) {
  if (auto poll = polls_.take(number)) {
    poll->until = kCancelled;
    end_poll(std::move(*poll));
  } else if (Leases* leases = leases_of(number)) {
    // Its starts are being decided: what comes of them is answered and then given back, and the
    // poll does not wait on.
    leases->poll.until = kCancelled;
  }
}

void Core::give_back(std::vector<scheduler::StartedJob> jobs) {
  for (auto& job : jobs) {
    undelivered_[job.definition].push_back(std::move(job));
  }
}

void Core::on_outcome(const scheduler::StartedJob& job, components::RunOutcome outcome,
                      const Now& now) {
  using Ending = components::RunOutcome::Ending;
  const auto run = runs_.find(job.token.started);
  DAYBOOK_CHECK(run != runs_.end(), "a launched run has one outcome");
  give_slot_back(run->second);
  runs_.erase(run);
  // What the end of the server ended is found open at the next start, and given up there.
  const bool by_shutdown = outcome.failure && outcome.failure->code == "SERVER_STOPPED";
  const Ending ending = outcome.ending;
  if (closed_ && (by_shutdown || ending != Ending::kOwn)) {
    return;
  }
  auto report = make_report(job.token, job.job, std::move(outcome), options_.effects);
  if (ending == Ending::kSignalled) {
    unsure_.push_back({now.steady + kStopHeard, std::move(report)});
  } else {
    reports_.push_back(std::move(report));
  }
}

// This server was not stopped with it.
void Core::report_unsure(const Now& now) {
  for (; !unsure_.empty() && unsure_.front().until <= now.steady; unsure_.pop_front()) {
    reports_.push_back(std::move(unsure_.front().report));
  }
}

void Core::stop_attempt(JobId job) {
  const auto* attempt = open_.find(job);
  if (attempt != nullptr && runs_.contains(attempt->started)) {
    actions_.stops.push_back(attempt->started);
  }
}

void Core::close() {
  closed_ = true;
  unsure_.clear();
  std::vector<Poll> polls;
  polls_.take_all(polls);
  for (auto& poll : polls) {
    end_poll(std::move(poll));
  }
}

void Core::abandon() {
  for (auto& [tag, batch] : batches_) {
    if (auto* leases = std::get_if<Leases>(&batch); leases && !leases->served) {
      actions_.answers.push_back(
          {std::move(leases->poll.done),
           fail(Code::kShutdown, "SHUTTING_DOWN", "The server is stopping.")});
    }
  }
  batches_.clear();
}

void Core::note_away(Duration by) {
  if (open_.size() > 0) {
    ++aways_in_flight_;
    submit(Noted{}, "system", {scheduler::NoteClock{by}});
  }
}

bool Core::note_clock() {
  if (std::exchange(clock_in_flight_, true)) {
    return false;
  }
  submit(Noted{true}, "system", {scheduler::NoteClock{}});
  return true;
}

void Core::step(const Now& now) {
  report_unsure(now);
  launch_late(now);
  propose_reports();
  if (closed_) {
    return;
  }
  propose_expiries(now);
  if (held_until_ && *held_until_ <= now.steady) {
    held_until_.reset();
  }
  if (!held_until_) {
    serve_polls(now);
    propose_starts(now);
  }
  std::vector<Poll> over;
  polls_.take_over(now.steady, over);
  for (auto& poll : over) {
    end_poll(std::move(poll));
  }
  if (!held_until_ && leases_in_flight_ < kInFlightMax) {
    wait_for_jobs();
  }
}

// Those for whom the queue holds nothing: all that could be served were.
void Core::wait_for_jobs() {
  for (const PollId number : std::exchange(waiterless_, {})) {
    Poll* const poll = polls_.find(number);
    if (poll != nullptr && poll->waiter == 0) {
      poll->waiter = ++last_tag_;
      waiters_.emplace(poll->waiter, number);
      actions_.waits.push_back({poll->waiter, poll->request, applied_, poll->done});
    }
  }
}

// Whoever waits for what cannot come is told so.
LeasedJobs Core::nothing_for(const LeaseRequest& request) const {
  LeasedJobs out;
  for (const std::string& definition : request.definitions) {
    const auto why = queue_.for_workers(definition);
    if (why != projections::Queue::ForWorkers::kYes) {
      out.warnings.push_back({definition, why});
    }
  }
  return out;
}

void Core::propose_reports() {
  while (!reports_.empty()) {
    Reports batch;
    std::vector<scheduler::Command> commands;
    for (std::size_t bytes = 0; !reports_.empty() && commands.size() < kStartsPerCommandMax;) {
      auto& report = reports_.front();
      bytes += report_bytes(report);
      if (!commands.empty() && bytes > kReportBytesMax) {
        break;
      }
      report.jitter = entropy_.next();
      batch.tokens.push_back(report.token);
      batch.jobs.push_back(*report.job);
      commands.emplace_back(std::move(report));
      reports_.pop_front();
    }
    submit(std::move(batch), "system", std::move(commands));
  }
}

void Core::propose_expiries(const Now& now) {
  while (expiries_in_flight_ < kInFlightMax) {
    Expiries batch;
    while (!lost_.empty() && lost_.back().started < server_started_ &&
           batch.attempts.size() < kStartsPerCommandMax) {
      batch.attempts.push_back(lost_.back());
      lost_.pop_back();
    }
    open_.take_over(offsets_.running(now.logical), kStartsPerCommandMax - batch.attempts.size(),
                    batch.attempts);
    if (batch.attempts.empty()) {
      return;
    }
    std::vector<scheduler::Command> commands;
    for (const auto& over : batch.attempts) {
      if (runs_.contains(over.started)) {
        actions_.stops.push_back(over.started);
      }
      commands.emplace_back(
          scheduler::ExpireLease{over.job, over.started, over.cause, entropy_.next()});
    }
    expiries_in_flight_ += batch.attempts.size();
    submit(std::move(batch), "system", std::move(commands));
  }
}

void Core::propose_starts(const Now& now) {
  const auto accepts = [&](std::optional<events::Runtime> runtime) {
    if (!runtime) {
      return failures_in_flight_ < kFailuresInFlightMax && ++failures_in_flight_ > 0;
    }
    auto* slots = slots_of(*runtime);
    if (slots == nullptr || *slots == 0) {
      return false;
    }
    --*slots;
    ++starts_in_flight_;
    return true;
  };
  for (;;) {
    const auto offers = queue_.take(now.logical, kStartsPerCommandMax, accepts);
    if (offers.empty()) {
      return;
    }
    Starts batch;
    std::vector<scheduler::Command> commands;
    for (const auto& offer : offers) {
      batch.jobs.push_back(offer.job);
      batch.slots.push_back(offer.runtime);
      commands.emplace_back(start_of(offer.job, entropy_));
    }
    submit(std::move(batch), "system", std::move(commands));
  }
}

std::size_t& Core::lane_of(const std::optional<events::Runtime>& slot) {
  return slot ? starts_in_flight_ : failures_in_flight_;
}

void Core::serve_polls(const Now& now) {
  polls_.serve([&](Poll& poll) { return serve(poll, now); });
}

// Their tokens have been told to nobody, so whoever asks next may have them. The log says for whom
// they were started, and by whom they are reported.
bool Core::serve_undelivered(Poll& poll, const Now& now) {
  std::vector<scheduler::StartedJob> jobs;
  for (const std::string& definition : poll.request.definitions) {
    const auto waiting = undelivered_.find(definition);
    if (waiting == undelivered_.end()) {
      continue;
    }
    auto& left = waiting->second;
    while (!left.empty() && jobs.size() < poll.request.max) {
      auto* attempt = open_.find(left.back().job);
      // One that was asked to stop would be begun for nothing: it ends with its lease.
      if (attempt != nullptr && attempt->started == left.back().token.started &&
          !attempt->cancel_requested && attempt->lease_until > offsets_.running(now.logical)) {
        workers_.ended(attempt->worker);
        attempt->worker = workers_.started(poll.request.worker, now.logical);
        jobs.push_back(std::move(left.back()));
        jobs.back().lease_until = offsets_.at_running(attempt->lease_until);
      }
      left.pop_back();
    }
    if (left.empty()) {
      undelivered_.erase(waiting);
    }
  }
  if (jobs.empty()) {
    return false;
  }
  actions_.answers.push_back({std::move(poll.done), LeasedJobs{std::move(jobs)}});
  return true;
}

bool Core::has_undelivered(const Poll& poll) const {
  const auto& wanted = poll.request.definitions;
  return !undelivered_.empty() &&
         std::any_of(wanted.begin(), wanted.end(),
                     [&](const std::string& one) { return undelivered_.contains(one); });
}

bool Core::serve(Poll& poll, const Now& now) {
  const bool keyed = poll.request.key.has_value();
  if (!keyed && has_undelivered(poll)) {
    if (poll.waiter != 0) {  // then it comes back without one
      take_back({poll.number, poll.request, poll.until, std::move(poll.done), poll.waiter});
      return true;
    }
    if (serve_undelivered(poll, now)) {
      return true;
    }
  }
  if (leases_in_flight_ >= kInFlightMax) {
    return false;
  }
  const std::size_t max = keyed ? 1 : poll.request.max;
  const auto offers = queue_.take_for_worker(now.logical, max, poll.request.definitions);
  if (offers.empty()) {
    return false;
  }
  // A copy: the poll's place in its line is still looked at.
  Leases batch;
  batch.poll = {poll.number, poll.request, poll.until, std::move(poll.done), poll.waiter};
  std::vector<scheduler::Command> commands;
  for (const auto& offer : offers) {
    batch.jobs.push_back(offer.job);
    commands.emplace_back(lease_of(offer.job, poll.request.worker, entropy_));
  }
  leases_in_flight_ += offers.size();
  Submit& request = submit(std::move(batch), poll.request.actor, std::move(commands));
  request.key = poll.request.key;
  request.takes_back = poll.waiter;
  return true;
}

Actions Core::take_actions() {
  return std::exchange(actions_, {});
}

std::optional<Duration> Core::idle(const Now& now) const {
  std::optional<Duration> out;
  const auto until = [&](std::optional<Micros> at, Micros from) {
    if (at) {
      const Duration left{std::max<std::int64_t>((*at - from).value, 0)};
      out = out ? std::min(*out, left) : left;
    }
  };
  until(polls_.next_end(), now.steady);
  if (!unsure_.empty()) {
    until(unsure_.front().until, now.steady);
  }
  if (!closed_) {
    // What waits for room in flight goes on with the reply that makes it.
    if (expiries_in_flight_ < kInFlightMax) {
      until(open_.next(), offsets_.running(now.logical));
    }
    if (held_until_) {
      until(held_until_, now.steady);
    } else {
      until(queue_.next_due(), now.logical);
    }
  }
  return out;
}

QueueView Core::queue(std::string_view definition, Micros now) const {
  return {queue_.counts(definition, now), queue_.hold(definition, now)};
}

DispatcherMetrics Core::metrics(Micros now) const {
  const auto counts = queue_.counts(now);
  DispatcherMetrics out;
  out.started = started_;
  out.start_refused = start_refused_;
  out.expired = expired_;
  out.exec_running = options_.exec_slots - std::min(exec_free_, options_.exec_slots);
  out.http_running = options_.http_slots - std::min(http_free_, options_.http_slots);
  out.reactor_running = options_.reactor_slots - std::min(reactor_free_, options_.reactor_slots);
  out.waiting = counts.waiting;
  out.waiting_on_disk = queue_.far_counts().jobs;
  out.queue_bytes = queue_.memory_bytes();
  out.ready = counts.ready;
  out.running = counts.running;
  out.leases_waiting = polls_.size();
  return out;
}

}  // namespace daybook::dispatch
