#include "dispatch/dispatcher.h"

#include <sys/prctl.h>

#include <optional>
#include <thread>
#include <utility>

#include <spdlog/spdlog.h>

#include "base/thread.h"
#include "dispatch/dispatcher_rounds.h"
#include "dispatch/retention.h"

namespace daybook::dispatch {

struct Dispatcher::Impl {
  Impl(log::Log& log_in, scheduler::Sequencer& sequencer, projections::Views& views,
       const Clock& clock, Entropy& entropy, DispatcherOptions options_in)
      : log(log_in),
        options(std::move(options_in)),
        rounds(log_in, sequencer, clock, entropy, options),
        mail(rounds.mail()) {
    if (options.retention || options.tokens != nullptr) {
      Retention::Parts parts{sequencer, views, clock, entropy, options.logger, options.supervisor};
      parts.tokens = options.tokens;
      parts.removes = options.retention;
      retention = std::make_unique<Retention>(std::move(parts));
    }
  }

  void work();

  log::Log& log;
  const DispatcherOptions options;
  DispatcherRounds rounds;
  const std::shared_ptr<DispatcherRounds::Mail> mail;
  std::thread thread;
  std::unique_ptr<Retention> retention;
  std::optional<log::Subscription> grown;
};

void Dispatcher::Impl::work() {
  // The kernel lets sleepers lie 50 us longer to save wake-ups; here that would be lateness of
  // every job. Where it refuses, nothing is lost but that.
  static_cast<void>(prctl(PR_SET_TIMERSLACK, 1));
  std::vector<DispatcherRounds::Message> messages;
  do {
    mail->wait(rounds.patience(), messages);
  } while (rounds.round(messages));
  rounds.end();
}

Dispatcher::Dispatcher(log::Log& log, scheduler::Sequencer& sequencer, projections::Views& views,
                       const Clock& clock, Entropy& entropy, DispatcherOptions options)
    : impl_(std::make_unique<Impl>(log, sequencer, views, clock, entropy, std::move(options))) {}

Dispatcher::~Dispatcher() {
  stop();
}

void Dispatcher::recover(const scheduler::State& state, Seq applied) {
  impl_->rounds.recover(state, applied);
}

Status Dispatcher::start() {
  impl_->rounds.begin();
  DAYBOOK_ASSIGN(impl_->thread, start_thread("dispatch", [this] { impl_->work(); }));
  impl_->grown.emplace(impl_->log.tail(), events::TypeSet::all(),
                       [mailbox = impl_->mail] { mailbox->poke(); });
  impl_->mail->poke();  // for what became durable in between
  impl_->rounds.accept(true);
  return impl_->retention ? impl_->retention->start() : Status();
}

void Dispatcher::close() {
  (void)impl_->mail->post(Closing{});
}

// First nothing new begins, then what runs ends or is ended, then what was still to be said is
// said.
void Dispatcher::stop() {
  impl_->rounds.accept(false);
  if (!impl_->thread.joinable()) {
    return;
  }
  if (impl_->retention) {
    impl_->retention->stop();
  }
  close();
  (void)impl_->mail->post(DispatcherRounds::Drain{});
  const Runtimes& runtimes = impl_->options.runtimes;
  if (!impl_->rounds.all_quiet(impl_->options.drain) && impl_->options.logger) {
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
  return impl_->rounds.lease(std::move(request), std::move(done));
}

void Dispatcher::begin_wait(PollId poll) {
  (void)impl_->mail->post(DispatcherRounds::WaitBegun{poll});
}

void Dispatcher::cancel_poll(PollId poll) {
  (void)impl_->mail->post(DispatcherRounds::PollCancelled{poll});
}

void Dispatcher::give_back(std::vector<scheduler::StartedJob> jobs) {
  (void)impl_->mail->post(DispatcherRounds::GivenBack{std::move(jobs)});
}

void Dispatcher::stop_attempt(JobId job) {
  (void)impl_->mail->post(DispatcherRounds::StopAsked{job});
}

QueueView Dispatcher::queue(std::string_view definition) const {
  return impl_->rounds.queue(definition);
}

WorkerList Dispatcher::workers() const {
  return impl_->rounds.workers();
}

DispatcherMetrics Dispatcher::metrics() const {
  DispatcherMetrics out = impl_->rounds.metrics();
  if (impl_->retention) {
    const RetentionMetrics swept = impl_->retention->metrics();
    out.removed = swept.removed;
    out.retention_behind_us = swept.behind_us;
  }
  return out;
}

Seq Dispatcher::applied() const {
  return impl_->rounds.applied();
}

}  // namespace daybook::dispatch
