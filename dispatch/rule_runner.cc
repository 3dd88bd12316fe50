#include "dispatch/rule_runner.h"

#include <atomic>
#include <condition_variable>
#include <deque>
#include <future>
#include <iterator>
#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <thread>
#include <utility>

#include <spdlog/spdlog.h>

#include "base/limits/dispatch.h"
#include "base/limits/rules.h"
#include "base/thread.h"
#include "dispatch/rule_book.h"
#include "dispatch/rule_task.h"
#include "events/catalogue.h"
#include "events/codec.h"
#include "events/hooks.h"
#include "log/follower.h"

namespace daybook::dispatch {
namespace {

using components::RuleCode;
using components::RuleHooks;

std::uint16_t clock_stepped() {
  static const std::uint16_t type = events::find_name("ClockStepped")->type;
  return type;
}

// Between two tries to hand a request to a full inbox.
constexpr std::chrono::milliseconds kOrderRetry{2};

// A component whose hooks are known.
struct Known {
  std::shared_ptr<const RuleCode> code;
  RuleHooks hooks;
};

// What an application that was evaluated waits with for its reply.
struct Sent {
  RuleTask task;
  scheduler::ApplyRule command;
};

}  // namespace

struct RuleRunner::Impl {
  Impl(log::Log& log_in, scheduler::Sequencer& sequencer_in,
       components::RuleEvaluator& evaluator_in, Entropy& entropy_in, const scheduler::State& state,
       RuleRunnerOptions options_in)
      : log(log_in),
        sequencer(sequencer_in),
        evaluator(evaluator_in),
        entropy(entropy_in),
        options(std::move(options_in)),
        book(state),
        through(state.rules_through()),
        clocks(state.offsets()) {}

  void work();
  bool wait();
  Status step();
  Status catch_up();
  void note_clocks(const events::Recorded& recorded);
  Status look(std::vector<RuleTask>& round);
  void add_tasks(const events::Recorded& recorded, std::vector<RuleTask>& round);
  const Known* known(const std::string& component);
  Status run(std::vector<RuleTask> round);
  Result<std::optional<scheduler::ApplyRule>> evaluate(const RuleTask& task);
  Status apply(std::vector<Sent> sent, std::deque<RuleTask>& line);
  Result<std::vector<Result<scheduler::Reply>>> send(std::vector<scheduler::Command> commands);
  Status advance();
  Status record_advance();
  void record_end();
  void note(const scheduler::ApplyRule& command, const Result<scheduler::Reply>& reply);

  // --- constant after construction, or with their own synchronisation ---
  log::Log& log;
  scheduler::Sequencer& sequencer;
  components::RuleEvaluator& evaluator;
  Entropy& entropy;
  const RuleRunnerOptions options;
  std::thread thread;
  std::optional<log::Subscription> grown, rule_put;
  std::atomic<std::uint64_t> position_seen{0}, applied{0}, failed{0};
  std::atomic<bool> blind{false};
  std::atomic<bool> listening{false};  // there are rules: the log's growth matters

  // --- guarded by mutex ---
  std::mutex mutex;
  std::condition_variable wake;
  bool stopping = false;
  bool put_noticed = true;  // of what was put before it began, the state may not tell

  // --- of the thread ---
  RuleBook book;
  Seq position;          // all up to there was looked at; zero: not begun
  Seq through;           // the newest RulesAdvanced
  bool changed = false;  // rules or what they run changed since
  bool looked = false;   // at something that a rule may take, since
  // As they stand at `position`; behind a start that has to catch up, as they stand at its end.
  events::ClockOffsets clocks;
  std::optional<log::Follower> follower;
  std::span<const events::Recorded> ahead;  // that it gave, from `position` on
  std::map<std::string, Known> hooks;

  bool is_stopping() {
    const std::lock_guard lock(mutex);
    return stopping;
  }
};

void RuleRunner::Impl::work() {
  while (wait()) {
    if (const Status done = step(); !done && !is_stopping()) {
      blind = true;
      report_fault(options.supervisor, "rules", done.error(), Consequence::kStop);
      return;
    }
  }
}

// Until there is something to look at; false at the end.
bool RuleRunner::Impl::wait() {
  std::unique_lock lock(mutex);
  listening = !book.empty();
  wake.wait(lock, [&] {
    const bool more = !book.empty() && log.durable().value() > position;
    return stopping || more || put_noticed;
  });
  put_noticed = false;
  return !stopping;
}

Status RuleRunner::Impl::step() {
  if (book.empty() || position.value == 0) {
    DAYBOOK_TRY(catch_up());
    if (book.empty()) {
      return {};
    }
    const Seq begin{std::max(book.begin().value, through.value + 1)};
    position = Seq{std::max({position.value, begin.value - 1, log.first().value - 1})};
    follower.emplace(log, next(position));
    ahead = {};
  }
  std::vector<RuleTask> round;
  DAYBOOK_TRY(look(round));
  DAYBOOK_TRY(run(std::move(round)));
  position_seen = position.value;
  return advance();
}

// Brings the book to the end of the log.
Status RuleRunner::Impl::catch_up() {
  const Seq last = log.last();
  if (last <= book.as_of()) {
    return {};
  }
  DAYBOOK_ASSIGN(const auto reader, log.read(next(book.as_of())));
  while (book.as_of() < last) {
    events::RecordView record;
    DAYBOOK_ASSIGN(const bool there, reader->next(record));
    if (!there || is_stopping()) {
      break;
    }
    if (RuleBook::folds(record.header.type) || record.header.type == clock_stepped()) {
      DAYBOOK_ASSIGN(const auto recorded, events::decode(record));
      if (book.empty()) {  // else it is read again
        note_clocks(recorded);
      }
      book.fold(recorded);
    }
    book.advance(record.header.seq);
  }
  return {};
}

void RuleRunner::Impl::note_clocks(const events::Recorded& recorded) {
  if (const auto* step = std::get_if<events::ClockStepped>(&recorded.event)) {
    clocks = step->offsets;
  }
}

// Reads on until there is enough for a round.
Status RuleRunner::Impl::look(std::vector<RuleTask>& round) {
  for (std::size_t i = 0; i < kDispatchEventsMax && round.size() < kRuleRoundMax; ++i) {
    if (ahead.empty()) {
      DAYBOOK_ASSIGN(ahead, follower->next());
    }
    if (ahead.empty()) {
      break;
    }
    const events::Recorded& recorded = ahead.front();
    note_clocks(recorded);
    book.fold(recorded);
    changed = changed || book.concerns(recorded);
    looked = looked || events::has_hook(events::entry_of(recorded.event).type);
    add_tasks(recorded, round);
    position = recorded.meta.seq;
    book.advance(position);
    ahead = ahead.subspan(1);
  }
  return {};
}

void RuleRunner::Impl::add_tasks(const events::Recorded& recorded, std::vector<RuleTask>& round) {
  const std::string hook = events::hook_of(recorded.event);
  if (hook.empty()) {
    return;
  }
  std::string input;
  for (const RuleBook::Step* step : book.steps(recorded.meta.seq)) {
    const Known* component = known(step->component);
    if (component == nullptr || !component->hooks.takes(hook)) {
      continue;
    }
    if (input.empty()) {
      input = events::hook_record(recorded, clocks);
    }
    round.push_back({*step, recorded.meta.seq, recorded.meta.time, clocks.wall(recorded.meta.time),
                     subject_of(recorded), job_of(recorded), hook, input});
  }
}

// The component as it is now; null when there is none, or none that compiles.
const Known* RuleRunner::Impl::known(const std::string& component) {
  auto code = book.code(component);
  if (!code) {
    hooks.erase(component);
    return nullptr;
  }
  Known& out = hooks[component];
  if (out.code == code) {
    return &out;
  }
  out = {code, {}};
  auto read = evaluator.hooks(*code);
  if (read) {
    out.hooks = std::move(*read);
  } else if (options.logger) {
    options.logger->error("rules: component {} cannot be run: {}", component, read.error().text());
  }
  return &out;
}

// Evaluates and applies what there is, in order, as much at once as one request may bring.
Status RuleRunner::Impl::run(std::vector<RuleTask> round) {
  std::deque<RuleTask> line(std::make_move_iterator(round.begin()),
                            std::make_move_iterator(round.end()));
  while (!line.empty()) {
    std::vector<Sent> sent;
    std::size_t bytes = 0;
    while (!line.empty() && bytes < kReportBytesMax) {
      DAYBOOK_ASSIGN(auto command, evaluate(line.front()));
      if (is_stopping()) {
        return fail(Code::kShutdown, "SHUTTING_DOWN", "the server is stopping");
      }
      if (command) {
        bytes += application_bytes(*command);
        sent.push_back({std::move(line.front()), std::move(*command)});
      }
      line.pop_front();
    }
    DAYBOOK_TRY(apply(std::move(sent), line));
  }
  return {};
}

// Nothing when there is nothing to record. Errors are of the log.
Result<std::optional<scheduler::ApplyRule>> RuleRunner::Impl::evaluate(const RuleTask& task) {
  std::optional<scheduler::ApplyRule> out;
  const Known* component = known(task.step.component);
  if (component == nullptr || !component->hooks.takes(task.hook)) {
    return out;
  }
  auto outcome = evaluator.run(make_rule_order(task, component->code, component->hooks.parameter));
  if (outcome.effects.empty() && !outcome.failure) {
    return out;
  }
  out = make_application(task, {*component->code, book.missing_modules(task.step.component)},
                         std::move(outcome), options.effects);
  if (!out->effects.empty()) {
    DAYBOOK_ASSIGN(out->depth, rule_depth(log, task.subject));
  }
  return out;
}

// What is refused because a component changed in between comes to the front of `line` again:
// whatever of the same component was behind it was refused with it, for they were decided at once.
Status RuleRunner::Impl::apply(std::vector<Sent> sent, std::deque<RuleTask>& line) {
  if (sent.empty()) {
    return {};
  }
  std::vector<scheduler::Command> commands;
  for (const Sent& one : sent) {
    commands.emplace_back(one.command);
  }
  DAYBOOK_ASSIGN(const auto replies, send(std::move(commands)));
  std::vector<RuleTask> again;
  for (std::size_t i = 0; i < sent.size(); ++i) {
    const auto& reply = replies[i];
    if (!reply && reply.error().code == Code::kUnknownOutcome) {
      return fail(reply.error());
    }
    if (!reply && reply.error().reason == "COMPONENT_CHANGED") {
      again.push_back(std::move(sent[i].task));
    } else if (!reply && reply.error().code == Code::kTooLarge) {
      commands.clear();
      commands.emplace_back(make_refused_application(sent[i].command, reply.error()));
      DAYBOOK_ASSIGN(const auto second, send(std::move(commands)));
      note(sent[i].command, second.front());
    } else {
      note(sent[i].command, reply);
    }
  }
  line.insert(line.begin(), std::make_move_iterator(again.begin()),
              std::make_move_iterator(again.end()));
  return again.empty() ? Status{} : catch_up();
}

// The replies, once they are durable.
Result<std::vector<Result<scheduler::Reply>>> RuleRunner::Impl::send(
    std::vector<scheduler::Command> commands) {
  // Shared: the commit thread may still be inside set_value() when this thread goes on.
  const auto promise = std::make_shared<std::promise<std::vector<Result<scheduler::Reply>>>>();
  auto future = promise->get_future();
  scheduler::Request request;
  request.id = entropy.command_id();
  request.commands = std::move(commands);
  request.answer = [promise](std::vector<Result<scheduler::Reply>> replies) {
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

void RuleRunner::Impl::note(const scheduler::ApplyRule& command,
                            const Result<scheduler::Reply>& reply) {
  if (!reply) {
    // It was applied before a restart, or its rule is gone: as it should be.
    const bool expected = reply.error().reason == "RULE_APPLIED" ||
                          reply.error().reason == "RULE_CHANGED" ||
                          reply.error().code == Code::kNotFound;
    if (options.logger && !expected) {
      options.logger->error("rules: {} for event {} was refused: {}", command.rule,
                            command.on.value, reply.error().text());
    }
    return;
  }
  const auto* outcome = std::get_if<scheduler::AppliedOutcome>(&reply->outcome);
  applied.fetch_add(1, std::memory_order_relaxed);
  if (outcome != nullptr && outcome->failed) {
    failed.fetch_add(1, std::memory_order_relaxed);
    if (options.logger) {
      options.logger->info("rules: {} failed for event {}; event {} says why", command.rule,
                           command.on.value, reply->first.value);
    }
  }
}

// Says how far rules ran, when a restart would otherwise look at much again, or would look at it
// with other components.
Status RuleRunner::Impl::advance() {
  const bool due = changed || position.value >= through.value + kRulesAdvanceEvents;
  return due ? record_advance() : Status();
}

Status RuleRunner::Impl::record_advance() {
  if (book.empty() || position <= through) {
    return {};
  }
  std::vector<scheduler::Command> commands;
  commands.emplace_back(scheduler::AdvanceRules{position});
  DAYBOOK_ASSIGN(const auto replies, send(std::move(commands)));
  if (!replies.front()) {
    return fail(replies.front().error());
  }
  through = position;
  changed = false;
  looked = false;
  book.forget(through);
  return {};
}

// At an orderly stop, so that what rules ran for can be compacted however little it is. Nothing
// where they looked at nothing: a server that only starts and stops does not make the log grow.
void RuleRunner::Impl::record_end() {
  if (!looked || blind) {
    return;
  }
  position = Seq{position_seen};  // a round that was cut short is looked at again
  if (const Status done = record_advance(); !done && options.logger) {
    options.logger->warn("rules: how far they ran was not recorded, a start looks at it again: {}",
                         done.error().text());
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
  const auto wake = [impl = impl_.get()](bool put) {
    {
      const std::lock_guard lock(impl->mutex);
      impl->put_noticed = impl->put_noticed || put;
    }
    impl->wake.notify_one();
  };
  impl_->grown.emplace(impl_->log.tail(), events::TypeSet::all(), [impl = impl_.get(), wake] {
    if (impl->listening) {
      wake(false);
    }
  });
  impl_->rule_put.emplace(impl_->log.tail(), events::TypeSet::of<events::RulePut>(),
                          [wake] { wake(true); });
  wake(true);  // what became durable in between was not told
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
    impl_->record_end();
  }
}

RuleRunnerStatus RuleRunner::status() const {
  return {Seq{impl_->position_seen}, impl_->applied, impl_->failed, impl_->blind};
}

}  // namespace daybook::dispatch
