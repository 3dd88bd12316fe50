// What the rules' thread does each time it wakes, without a thread: reads the log behind what was
// looked at, evaluates the components that ask for what happened, and hands what they ask for to
// the sequencer. Driven by the rules' thread; by hand in a simulation. Private to dispatch. One
// owner; status() from any thread.
#pragma once

#include <atomic>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "dispatch/rule_book.h"
#include "dispatch/rule_runner.h"
#include "dispatch/rule_task.h"
#include "log/follower.h"

namespace daybook::dispatch {

class RuleRounds {
 public:
  using Replies = std::vector<Result<scheduler::Reply>>;
  // How it waits.
  struct Waits {
    // Has the commands decided as one request, and gives the replies once they are durable. An
    // error: they were not decided.
    std::function<Result<Replies>(std::vector<scheduler::Command>)> send;
    // No more is to be done.
    std::function<bool()> stopping;
  };

  // What is passed in outlives it. `state` is the recovered one, only read here.
  RuleRounds(log::Log& log, components::RuleEvaluator& evaluator, const scheduler::State& state,
             RuleRunnerOptions options, Waits waits);

  // There are rules, so that the log's growth matters.
  bool listens() const { return !book_.empty(); }
  // There is something to look at; without rules nothing is until one is put.
  bool has_more() const { return listens() && log_.durable().value() > position_; }
  // Looks at the next events. An error ends it, with nothing after it, unless it is to stop.
  Status round();
  // It could not go on: nothing is recorded at the end.
  void give_up(const Error& error);
  // At an orderly stop, so that what rules ran for can be compacted however little it is. Nothing
  // where they looked at nothing: a server that only starts and stops does not make the log grow.
  void record_end();

  RuleRunnerStatus status() const;

 private:
  // A component whose hooks are known.
  struct Known {
    std::shared_ptr<const components::RuleCode> code;
    components::RuleHooks hooks;
  };
  // What an application that was evaluated waits with for its reply.
  struct Sent {
    RuleTask task;
    scheduler::ApplyRule command;
  };

  Status catch_up();
  void note_clocks(const events::Recorded& recorded);
  Status look(std::vector<RuleTask>& round);
  void add_tasks(const events::Recorded& recorded, std::vector<RuleTask>& round);
  const Known* known(const std::string& component);
  Status run(std::vector<RuleTask> round);
  Result<std::optional<scheduler::ApplyRule>> evaluate(const RuleTask& task);
  Status apply(std::vector<Sent> sent, std::deque<RuleTask>& line);
  Status advance();
  Status record_advance();
  void note(const scheduler::ApplyRule& command, const Result<scheduler::Reply>& reply);

  log::Log& log_;
  components::RuleEvaluator& evaluator_;
  const RuleRunnerOptions options_;
  const Waits waits_;
  std::atomic<std::uint64_t> position_seen_{0}, applied_{0}, failed_{0};
  std::atomic<bool> blind_{false};

  RuleBook book_;
  Seq position_;          // all up to there was looked at; zero: not begun
  Seq through_;           // the newest RulesAdvanced
  bool changed_ = false;  // rules or what they run changed since
  bool looked_ = false;   // at something that a rule may take, since
  // As they stand at `position_`; behind a start that has to catch up, as they stand at its end.
  events::ClockOffsets clocks_;
  std::optional<log::Follower> follower_;
  std::span<const events::Recorded> ahead_;  // that it gave, from `position_` on
  std::map<std::string, Known> hooks_;
};

}  // namespace daybook::dispatch
