#include "dispatch/rule_runner.h"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <future>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "base/thread.h"
#include "dispatch/rule_rounds.h"

namespace daybook::dispatch {
namespace {

// Between two tries to hand a request to a full inbox.
constexpr std::chrono::milliseconds kOrderRetry{2};

}  // namespace

struct RuleRunner::Impl {
  Impl(log::Log& log_in, scheduler::Sequencer& sequencer_in,
       components::RuleEvaluator& evaluator_in, Entropy& entropy_in, const scheduler::State& state,
       RuleRunnerOptions options)
      : log(log_in),
        sequencer(sequencer_in),
        evaluator(evaluator_in),
        entropy(entropy_in),
        rounds(
            log_in, evaluator_in, state, std::move(options),
            {[this](std::vector<scheduler::Command> commands) { return send(std::move(commands)); },
             [this] { return is_stopping(); }}) {}

  void work();
  bool wait();
  void notice(bool put);
  Result<RuleRounds::Replies> send(std::vector<scheduler::Command> commands);
  bool is_stopping() {
    const std::lock_guard lock(mutex);
    return stopping;
  }

  log::Log& log;
  scheduler::Sequencer& sequencer;
  components::RuleEvaluator& evaluator;
  Entropy& entropy;
  std::thread thread;
  std::optional<log::Subscription> grown, rule_put;
  std::atomic<bool> listening{false};  // there are rules: the log's growth matters

  // --- guarded by mutex ---
  std::mutex mutex;
  std::condition_variable wake;
  bool stopping = false;
  bool put_noticed = true;  // of what was put before it began, the state may not tell

  // --- of the thread ---
  RuleRounds rounds;
};

void RuleRunner::Impl::work() {
  while (wait()) {
    if (const Status done = rounds.round(); !done && !is_stopping()) {
      rounds.give_up(done.error());
      return;
    }
  }
}

// Until there is something to look at; false at the end.
bool RuleRunner::Impl::wait() {
  std::unique_lock lock(mutex);
  listening = rounds.listens();
  wake.wait(lock, [&] { return stopping || rounds.has_more() || put_noticed; });
  put_noticed = false;
  return !stopping;
}

void RuleRunner::Impl::notice(bool put) {
  {
    const std::lock_guard lock(mutex);
    put_noticed = put_noticed || put;
  }
  wake.notify_one();
}

Result<RuleRounds::Replies> RuleRunner::Impl::send(std::vector<scheduler::Command> commands) {
  // Shared: the commit thread may still be inside set_value() when this thread goes on.
  const auto promise = std::make_shared<std::promise<RuleRounds::Replies>>();
  auto future = promise->get_future();
  scheduler::Request request;
  request.id = entropy.command_id();
  request.commands = std::move(commands);
  request.answer = [promise](RuleRounds::Replies replies) {
    promise->set_value(std::move(replies));
  };
  for (;;) {
    const Status taken = sequencer.submit(std::move(request));
    if (taken) {
      return future.get();
    }
    if (taken.error().code != Code::kExhausted) {
      return fail(taken.error());
    }
    std::unique_lock lock(mutex);
    if (wake.wait_for(lock, kOrderRetry, [&] { return stopping; })) {
      return fail(Code::kShutdown, "SHUTTING_DOWN", "the server is stopping");
    }
  }
}

RuleRunner::RuleRunner(log::Log& log, scheduler::Sequencer& sequencer,
                       components::RuleEvaluator& evaluator, Entropy& entropy,
                       const scheduler::State& state, RuleRunnerOptions options)
    : impl_(std::make_unique<Impl>(log, sequencer, evaluator, entropy, state, std::move(options))) {
}

RuleRunner::~RuleRunner() {
  stop();
}

Status RuleRunner::start() {
  DAYBOOK_ASSIGN(impl_->thread, start_thread("rules", [impl = impl_.get()] { impl->work(); }));
  impl_->grown.emplace(impl_->log.tail(), events::TypeSet::all(), [impl = impl_.get()] {
    if (impl->listening) {
      impl->notice(false);
    }
  });
  impl_->rule_put.emplace(impl_->log.tail(), events::TypeSet::of<events::RulePut>(),
                          [impl = impl_.get()] { impl->notice(true); });
  impl_->notice(true);  // what became durable in between was not told
  return {};
}

void RuleRunner::stop() {
  {
    const std::lock_guard lock(impl_->mutex);
    impl_->stopping = true;
  }
  impl_->evaluator.stop();
  impl_->wake.notify_all();
  if (impl_->thread.joinable()) {
    impl_->thread.join();
    impl_->grown.reset();
    impl_->rule_put.reset();
    impl_->rounds.record_end();
  }
}

RuleRunnerStatus RuleRunner::status() const {
  return impl_->rounds.status();
}

}  // namespace daybook::dispatch
