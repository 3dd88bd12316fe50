// Engine: the runtimes, and what gives them work: dispatcher, rules and outbox.
#include "tools/daybook/engine_impl.h"
#include "tools/daybook/start_limits.h"
#include "tools/daybook/start_rules.h"

namespace daybook::cli {

// What is asked of the system and of the settings: before anything is written.
Status Engine::Impl::open_outer_runtimes() {
  if (!options.run_jobs) {
    return {};
  }
  components::ExecOptions exec_options = options.exec;
  exec_options.slots = options.exec_slots;
  exec_options.temp_directory = scratch->path();
  exec_options.data_directory = options.data_dir;
  exec_options.require_sandbox = options.require_sandbox;
  exec_options.note = warn;
  DAYBOOK_ASSIGN(exec, components::ExecRuntime::open(std::move(exec_options), *clock));
  report.sandbox = exec->sandbox_level();
  components::HttpOptions http_options;
  http_options.slots = options.http_slots;
  http_options.signing_secret = options.http_signing_secret;
  http_options.allow_private = options.http_allow_private;
  http_options.allowed_networks = options.http_allowed_networks;
  DAYBOOK_ASSIGN(caller, components::Caller::open({http_options, options.actors_endpoint}, *clock));
  components::SenderOptions sender_options;
  sender_options.mail = options.mail;
  sender_options.actors_endpoint = options.actors_endpoint;
  sender_options.http = http_options;
  DAYBOOK_ASSIGN(sender, components::Sender::open(std::move(sender_options), *clock));
  DAYBOOK_ASSIGN(http, components::HttpRuntime::open(std::move(http_options), *clock));
  return {};
}

Status Engine::Impl::open_runtimes() {
  if (!options.run_jobs) {
    return {};
  }
  if (data_dir) {
    note_shared_disk(data_dir->path(), scratch->path(), report.notes);
  }
  outside = std::make_unique<dispatch::GraphOutside>(
      *graph, *caller, [this](const components::AskTerms& terms) { return wait_for_views(terms); },
      &tokens);
  components::ReactorOptions reactor_options;
  reactor_options.threads = options.reactor_threads;
  DAYBOOK_ASSIGN(reactor, components::ReactorRuntime::open(reactor_options, *outside, *clock));
  checks = {{events::Runtime::kExec, exec.get()},
            {events::Runtime::kHttp, http.get()},
            {events::Runtime::kReactor, reactor.get()}};
  return {};
}

Status Engine::Impl::wait_for_views(const components::AskTerms& terms) const {
  constexpr std::chrono::milliseconds kLook{50};  // whether somebody waits still
  const Seq wanted = log->durable().value();
  Status out;
  do {
    out = views->wait_for(wanted, kLook);
  } while (!out && !terms.given_up && clock->steady() < terms.deadline);
  return out;
}

dispatch::EffectRules Engine::Impl::effect_rules() const {
  return {!options.actors_endpoint.empty()};
}

void Engine::Impl::close_runtimes() {
  checks.clear();
  if (exec) {
    exec->shutdown();
  }
  if (http) {
    http->shutdown();
  }
  if (reactor) {
    reactor->shutdown();
  }
  exec.reset();
  http.reset();
  reactor.reset();
  outside.reset();
  caller.reset();
  sender.reset();
}

Status Engine::Impl::make_dispatcher() {
  dispatch::DispatcherOptions wanted;
  wanted.drain = options.drain;
  wanted.exec_slots = options.exec_slots;
  wanted.http_slots = options.http_slots;
  wanted.retention = options.retention;
  wanted.tokens = &tokens;
  wanted.reactor_slots = options.reactor_threads * 2;
  wanted.runtimes = {exec.get(), http.get(), reactor.get()};
  if (reactor) {
    contract_keeper = std::make_unique<dispatch::ContractKeeper>(
        *log, *sequencer, *reactor, sequencer->state(),
        dispatch::ContractKeeperOptions{spdlog::default_logger(), &supervisor});
    DAYBOOK_ASSIGN(rule_evaluator,
                   make_rule_evaluator(*outside, *clock, data_dir.get(), supervisor));
    dispatch::RuleRunnerOptions rule_options;
    rule_options.logger = spdlog::default_logger();
    rule_options.supervisor = &supervisor;
    rule_options.effects = effect_rules();
    rules = std::make_unique<dispatch::RuleRunner>(*log, *sequencer, *rule_evaluator, *entropy,
                                                   sequencer->state(), std::move(rule_options));
  }
  wanted.effects = effect_rules();
  wanted.logger = spdlog::default_logger();
  wanted.supervisor = &supervisor;
  if (data_dir) {
    wanted.on_alive = [this] { data_dir->note_alive(); };
    wanted.queue_memory = options.queue_memory;
    wanted.queue_directory = data_dir->path();
  }
  dispatcher =
      std::make_unique<dispatch::Dispatcher>(*log, *sequencer, *views, *clock, *entropy, wanted);
  dispatcher->recover(sequencer->state(), sequencer->state().applied());
  if (sender) {
    dispatch::OutboxOptions outbox_options;
    outbox_options.logger = spdlog::default_logger();
    outbox_options.supervisor = &supervisor;
    outbox = std::make_unique<dispatch::Outbox>(*log, *sequencer, *sender, *clock, *entropy,
                                                std::move(outbox_options));
    outbox->recover(sequencer->state(), sequencer->state().applied());
  }
  return {};
}

void Engine::Impl::drop_dispatcher() {
  outbox.reset();
  dispatcher.reset();
  rules.reset();
  rule_evaluator.reset();
  contract_keeper.reset();
}

Status Engine::Impl::start_dispatcher() {
  return options.run_jobs ? dispatcher->start() : Status();
}

void Engine::Impl::stop_dispatcher() {
  if (options.run_jobs) {
    dispatcher->stop();
  }
}

void Engine::Impl::stop_contracts() {
  if (contract_keeper) {
    contract_keeper->stop();
  }
}

void Engine::Impl::stop_rules() {
  if (rules) {
    rules->stop();
  }
}

void Engine::Impl::stop_outbox() {
  if (outbox) {
    outbox->stop();
  }
}

void Engine::Impl::end_starts() {
  if (options.run_jobs) {
    dispatcher->close();
  }
}

}  // namespace daybook::cli
