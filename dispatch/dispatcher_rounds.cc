#include "dispatch/dispatcher_rounds.h"

#include <algorithm>
#include <utility>

#include <spdlog/spdlog.h>

#include "base/limits/dispatch.h"
#include "dispatch/order.h"
#include "dispatch/started.h"
#include "events/codec.h"

namespace daybook::dispatch {
namespace {

Status check_lease(const LeaseRequest& request) {
  const auto refuse = [](std::string_view field, std::int64_t min, std::size_t max) {
    return fail(Code::kInvalid, "INVALID_FIELD",
                "Must be from " + std::to_string(min) + " to " + std::to_string(max) + ".", field);
  };
  if (request.definitions.empty() || request.definitions.size() > kLeaseDefinitionsMax) {
    return refuse("definitions", 1, kLeaseDefinitionsMax);
  }
  if (request.max == 0 || request.max > kLeaseJobsMax) {
    return refuse("max", 1, kLeaseJobsMax);
  }
  if (request.wait.value < 0 || request.wait > millis(kLeaseWaitMaxMs)) {
    return refuse("waitMs", 0, kLeaseWaitMaxMs);
  }
  return {};
}

tl::unexpected<Error> stopping() {
  return fail(Code::kShutdown, "SHUTTING_DOWN", "The server is stopping.");
}

// Who an attempt was started for; "" when the event has left the log, for all that is lost is a
// line of a list.
std::string worker_of(log::Log& log, Seq started) {
  const auto cursor = log.read(started);
  events::RecordView record;
  if (!cursor || !(*cursor)->next(record).value_or(false)) {
    return {};
  }
  const auto recorded = events::decode(record);
  const auto* event = recorded ? std::get_if<events::JobStarted>(&recorded->event) : nullptr;
  return event == nullptr ? std::string() : std::string(event->worker);
}

}  // namespace

DispatcherRounds::DispatcherRounds(log::Log& log, scheduler::Sequencer& sequencer,
                                   const Clock& clock, Entropy& entropy, DispatcherOptions options)
    : log_(log),
      sequencer_(sequencer),
      clock_(clock),
      entropy_(entropy),
      options_(std::move(options)),
      core_({options_.runtimes.exec == nullptr ? 0 : options_.exec_slots,
             options_.runtimes.http == nullptr ? 0 : options_.http_slots,
             options_.runtimes.reactor == nullptr ? 0 : options_.reactor_slots, options_.effects,
             options_.queue_memory, options_.queue_directory},
            entropy) {}

void DispatcherRounds::recover(const scheduler::State& state, Seq applied) {
  core_.recover(state, applied, [this](Seq started) { return worker_of(log_, started); });
  time_.emplace(clock_, state.time(), state.offsets());
  look_at_clock();
}

void DispatcherRounds::begin() {
  if (!time_) {
    time_.emplace(clock_, Micros{});
  }
  absence_.begin(clock_.awake());
}

bool DispatcherRounds::round(std::vector<Message>& messages) {
  // After the mail: what a reply rests on is durable, and so is folded before the reply is read.
  if (const Status folded = fold(); !folded) {
    give_up(folded.error());
  }
  Actions actions;
  {
    const std::lock_guard lock(mutex_);
    look_at_clock();
    notice_absence();
    for (auto& message : messages) {
      handle(std::move(message));
    }
    core_.step(now_);
    actions = core_.take_actions();
  }
  messages.clear();
  look_at_queue();
  execute(std::move(actions));
  empty_outbox();
  say_alive();
  if (closing_ && core_.all_ended()) {
    closing_ = false;
    quiet_.release();
  }
  const bool settled = outbox_.empty() && !core_.has_unanswered();
  return !quit_by_ || (!settled && *quit_by_ > now_.steady);
}

void DispatcherRounds::end() {
  Actions last;
  {
    const std::lock_guard lock(mutex_);
    core_.abandon();
    last = core_.take_actions();
  }
  execute(std::move(last));
  for (auto& message : mail_->close()) {
    if (auto* poll = std::get_if<PollArrived>(&message)) {
      poll->done(stopping());
    }
  }
}

bool DispatcherRounds::all_quiet(Duration at_most) {
  return quiet_.try_acquire_for(std::chrono::microseconds(at_most.value));
}

std::optional<std::chrono::microseconds> DispatcherRounds::patience() {
  std::optional<Duration> out;
  const auto at_most = [&](Duration limit) { out = out ? std::min(*out, limit) : limit; };
  {
    const std::lock_guard lock(mutex_);
    // That it is right again is noted when what was noted before is answered, and goes out when the
    // thread wakes.
    const bool look_soon = was_off_;
    look_at_clock();
    if (const auto idle = core_.idle(now_)) {
      at_most(std::min(*idle, kLookAtClock));
    }
    if (look_soon || time_->off()) {
      at_most(kLookAtClock);
    }
  }
  if (!outbox_.empty()) {
    at_most(kInboxRetry);
  }
  if (quit_by_) {
    at_most(millis(100));
  }
  const auto at_most_us = out ? std::optional(std::chrono::microseconds(out->value)) : std::nullopt;
  absence_.wait(at_most_us);
  return at_most_us;
}

void DispatcherRounds::look_at_clock() {
  now_.logical = std::max(time_->follow(), newest_event_);
  now_.steady = clock_.steady();
  if (!time_->off()) {
    // A step that was not believed yet, and is none any more: a later one stands for itself.
    was_off_ = was_off_ && !core_.note_clock();
  } else if (now_.steady >= look_again_) {
    was_off_ = true;
    look_again_ = now_.steady + kLookAtClock;
    core_.note_clock();
  }
}

// Called when the thread wakes. Whatever it was that stopped this process stopped those who renew
// leases from being heard, so their time is given back before anything is given up: what they sent
// meanwhile waits in the sockets.
void DispatcherRounds::notice_absence() {
  if (const auto away = absence_.wake(clock_.awake())) {
    core_.note_away(*away);
  }
}

// A start counts the downtime from the last of these: leases get that back, and no more; so not
// before an absence is in the log. Without the mutex: it writes to the disk, and nobody but this
// thread changes the core.
void DispatcherRounds::say_alive() {
  constexpr Duration kEvery = seconds(1);
  if (options_.on_alive && core_.has_open() && core_.away_is_noted() &&
      now_.steady >= alive_again_) {
    alive_again_ = now_.steady + kEvery;
    options_.on_alive();
  }
}

Now DispatcherRounds::query_now() const {
  const Micros steady = clock_.steady();
  return {now_.logical + (steady - now_.steady), steady};
}

// Folds all that is durable.
Status DispatcherRounds::fold() {
  if (blind_) {
    return {};
  }
  if (!follower_) {
    follower_.emplace(log_, next(core_.applied()));
  }
  for (;;) {
    DAYBOOK_ASSIGN(auto events, follower_->next());
    if (events.empty()) {
      return {};
    }
    while (!events.empty()) {  // a group may be large, and queries wait for the lock
      const auto some = events.first(std::min(events.size(), kDispatchEventsMax));
      const std::lock_guard lock(mutex_);
      for (const events::Recorded& recorded : some) {
        core_.apply(recorded);
      }
      newest_event_ = std::max(newest_event_, some.back().meta.time);
      time_->adopt(core_.offsets());
      events = events.subspan(some.size());
    }
  }
}

void DispatcherRounds::give_up(const Error& error) {
  blind_ = true;
  {
    const std::lock_guard lock(mutex_);
    core_.close();
  }
  report_fault(options_.supervisor, "dispatcher", error, Consequence::kStop);
}

// Its far part is on disk. Without the mutex: nobody but this thread changes the core.
void DispatcherRounds::look_at_queue() {
  if (const auto lost = core_.pending().far_broken(); lost && !blind_) {
    give_up(*lost);
  } else if (const auto held = core_.pending().far_fault(); held && !overfull_) {
    overfull_ = true;
    report_fault(options_.supervisor, "queue", *held, Consequence::kDegraded);
  }
}

void DispatcherRounds::handle(Message&& message) {
  if (auto* arrived = std::get_if<RepliesArrived>(&message)) {
    core_.on_replies(arrived->tag, std::move(arrived->replies), now_);
  } else if (const auto* over = std::get_if<WaitEnded>(&message)) {
    core_.on_waiter(over->waiter, over->served);
  } else if (auto* ended = std::get_if<RunEnded>(&message)) {
    runs_.erase(ended->job->token.started);
    core_.on_outcome(*ended->job, std::move(ended->outcome), now_);
  } else if (auto* poll = std::get_if<PollArrived>(&message)) {
    core_.add_poll(poll->poll, std::move(poll->request), std::move(poll->done), now_);
  } else if (const auto* begun = std::get_if<WaitBegun>(&message)) {
    core_.begin_wait(begun->poll, now_);
  } else if (const auto* cancelled = std::get_if<PollCancelled>(&message)) {
    core_.cancel_poll(cancelled->poll);
  } else if (auto* given = std::get_if<GivenBack>(&message)) {
    core_.give_back(std::move(given->jobs));
  } else if (const auto* stop = std::get_if<StopAsked>(&message)) {
    core_.stop_attempt(stop->job);
  } else if (std::holds_alternative<Closing>(message)) {
    core_.close();
  } else if (std::holds_alternative<Drain>(message)) {
    closing_ = true;
  } else {
    quit_by_ = now_.steady + kLastReplies;
  }
}

void DispatcherRounds::execute(Actions&& actions) {
  for (auto& started : actions.waits) {
    wait(std::move(started));
  }
  for (auto& submit : actions.submits) {
    send(std::move(submit));
  }
  for (auto& started : actions.launches) {
    launch(std::move(started));
  }
  for (const Seq started : actions.stops) {
    if (const auto run = runs_.find(started); run != runs_.end()) {
      run->second->stop();
    }
  }
  for (auto& answered : actions.answers) {
    answered.done(std::move(answered.jobs));
  }
  if (options_.logger) {
    for (const auto& note : actions.notes) {
      options_.logger->info("dispatcher: {}", note);
    }
  }
}

components::Runtime* DispatcherRounds::runtime_of(events::Runtime kind) const {
  switch (kind) {
    case events::Runtime::kExec:
      return options_.runtimes.exec;
    case events::Runtime::kHttp:
      return options_.runtimes.http;
    case events::Runtime::kReactor:
      return options_.runtimes.reactor;
    case events::Runtime::kWorker:
      return nullptr;
  }
  return nullptr;
}

void DispatcherRounds::launch(Launch&& launch) {
  auto shared = std::make_shared<const scheduler::StartedJob>(std::move(launch.job));
  const auto done = [mailbox = mail_, shared](components::RunOutcome outcome) {
    (void)mailbox->post(RunEnded{shared, std::move(outcome)});
  };
  components::Runtime* const runtime = runtime_of(shared->component->runtime);
  if (runtime == nullptr) {
    components::RunOutcome outcome;
    outcome.failure = components::Failure{
        "RUNTIME_NOT_AVAILABLE", "This server does not run components of this kind.", "", true};
    done(std::move(outcome));
    return;
  }
  runs_[shared->token.started] = runtime->run(make_order(*shared, launch.deadline), done);
}

// Its worker is told by who made the start durable: a wake-up between would cost more than all
// else.
void DispatcherRounds::wait(Wait&& wait) {
  scheduler::Waiter waiter;
  waiter.number = wait.waiter;
  waiter.definitions = std::move(wait.request.definitions);
  waiter.max = wait.request.max;
  waiter.as_of = wait.as_of;
  waiter.start = [&entropy = entropy_, worker = std::move(wait.request.worker)](JobId job) {
    return lease_of(job, worker, entropy);
  };
  waiter.request.id = entropy_.command_id();
  waiter.request.actor = std::move(wait.request.actor);
  waiter.request.answer = [mailbox = mail_, number = wait.waiter, done = std::move(wait.done)](
                              std::vector<Result<scheduler::Reply>> replies) {
    LeasedJobs leased = leased_of(std::move(replies));
    const bool served = !leased.jobs.empty();
    if (served) {
      done(std::move(leased));
    }
    (void)mailbox->post(WaitEnded{number, served});
  };
  if (!sequencer_.wait_for_job(std::move(waiter))) {
    const std::lock_guard lock(mutex_);
    core_.on_waiter(wait.waiter, false);
    core_.close();
    mail_->poke();  // there are polls to answer
  }
}

void DispatcherRounds::send(Submit&& submit) {
  scheduler::Request request;
  request.id = entropy_.command_id();
  request.actor = std::move(submit.actor);
  request.commands = std::move(submit.commands);
  request.key = std::move(submit.key);
  request.takes_back = submit.takes_back;
  request.answer = [mailbox = mail_, tag = submit.tag](std::vector<Result<scheduler::Reply>> all) {
    (void)mailbox->post(RepliesArrived{tag, std::move(all)});
  };
  outbox_.push_back({submit.tag, std::move(request)});
}

// Nothing is lost when the inbox is full: what is left goes later, in its order.
void DispatcherRounds::empty_outbox() {
  while (!outbox_.empty()) {
    auto& unsent = outbox_.front();
    if (const Status sent = sequencer_.submit(std::move(unsent.request)); !sent) {
      if (sent.error().code == Code::kExhausted) {
        return;
      }
      // The sequencer has stopped: it is as if it had refused.
      const std::lock_guard lock(mutex_);
      core_.close();
      core_.on_replies(unsent.tag,
                       {unsent.request.commands.size(), tl::unexpected<Error>(sent.error())}, now_);
      mail_->poke();  // there may be polls to answer
    }
    outbox_.pop_front();
  }
}

// Its poll is open until then. Twice is when the last of the sequencer's answers and the end of
// this meet.
LeaseAnswer DispatcherRounds::answer_once(LeaseAnswer done) {
  struct Once {
    std::atomic_flag told;
    LeaseAnswer done;
  };
  const auto once = std::make_shared<Once>();
  once->done = std::move(done);
  return [once, open = polls_open_](Result<LeasedJobs> jobs) {
    if (!once->told.test_and_set()) {
      --*open;
      std::exchange(once->done, {})(std::move(jobs));
    }
  };
}

PollId DispatcherRounds::lease(LeaseRequest request, LeaseAnswer done) {
  const PollId poll = ++last_poll_;
  if (const Status valid = check_lease(request); !valid) {
    done(fail(valid.error()));
    return poll;
  }
  if (polls_open_->fetch_add(1) >= kLongPollsMax) {
    --*polls_open_;
    done(fail(Code::kExhausted, "TOO_MANY_POLLS", "Too many workers are waiting; try again."));
    return poll;
  }
  Message message = PollArrived{poll, std::move(request), answer_once(std::move(done))};
  if (!accepting_ || !mail_->post(std::move(message))) {
    std::get<PollArrived>(message).done(stopping());
  }
  return poll;
}

QueueView DispatcherRounds::queue(std::string_view definition) const {
  const std::lock_guard lock(mutex_);
  return core_.queue(definition, query_now().logical);
}

WorkerList DispatcherRounds::workers() const {
  const std::lock_guard lock(mutex_);
  return {core_.applied(), core_.workers()};
}

DispatcherMetrics DispatcherRounds::metrics() const {
  const std::lock_guard lock(mutex_);
  return core_.metrics(query_now().logical);
}

Seq DispatcherRounds::applied() const {
  const std::lock_guard lock(mutex_);
  return core_.applied();
}

}  // namespace daybook::dispatch
