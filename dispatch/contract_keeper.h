// Keeps the contracts of stored components true: follows the log for changes of components, and has
// what is stale, or was stored before there were contracts, derived and recorded.
//
//   log ──► components ──► stale? ──► compile ──► StateContracts ──► sequencer ──► ContractDerived
//
// It keeps nothing that the log does not say: after a restart it finds what is stale in the state.
// No polling: it is woken by the events that change components alone. Threads: one of its own; the
// functions here from any.
#pragma once

#include <memory>

#include "base/clock.h"
#include "base/supervisor.h"
#include "components/runtime.h"
#include "log/log.h"
#include "scheduler/sequencer.h"

namespace spdlog {
class logger;
}

namespace daybook::dispatch {

struct ContractKeeperOptions {
  std::shared_ptr<spdlog::logger> logger;  // null: silent
  // Told when contracts cannot be kept any more. Null: nobody.
  Supervisor* supervisor = nullptr;
};

class ContractKeeper {
 public:
  // What is passed in outlives the keeper. `state` is the recovered one, only read here.
  ContractKeeper(log::Log& log, scheduler::Sequencer& sequencer, const components::Runtime& reactor,
                 const scheduler::State& state, ContractKeeperOptions options = {});
  ~ContractKeeper();
  ContractKeeper(const ContractKeeper&) = delete;
  ContractKeeper& operator=(const ContractKeeper&) = delete;

  // kUnavailable "NO_THREAD".
  Status start();
  void stop();

  // Waits until contracts follow from all events up to `seq`; false when that takes longer, or will
  // not be.
  bool wait_settled(Seq seq, Duration at_most) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace daybook::dispatch
