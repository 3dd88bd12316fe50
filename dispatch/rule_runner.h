// Runs rules: reads the log behind what was looked at, evaluates the components that ask for what
// happened, and hands what they ask for to the sequencer, one ApplyRule each.
//
//   log ──► hook of the event ──► components of rules ──► evaluator ──► ApplyRule ──► sequencer
//
// It holds nothing up and keeps nothing that the log does not say: after a restart it goes on from
// RulesAdvanced, and what was applied is refused there. No polling: it sleeps until the log grows,
// and without rules until one is put. Threads: one of its own; the functions here from any.
#pragma once

#include <cstdint>
#include <memory>

#include "base/entropy.h"
#include "base/supervisor.h"
#include "components/rules.h"
#include "dispatch/effects.h"
#include "log/log.h"
#include "scheduler/sequencer.h"

namespace spdlog {
class logger;
}

namespace daybook::dispatch {

struct RuleRunnerOptions {
  EffectRules effects;
  std::shared_ptr<spdlog::logger> logger;  // null: silent
  // Told when rules cannot go on: nothing runs after it. Null: nobody.
  Supervisor* supervisor = nullptr;
};

struct RuleRunnerStatus {
  Seq position;  // all up to there was looked at
  std::uint64_t applied = 0;
  std::uint64_t failed = 0;  // of them
  bool stopped = false;      // the log cannot be read any more
};

class RuleRunner {
 public:
  // What is passed in outlives the runner. `state` is the recovered one, only read here.
  RuleRunner(log::Log& log, scheduler::Sequencer& sequencer, components::RuleEvaluator& evaluator,
             Entropy& entropy, const scheduler::State& state, RuleRunnerOptions options = {});
  ~RuleRunner();
  RuleRunner(const RuleRunner&) = delete;
  RuleRunner& operator=(const RuleRunner&) = delete;

  // kUnavailable "NO_THREAD".
  Status start();
  // Ends what is being evaluated; what is not recorded by then is looked at again after a restart.
  void stop();

  RuleRunnerStatus status() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace daybook::dispatch
