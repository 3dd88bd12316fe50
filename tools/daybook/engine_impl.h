// What the server is made of, and in which order. Private to engine.cc (its start, stop, log,
// state, views and HTTP) and engine_work.cc (what runs jobs).
#pragma once

#include <array>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <spdlog/spdlog.h>

#include "api/api.h"
#include "base/supervisor.h"
#include "base/temporary_directory.h"
#include "components/exec_runtime.h"
#include "components/http_runtime.h"
#include "components/reactor_runtime.h"
#include "components/rules.h"
#include "components/sender.h"
#include "dispatch/contract_keeper.h"
#include "dispatch/contracts.h"
#include "dispatch/outbox.h"
#include "dispatch/outside.h"
#include "dispatch/rule_runner.h"
#include "dispatch/runtime_checks.h"
#include "log/data_dir.h"
#include "scheduler/snapshotter.h"
#include "tools/daybook/engine.h"
#include "tools/daybook/fault_hooks.h"
#include "tools/daybook/owner_token.h"
#include "tools/daybook/start_look.h"

namespace daybook::cli {

namespace fs = std::filesystem;

struct Engine::Impl {
  explicit Impl(EngineOptions given)
      : options(std::move(given)), supervisor(fault_hooks(options.on_fatal)) {
    if (options.movable_clock) {
      shifted_clock = std::make_unique<ShiftedClock>(*options.movable_clock);
    }
    clock = options.clock != nullptr ? options.clock
            : shifted_clock          ? static_cast<const Clock*>(shifted_clock.get())
                                     : &system_clock;
    entropy = options.entropy != nullptr ? options.entropy : &system_entropy;
  }

  struct Step {
    std::string_view name;
    Status (Impl::*start)();
    void (Impl::*stop)();
  };
  static const std::array<Step, 17> kSteps;

  static void warn(const std::string& what) { spdlog::warn("{}", what); }
  Status run(const Step& step);
  Status open_scratch();
  void remove_scratch() { scratch.reset(); }
  Status open_data_dir();
  void close_data_dir() { data_dir.reset(); }
  Status look();
  void end_look() { looked_at = {}; }
  Status open_log();
  void watch(std::unique_ptr<log::Log> opened);
  void close_log() { log.reset(); }
  Status recover_state();
  Status take_snapshot(const scheduler::State& state, Seq seq, const Hash& chain);
  void drop_sequencer() { sequencer.reset(); }
  Status open_views();
  void close_views();
  Status make_graph();
  void drop_graph() { graph.reset(); }
  Status open_outer_runtimes();
  Status open_runtimes();
  dispatch::EffectRules effect_rules() const;
  Status wait_for_views(const components::AskTerms& terms) const;
  void close_runtimes();
  Status make_dispatcher();
  void drop_dispatcher();
  Status start_sequencer();
  void stop_sequencer();
  Result<OwnerToken> prepare_owner_token();
  Status start_dispatcher();
  void stop_dispatcher();
  Status start_contracts() { return contract_keeper ? contract_keeper->start() : Status(); }
  void stop_contracts();
  Status start_rules() { return rules ? rules->start() : Status(); }
  void stop_rules();
  Status start_outbox() { return outbox ? outbox->start() : Status(); }
  void stop_outbox();
  Status start_api();
  void stop_api();
  Status allow_starts() { return {}; }  // since the dispatcher was started
  void end_starts();

  api::DiskStatus disk();
  fs::path views_path() const;
  fs::path snapshots_path() const;

  EngineOptions options;
  Supervisor supervisor;
  SystemClock system_clock;
  std::unique_ptr<ShiftedClock> shifted_clock;
  SystemEntropy system_entropy;
  const Clock* clock = nullptr;
  Entropy* entropy = nullptr;
  StartReport report;
  std::size_t steps_done = 0;
  std::string address;

  std::unique_ptr<TemporaryDirectory> scratch;
  std::unique_ptr<log::DataDir> data_dir;
  LookedAt looked_at;
  std::unique_ptr<log::Log> log;
  std::unique_ptr<scheduler::Snapshotter> snapshotter;
  access::TokenBook tokens;
  std::unique_ptr<scheduler::Sequencer> sequencer;
  std::unique_ptr<projections::Views> views;
  std::unique_ptr<graph::Graph> graph;
  std::unique_ptr<components::ExecRuntime> exec;
  std::unique_ptr<components::HttpRuntime> http;
  std::unique_ptr<components::Caller> caller;
  std::unique_ptr<dispatch::GraphOutside> outside;
  std::unique_ptr<components::ReactorRuntime> reactor;
  dispatch::RuntimeChecks checks;
  const std::shared_ptr<dispatch::Contracts> contracts = std::make_shared<dispatch::Contracts>();
  std::unique_ptr<dispatch::ContractKeeper> contract_keeper;
  std::unique_ptr<components::RuleEvaluator> rule_evaluator;
  std::unique_ptr<dispatch::RuleRunner> rules;
  std::unique_ptr<components::Sender> sender;
  std::unique_ptr<dispatch::Dispatcher> dispatcher;
  std::unique_ptr<dispatch::Outbox> outbox;
  std::unique_ptr<api::Api> api;
};

}  // namespace daybook::cli
