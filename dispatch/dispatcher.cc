#include "dispatch/dispatcher.h"

#include <sys/prctl.h>

#include <algorithm>
#include <atomic>
#include <deque>
#include <mutex>
#include <semaphore>
#include <thread>
#include <unordered_map>
#include <utility>
#include <variant>

#include <spdlog/spdlog.h>

#include "base/limits/dispatch.h"
#include "base/thread.h"
#include "dispatch/absence.h"
#include "dispatch/core.h"
#include "dispatch/mailbox.h"
#include "dispatch/order.h"
#include "dispatch/retention.h"
#include "events/codec.h"
#include "log/follower.h"
#include "scheduler/logical_time.h"

namespace daybook::dispatch {
namespace {

struct RepliesArrived {
  std::uint64_t tag = 0;
  std::vector<Result<scheduler::Reply>> replies;
};
struct RunEnded {
  std::shared_ptr<const scheduler::StartedJob> job;
  components::RunOutcome outcome;
};
struct PollArrived {
  PollId poll = 0;
  LeaseRequest request;
  LeaseAnswer done;
};
struct WaitBegun {
  PollId poll = 0;
};
struct PollCancelled {
  PollId poll = 0;
};
struct GivenBack {
  std::vector<scheduler::StartedJob> jobs;
};
struct StopAsked {
  JobId job;
};
struct Drain {};
using DispatcherMessage = std::variant<RepliesArrived, RunEnded, PollArrived, WaitBegun,
                                       PollCancelled, GivenBack, StopAsked, Closing, Drain, Quit>;
using DispatcherMail = Mailbox<DispatcherMessage>;

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

struct Dispatcher::Impl {
  Impl(log::Log& log_in, scheduler::Sequencer& sequencer_in, const Clock& clock_in,
       Entropy& entropy_in, DispatcherOptions options_in)
      : log(log_in),
        sequencer(sequencer_in),
        clock(clock_in),
        entropy(entropy_in),
        options(std::move(options_in)),
        core({options.runtimes.exec == nullptr ? 0 : options.exec_slots,
              options.runtimes.http == nullptr ? 0 : options.http_slots,
              options.runtimes.reactor == nullptr ? 0 : options.reactor_slots, options.effects,
              options.queue_memory, options.queue_directory},
             entropy_in) {}

  void work();
  std::optional<std::chrono::microseconds> patience();
  void look_at_clock();
  void say_alive();
  void notice_absence();
  Status fold();
  void give_up(const Error& error);
  void look_at_queue();
  void handle(DispatcherMessage&& message);
  void execute(Actions&& actions);
  components::Runtime* runtime_of(events::Runtime kind) const;
  void launch(Launch&& launch);
  void send(Submit&& submit);
  void empty_outbox();
  void refuse(const LeaseAnswer& done);
  Now query_now() const;

  // --- constant after construction, or with their own synchronisation ---
  log::Log& log;
  scheduler::Sequencer& sequencer;
  const Clock& clock;
  Entropy& entropy;
  const DispatcherOptions options;
  const std::shared_ptr<DispatcherMail> mail = std::make_shared<DispatcherMail>();
  std::atomic<bool> accepting{false};
  std::atomic<std::size_t> polls_open{0};
  std::atomic<PollId> last_poll{0};
  std::binary_semaphore quiet{0};  // nothing runs any more, once it is closing
  std::thread thread;
  std::unique_ptr<Retention> retention;
  std::optional<log::Subscription> grown;

  // --- guarded by mutex: the thread holds it while it works with the core, queries while they look
  mutable std::mutex mutex;
  Core core;
  Now now{};

  // --- of the thread (and of recover(), before it starts) ---
  struct Unsent {
    std::uint64_t tag = 0;
    scheduler::Request request;
  };
  std::optional<scheduler::LogicalTime> time;
  Micros newest_event{};
  Micros look_again{};  // steady: whether the wall clock is still off
  bool was_off = false;
  Micros alive_again{};  // steady
  Absence absence;
  std::optional<log::Follower> follower;
  std::deque<Unsent> outbox;
  std::unordered_map<Seq, std::shared_ptr<components::Run>> runs;
  bool blind = false;     // the log or the queue cannot be read any more
  bool overfull = false;  // the queue cannot be written, so it takes more memory than it may
  bool closing = false;   // until `quiet` is told
  std::optional<Micros> quit_by;  // steady
};

void Dispatcher::Impl::work() {
  // The kernel lets sleepers lie 50 us longer to save wake-ups; here that would be lateness of
  // every job. Where it refuses, nothing is lost but that.
  static_cast<void>(prctl(PR_SET_TIMERSLACK, 1));
  std::vector<DispatcherMessage> messages;
  absence.begin(clock.awake());
  for (;;) {
    const auto at_most = patience();
    absence.wait(at_most);
    mail->wait(at_most, messages);
    // After the mail: what a reply rests on is durable, and so is folded before the reply is read.
    if (const Status folded = fold(); !folded) {
      give_up(folded.error());
    }
    Actions actions;
    {
      const std::lock_guard lock(mutex);
      look_at_clock();
      notice_absence();
      for (auto& message : messages) {
        handle(std::move(message));
      }
      core.step(now);
      actions = core.take_actions();
    }
    messages.clear();
    look_at_queue();
    execute(std::move(actions));
    empty_outbox();
    say_alive();
    if (closing && core.all_ended()) {
      closing = false;
      quiet.release();
    }
    const bool settled = outbox.empty() && !core.has_unanswered();
    if (quit_by && (settled || *quit_by <= now.steady)) {
      break;
    }
  }
  Actions last;
  {
    const std::lock_guard lock(mutex);
    core.abandon();
    last = core.take_actions();
  }
  execute(std::move(last));
  for (auto& message : mail->close()) {
    if (auto* poll = std::get_if<PollArrived>(&message)) {
      refuse(poll->done);
    }
  }
}

void Dispatcher::Impl::refuse(const LeaseAnswer& done) {
  --polls_open;
  done(fail(Code::kShutdown, "SHUTTING_DOWN", "The server is stopping."));
}

std::optional<std::chrono::microseconds> Dispatcher::Impl::patience() {
  std::optional<Duration> out;
  const auto at_most = [&](Duration limit) { out = out ? std::min(*out, limit) : limit; };
  {
    const std::lock_guard lock(mutex);
    // That it is right again is noted when what was noted before is answered, and goes out when the
    // thread wakes.
    const bool look_soon = was_off;
    look_at_clock();
    if (const auto idle = core.idle(now)) {
      at_most(std::min(*idle, kLookAtClock));
    }
    if (look_soon || time->off()) {
      at_most(kLookAtClock);
    }
  }
  if (!outbox.empty()) {
    at_most(kInboxRetry);
  }
  if (quit_by) {
    at_most(millis(100));
  }
  return out ? std::optional(std::chrono::microseconds(out->value)) : std::nullopt;
}

void Dispatcher::Impl::look_at_clock() {
  now.logical = std::max(time->follow(), newest_event);
  now.steady = clock.steady();
  if (!time->off()) {
    // A step that was not believed yet, and is none any more: a later one stands for itself.
    was_off = was_off && !core.note_clock();
  } else if (now.steady >= look_again) {
    was_off = true;
    look_again = now.steady + kLookAtClock;
    core.note_clock();
  }
}

// Called when the thread wakes. Whatever it was that stopped this process stopped those who renew
// leases from being heard, so their time is given back before anything is given up: what they sent
// meanwhile waits in the sockets.
void Dispatcher::Impl::notice_absence() {
  if (const auto away = absence.wake(clock.awake())) {
    core.note_away(*away);
  }
}

// A start counts the downtime from the last of these: leases get that back, and no more; so not
// before an absence is in the log. Without the mutex: it writes to the disk, and nobody but this
// thread changes the core.
void Dispatcher::Impl::say_alive() {
  constexpr Duration kEvery = seconds(1);
  if (options.on_alive && core.has_open() && core.away_is_noted() && now.steady >= alive_again) {
    alive_again = now.steady + kEvery;
    options.on_alive();
  }
}

Now Dispatcher::Impl::query_now() const {
  const Micros steady = clock.steady();
  return {now.logical + (steady - now.steady), steady};
}

// Folds all that is durable.
Status Dispatcher::Impl::fold() {
  if (blind) {
    return {};
  }
  if (!follower) {
    follower.emplace(log, next(core.applied()));
  }
  for (;;) {
    DAYBOOK_ASSIGN(auto events, follower->next());
    if (events.empty()) {
      return {};
    }
    while (!events.empty()) {  // a group may be large, and queries wait for the lock
      const auto some = events.first(std::min(events.size(), kDispatchEventsMax));
      const std::lock_guard lock(mutex);
      for (const events::Recorded& recorded : some) {
        core.apply(recorded);
      }
      newest_event = std::max(newest_event, some.back().meta.time);
      time->adopt(core.offsets());
      events = events.subspan(some.size());
    }
  }
}

void Dispatcher::Impl::give_up(const Error& error) {
  blind = true;
  {
    const std::lock_guard lock(mutex);
    core.close();
  }
  report_fault(options.supervisor, "dispatcher", error, Consequence::kStop);
}

// Its far part is on disk. Without the mutex: nobody but this thread changes the core.
void Dispatcher::Impl::look_at_queue() {
  if (const auto lost = core.pending().far_broken(); lost && !blind) {
    give_up(*lost);
  } else if (const auto held = core.pending().far_fault(); held && !overfull) {
    overfull = true;
    report_fault(options.supervisor, "queue", *held, Consequence::kDegraded);
  }
}

void Dispatcher::Impl::handle(DispatcherMessage&& message) {
  if (auto* arrived = std::get_if<RepliesArrived>(&message)) {
    core.on_replies(arrived->tag, std::move(arrived->replies), now);
  } else if (auto* ended = std::get_if<RunEnded>(&message)) {
    runs.erase(ended->job->token.started);
    core.on_outcome(*ended->job, std::move(ended->outcome), now);
  } else if (auto* poll = std::get_if<PollArrived>(&message)) {
    core.add_poll(poll->poll, std::move(poll->request), std::move(poll->done), now);
  } else if (const auto* begun = std::get_if<WaitBegun>(&message)) {
    core.begin_wait(begun->poll, now);
  } else if (const auto* cancelled = std::get_if<PollCancelled>(&message)) {
    core.cancel_poll(cancelled->poll);
  } else if (auto* given = std::get_if<GivenBack>(&message)) {
    core.give_back(std::move(given->jobs));
  } else if (const auto* stop = std::get_if<StopAsked>(&message)) {
    core.stop_attempt(stop->job);
  } else if (std::holds_alternative<Closing>(message)) {
    core.close();
  } else if (std::holds_alternative<Drain>(message)) {
    closing = true;
  } else {
    quit_by = now.steady + kLastReplies;
  }
}

void Dispatcher::Impl::execute(Actions&& actions) {
  for (auto& submit : actions.submits) {
    send(std::move(submit));
  }
  for (auto& started : actions.launches) {
    launch(std::move(started));
  }
  for (const Seq started : actions.stops) {
    if (const auto run = runs.find(started); run != runs.end()) {
      run->second->stop();
    }
  }
  for (auto& answered : actions.answers) {
    --polls_open;
    answered.done(std::move(answered.jobs));
  }
  if (options.logger) {
    for (const auto& note : actions.notes) {
      options.logger->info("dispatcher: {}", note);
    }
  }
}

components::Runtime* Dispatcher::Impl::runtime_of(events::Runtime kind) const {
  switch (kind) {
    case events::Runtime::kExec:
      return options.runtimes.exec;
    case events::Runtime::kHttp:
      return options.runtimes.http;
    case events::Runtime::kReactor:
      return options.runtimes.reactor;
    case events::Runtime::kWorker:
      return nullptr;
  }
  return nullptr;
}

void Dispatcher::Impl::launch(Launch&& launch) {
  auto shared = std::make_shared<const scheduler::StartedJob>(std::move(launch.job));
  const auto done = [mailbox = mail, shared](components::RunOutcome outcome) {
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
  runs[shared->token.started] = runtime->run(make_order(*shared, launch.deadline), done);
}

void Dispatcher::Impl::send(Submit&& submit) {
  scheduler::Request request;
  request.id = entropy.command_id();
  request.actor = std::move(submit.actor);
  request.commands = std::move(submit.commands);
  request.key = std::move(submit.key);
  request.answer = [mailbox = mail, tag = submit.tag](std::vector<Result<scheduler::Reply>> all) {
    (void)mailbox->post(RepliesArrived{tag, std::move(all)});
  };
  outbox.push_back({submit.tag, std::move(request)});
}

// Nothing is lost when the inbox is full: what is left goes later, in its order.
void Dispatcher::Impl::empty_outbox() {
  while (!outbox.empty()) {
    auto& unsent = outbox.front();
    if (const Status sent = sequencer.submit(std::move(unsent.request)); !sent) {
      if (sent.error().code == Code::kExhausted) {
        return;
      }
      // The sequencer has stopped: it is as if it had refused.
      const std::lock_guard lock(mutex);
      core.close();
      core.on_replies(unsent.tag,
                      {unsent.request.commands.size(), tl::unexpected<Error>(sent.error())}, now);
      mail->poke();  // there may be polls to answer
    }
    outbox.pop_front();
  }
}

Dispatcher::Dispatcher(log::Log& log, scheduler::Sequencer& sequencer, projections::Views& views,
                       const Clock& clock, Entropy& entropy, DispatcherOptions options)
    : impl_(std::make_unique<Impl>(log, sequencer, clock, entropy, std::move(options))) {
  if (impl_->options.retention) {
    impl_->retention = std::make_unique<Retention>(Retention::Parts{
        sequencer, views, clock, entropy, impl_->options.logger, impl_->options.supervisor});
  }
}

Dispatcher::~Dispatcher() {
  stop();
}

void Dispatcher::recover(const scheduler::State& state, Seq applied) {
  impl_->core.recover(state, applied,
                      [this](Seq started) { return worker_of(impl_->log, started); });
  impl_->time.emplace(impl_->clock, state.time(), state.offsets());
  impl_->look_at_clock();
}

Status Dispatcher::start() {
  if (!impl_->time) {
    impl_->time.emplace(impl_->clock, Micros{});
  }
  DAYBOOK_ASSIGN(impl_->thread, start_thread("dispatch", [this] { impl_->work(); }));
  impl_->grown.emplace(impl_->log.tail(), events::TypeSet::all(),
                       [mailbox = impl_->mail] { mailbox->poke(); });
  impl_->mail->poke();  // for what became durable in between
  impl_->accepting = true;
  return impl_->retention ? impl_->retention->start() : Status();
}

void Dispatcher::close() {
  (void)impl_->mail->post(Closing{});
}

// First nothing new begins, then what runs ends or is ended, then what was still to be said is
// said.
void Dispatcher::stop() {
  impl_->accepting = false;
  if (!impl_->thread.joinable()) {
    return;
  }
  if (impl_->retention) {
    impl_->retention->stop();
  }
  close();
  (void)impl_->mail->post(Drain{});
  const Runtimes& runtimes = impl_->options.runtimes;
  if (!impl_->quiet.try_acquire_for(std::chrono::microseconds(impl_->options.drain.value)) &&
      impl_->options.logger) {
    impl_->options.logger->info("dispatcher: what still runs is ended");
  }
  for (auto* runtime : {runtimes.exec, runtimes.http, runtimes.reactor}) {
    if (runtime != nullptr) {
      runtime->shutdown();
    }
  }
  (void)impl_->mail->post(Quit{});
  impl_->thread.join();
  impl_->grown.reset();
}

PollId Dispatcher::lease(LeaseRequest request, LeaseAnswer done) {
  const PollId poll = ++impl_->last_poll;
  if (const Status valid = check_lease(request); !valid) {
    done(fail(valid.error()));
    return poll;
  }
  if (impl_->polls_open.fetch_add(1) >= kLongPollsMax) {
    --impl_->polls_open;
    done(fail(Code::kExhausted, "TOO_MANY_POLLS", "Too many workers are waiting; try again."));
    return poll;
  }
  DispatcherMessage message = PollArrived{poll, std::move(request), std::move(done)};
  if (!impl_->accepting || !impl_->mail->post(std::move(message))) {
    impl_->refuse(std::get<PollArrived>(message).done);
  }
  return poll;
}

void Dispatcher::begin_wait(PollId poll) {
  (void)impl_->mail->post(WaitBegun{poll});
}

void Dispatcher::cancel_poll(PollId poll) {
  (void)impl_->mail->post(PollCancelled{poll});
}

void Dispatcher::give_back(std::vector<scheduler::StartedJob> jobs) {
  (void)impl_->mail->post(GivenBack{std::move(jobs)});
}

void Dispatcher::stop_attempt(JobId job) {
  (void)impl_->mail->post(StopAsked{job});
}

QueueView Dispatcher::queue(std::string_view definition) const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->core.queue(definition, impl_->query_now().logical);
}

WorkerList Dispatcher::workers() const {
  const std::lock_guard lock(impl_->mutex);
  return {impl_->core.applied(), impl_->core.workers()};
}

DispatcherMetrics Dispatcher::metrics() const {
  const RetentionMetrics swept =
      impl_->retention ? impl_->retention->metrics() : RetentionMetrics{};
  const std::lock_guard lock(impl_->mutex);
  DispatcherMetrics out = impl_->core.metrics(impl_->query_now().logical);
  out.removed = swept.removed;
  out.retention_behind_us = swept.behind_us;
  return out;
}

Seq Dispatcher::applied() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->core.applied();
}

}  // namespace daybook::dispatch
